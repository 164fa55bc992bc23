package caravan.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Set;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Leaves out what clients and Camel say of having been interrupted, with the stack trace of it: they are told to stop so, where a
 * shutdown waits no longer. What comes of it, Caravan says itself.
 */
final class Interruptions extends Filter<ILoggingEvent> {
    private static final Set<String> INTERRUPTIONS =
            Set.of(InterruptException.class.getName(), InterruptedException.class.getName());

    @Override
    public FilterReply decide(ILoggingEvent event) {
        IThrowableProxy failure = event.getThrowableProxy();
        boolean others = !event.getLoggerName().startsWith("caravan.");
        return others && failure != null && INTERRUPTIONS.contains(failure.getClassName())
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
