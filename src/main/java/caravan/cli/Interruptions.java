package caravan.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Set;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Leaves out what clients and Camel say of having been interrupted, or of a route that is not there any more, with the stack trace of
 * it: they are told to stop so, where a shutdown waits no longer. What comes of it, Caravan says itself.
 */
final class Interruptions extends Filter<ILoggingEvent> {
    private static final Set<String> INTERRUPTIONS =
            Set.of(InterruptException.class.getName(), InterruptedException.class.getName());

    @Override
    public FilterReply decide(ILoggingEvent event) {
        IThrowableProxy failure = event.getThrowableProxy();
        boolean others = !event.getLoggerName().startsWith("caravan.");
        return others && failure != null && (INTERRUPTIONS.contains(failure.getClassName()) || stopped(failure))
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }

    /** A processor that was stopped while an exchange was on its way to it; what Camel calls it is "not started". */
    private static boolean stopped(IThrowableProxy failure) {
        return failure.getClassName().equals(IllegalStateException.class.getName())
                && failure.getMessage() != null
                && failure.getMessage().contains("Processor has not been started");
    }
}
