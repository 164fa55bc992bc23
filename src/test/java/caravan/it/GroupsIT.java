package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Where consumers were when their topics were backed up. */
@ExtendWith(TestServers.class)
class GroupsIT {
    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String billing;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        topic = names.topic("orders");
        billing = names.topic("billing");
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
    }

    @Test
    void theArchiveKnowsWhatAConsumerCommitted() throws Exception {
        // Given
        consume(billing, 30);

        // When
        JsonNode backup =
                json(caravan.backup(store, topic, "--output", "json").expect(0).out());

        // Then: the backup's own group is not among them
        assertThat(backup.path("groups").asInt()).isOne();
        JsonNode snapshot = newest();
        assertThat(snapshot.path("clusterId").asText()).isEqualTo(broker.clusterId());
        assertThat(snapshot.path("groups")).hasSize(1);
        assertThat(snapshot.at("/groups/0/group").asText()).isEqualTo(billing);
        assertThat(snapshot.at("/groups/0/offsets")).hasSize(1);
        JsonNode committed = snapshot.at("/groups/0/offsets/0");
        assertThat(committed.path("topic").asText()).isEqualTo(topic);
        assertThat(committed.path("topicId").asText()).isEqualTo(topicId());
        assertThat(committed.path("partition").asInt()).isZero();
        assertThat(committed.path("offset").asLong()).isEqualTo(30);
        assertThat(committed.path("leaderEpoch").asInt()).isZero();
        assertThat(committed.path("metadata").asText()).isEqualTo("so far");

        // Then
        assertThat(caravan.onStore("info", store, "--topic", topic).expect(0).out())
                .containsPattern("(?m)^  " + billing + " +0 +30 +70$");
        caravan.onStore("verify", store).expect(0);

        // When: nothing happens, and then something
        caravan.backup(store, topic).expect(0);
        assertThat(keys()).hasSize(1);
        consume(billing, 70);
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(keys()).hasSize(2);
        assertThat(newest().at("/groups/0/offsets/0/offset").asLong()).isEqualTo(100);
    }

    @Test
    void whoWantsNoGroupsKeepsNone() throws IOException {
        // Given
        consume(billing, 30);

        // When
        JsonNode backup = json(caravan.backup(store, topic, "--groups", "", "--output", "json")
                .expect(0)
                .out());

        // Then
        assertThat(backup.path("groups").isNull()).isTrue();
        assertThat(keys()).isEmpty();
        assertThat(caravan.onStore("info", store, "--topic", topic).expect(0).out())
                .doesNotContain("consumer groups");
    }

    @Test
    void aGroupThatIsNamedAndHasNoOffsetsIsMissed() throws Exception {
        // Given
        consume(billing, 30);

        // Then
        assertThat(caravan.backup(store, topic, "--groups", billing + ",no-such-group")
                        .expect(3)
                        .err())
                .contains("the consumer group no-such-group has no offsets")
                .doesNotContain("the consumer group " + billing);
    }

    @Test
    void aListOfGroupsThatCantBeIsRefused() {
        assertThat(caravan.backup(store, topic, "--groups", "app.(*").expect(2).err())
                .contains("error: --groups: 'app.(*' is not a regular expression", "hint: ");
        assertThat(caravan.backup(store, topic, "--groups-interval", "0s")
                        .expect(2)
                        .err())
                .contains("hint: give a longer --groups-interval");
    }

    @Test
    void aServiceFollowsTheGroupsOfItsTask(@TempDir Path routes) throws Exception {
        // Given
        Files.writeString(
                routes.resolve("orders.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: orders-backup
                    parameters:
                      - name: topics
                        value: %s
                      - name: groups
                        value: %s
                      - name: groups-interval
                        value: 200ms
                """
                        .formatted(topic, billing));
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_ROUTES", routes.toString());

        try (CaravanService service = CaravanService.started(environment)) {
            // When
            consume(billing, 10);

            // Then
            service.until(() -> offset() == 10);

            // When
            consume(billing, 10);
            consume(billing + "-2", 10);

            // Then
            service.until(() -> offset() == 20);
            assertThat(newest().path("groups")).hasSize(1);
            service.process().terminate().await().expect(0);
        }
    }

    private void consume(String group, int records) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        records),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<Long> taken = new ArrayList<>();
            while (taken.size() < records) {
                consumer.poll(Duration.ofMillis(100)).records(partition).stream()
                        .limit(records - taken.size())
                        .forEach(each -> taken.add(each.offset()));
            }
            long next = taken.get(records - 1) + 1;
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(next, Optional.of(0), "so far")));
        }
    }

    private String topicId() throws Exception {
        return broker.admin()
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .topicId()
                .toString();
    }

    private long offset() throws IOException {
        return keys().isEmpty() ? -1 : newest().at("/groups/0/offsets/0/offset").asLong();
    }

    private String bucket() {
        return store.substring("s3://".length(), store.indexOf('/', "s3://".length()));
    }

    private List<String> keys() {
        return s3.keys(bucket(), "archive/groups/");
    }

    private JsonNode newest() throws IOException {
        List<String> keys = keys();
        return json(s3.client()
                .getObjectAsBytes(request -> request.bucket(bucket()).key(keys.get(keys.size() - 1)))
                .asUtf8String());
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }
}
