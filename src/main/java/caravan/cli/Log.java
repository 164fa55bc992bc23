package caravan.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of this process: on standard error, as standard output carries results only. */
final class Log {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level %logger{0} - %msg%n";

    private static final Map<String, Level> LEVELS = Map.of(
            // A client that was told to stop says that it was interrupted.
            "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator", Level.ERROR,
            // A stack trace at each attempt to open the archive; the task says why, once.
            "org.apache.camel.component.kafka.KafkaFetchRecords", Level.ERROR,
            // The same, where a stop did not wait for it any longer: with the stack trace of the interrupt.
            "org.apache.camel.component.kafka.KafkaConsumer", Level.ERROR,
            // Camel registers a route's gauges anew when the route is started again.
            "io.micrometer.core.instrument.MeterRegistry", Level.ERROR,
            // Stack traces of what the error says, too.
            "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory", Level.OFF,
            "org.apache.kafka.common.config.provider.FileConfigProvider", Level.OFF);

    private Log() {}

    /**
     * Sets it up, in place of what logback found by itself.
     *
     * @param own from which severity on Caravan's own log is written
     */
    static void configure(boolean json, Level own) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        EncoderBase<ILoggingEvent> encoder = json ? json() : text();
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.addFilter(new Interruptions());
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger("caravan").setLevel(own);
        LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
        context.addTurboFilter(new RepeatedWarnings());
    }

    private static EncoderBase<ILoggingEvent> text() {
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setPattern(PATTERN);
        return text;
    }

    private static EncoderBase<ILoggingEvent> json() {
        JsonEncoder json = new JsonEncoder();
        json.setWithSequenceNumber(false);
        json.setWithNanoseconds(false);
        json.setWithContext(false);
        json.setWithArguments(false);
        json.setWithMessage(false);
        json.setWithFormattedMessage(true);
        return json;
    }
}
