package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import java.io.IOException;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptionsTest {
    @ParameterizedTest
    @CsvSource({
        "org.apache.kafka.clients.consumer.internals.ClassicKafkaConsumer, interrupted by a client, DENY",
        "org.apache.camel.component.kafka.KafkaFetchRecords, interrupted, DENY",
        "org.apache.camel.processor.aggregate.AggregateProcessor, stopped, DENY",
        "org.apache.kafka.clients.NetworkClient, failed, NEUTRAL",
        "org.apache.kafka.clients.NetworkClient, nothing, NEUTRAL",
        "caravan.backup.BackupTask, interrupted, NEUTRAL",
    })
    void whatOthersSayOfBeingInterruptedIsLeftOut(String logger, String what, FilterReply reply) {
        Throwable failure =
                switch (what) {
                    case "interrupted by a client" -> new InterruptException(new InterruptedException());
                    case "interrupted" -> new InterruptedException();
                    case "stopped" -> new IllegalStateException("SendProcessor has not been started: direct://x");
                    case "failed" -> new IOException();
                    default -> null;
                };
        LoggingEvent event = new LoggingEvent(
                "", new LoggerContext().getLogger(logger), Level.ERROR, "could not close", failure, new Object[0]);

        assertThat(new Interruptions().decide(event)).isEqualTo(reply);
    }
}
