package caravan.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Marker;

/**
 * Lets each warning of Kafka's clients, and of Caravan's around them, pass once in ten minutes: while brokers are away, clients
 * say so each second.
 */
final class RepeatedWarnings extends TurboFilter {
    private static final long SILENCE = Duration.ofMinutes(10).toNanos();
    private static final int MOST = 1_000;

    private final Map<String, Long> said = new ConcurrentHashMap<>();

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable failure) {
        boolean asked = format == null;
        if (asked || !level.isGreaterOrEqual(Level.WARN) || !repeats(logger.getName())) {
            return FilterReply.NEUTRAL;
        }
        if (said.size() > MOST) {
            said.clear();
        }
        long now = System.nanoTime();
        boolean[] pass = new boolean[1];
        said.compute(logger.getName() + ' ' + format, (message, last) -> {
            pass[0] = last == null || now - last > SILENCE;
            return pass[0] ? now : last;
        });
        return pass[0] ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    private static boolean repeats(String logger) {
        return logger.startsWith("org.apache.kafka.clients.") || logger.equals("caravan.kafka.ChunkConsumer");
    }
}
