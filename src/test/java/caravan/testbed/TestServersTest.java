package caravan.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Exception;

@ExtendWith(TestServers.class)
class TestServersTest {
    @Test
    void aRestartedBrokerHasItsTopicsAndPort() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.started(Map.of("message.max.bytes", "2000000"))) {
            // Given
            broker.admin()
                    .createTopics(List.of(new NewTopic("kept", 3, (short) 1)))
                    .all()
                    .get();
            String address = broker.bootstrapServers();

            // When
            broker.stop();
            broker.start();

            // Then
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(broker.admin().listTopics().names().get()).containsExactly("kept");
            assertThat(broker.admin().describeCluster().clusterId().get()).isEqualTo(broker.clusterId());
        }
    }

    @Test
    @Tag("s3-subset")
    void theServerHonoursIfNoneMatch(TestS3 s3) {
        // Given
        String bucket = s3.newBucket();
        RequestBody body = RequestBody.fromString("once", StandardCharsets.UTF_8);
        s3.client().putObject(put -> put.bucket(bucket).key("a/b").ifNoneMatch("*"), body);

        // When, then
        assertThatThrownBy(() -> s3.client()
                        .putObject(put -> put.bucket(bucket).key("a/b").ifNoneMatch("*"), body))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
        assertThat(s3.keys(bucket, "a/")).containsExactly("a/b");
        assertThat(s3.read(bucket, "a/b")).asString(StandardCharsets.UTF_8).isEqualTo("once");
    }

    @Test
    void testsShareOneBroker(EmbeddedBroker broker, TestServers.Names names) throws Exception {
        // Given
        String topic = names.topic("orders");

        // When
        broker.admin()
                .createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                .all()
                .get();

        // Then
        assertThat(broker.admin().listTopics().names().get()).contains(topic);
    }
}
