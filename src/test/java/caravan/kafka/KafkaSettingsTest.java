package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auto.offset.reset",
                "enable.auto.commit",
                "isolation.level",
                "allow.auto.create.topics",
                "group.id",
                "acks",
                "max.in.flight.requests.per.connection",
                "interceptor.classes"
            })
    void aSettingThatWouldBreakAPromiseIsRefusedByName(String name) {
        assertThatThrownBy(() -> new KafkaSettings("localhost:9092", Map.of(name, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    /** A new topic could take a second batch before the first, and would then refuse the first for ever. */
    @Test
    void aRestoreHasOneRequestInFlightWhateverTheRouteSays() {
        assertThat(new KafkaSettings("localhost:9092")
                        .producer(Map.of("max.in.flight.requests.per.connection", "5", "acks", "1")))
                .containsEntry("max.in.flight.requests.per.connection", "1")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true");
    }

    @Test
    void aBackupNeverJumpsAndNeverCommitsByItself() {
        assertThat(new KafkaSettings("localhost:9092", Map.of("client.rack", "a"))
                        .consumer(Map.of("auto.offset.reset", "latest"), "g"))
                .containsEntry("auto.offset.reset", "none")
                .containsEntry("enable.auto.commit", "false")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("client.rack", "a")
                .containsEntry("group.id", "g");
    }
}
