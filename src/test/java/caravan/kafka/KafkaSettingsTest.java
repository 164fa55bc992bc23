package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    @Test
    void secretsMayBeReferencesThatTheClientsResolve(@TempDir Path directory) throws IOException {
        // Given
        Path file = Files.writeString(directory.resolve("kafka.properties"), "password=s3cret\n");
        KafkaSettings settings = new KafkaSettings(
                "localhost:9092",
                Map.of(
                        "sasl.jaas.config",
                        "password=${file:" + file + ":password};",
                        "client.rack",
                        "${env:PATH}",
                        "ssl.key.password",
                        "${directory:" + directory + ":kafka.properties}"));

        // Then
        for (AbstractConfig client : List.of(
                new ConsumerConfig(settings.consumer(Map.of(), "g")),
                new ProducerConfig(settings.producer(Map.of())),
                new AdminClientConfig(settings.admin()))) {
            assertThat(client.getPassword("sasl.jaas.config").value()).isEqualTo("password=s3cret;");
            assertThat(client.getPassword("ssl.key.password").value()).isEqualTo("password=s3cret");
        }
        assertThat(new ConsumerConfig(settings.consumer(Map.of(), "g")).getString("client.rack"))
                .isEqualTo(System.getenv("PATH"));
    }

    @Test
    void aReferenceThatLeadsToNothingIsNamed(@TempDir Path directory) {
        assertThatThrownBy(() -> new KafkaSettings("localhost:9092", Map.of("client.rack", "${env:NO_SUCH_VARIABLE}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("client.rack", "NO_SUCH_VARIABLE");
        assertThatThrownBy(() ->
                        new KafkaSettings("localhost:9092", Map.of("client.rack", "${file:" + directory + "/none:a}")))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void theWordsForSettingsHaveNoValues() {
        assertThat(new KafkaSettings("localhost:9092", Map.of("sasl.jaas.config", "s3cret")))
                .asString()
                .contains("localhost:9092", "sasl.jaas.config")
                .doesNotContain("s3cret");
    }
}
