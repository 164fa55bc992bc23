package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics that are hard to copy are backed up together, and restored into another cluster; then each is looked at. */
@ExtendWith(TestServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("s3-subset")
class RecordsIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");
    private static final int LARGEST = 1_500_000;

    private EmbeddedBroker source;
    private EmbeddedBroker target;
    private TestServers.Names names;

    @BeforeAll
    void backUpAndRestore(EmbeddedBroker source, TestS3 s3, TestServers.Names names) {
        this.source = source;
        this.names = names;
        TestData data = new TestData(source);
        data.createTopic(topic("empty"), 3, Map.of());
        data.createTopic(topic("half-empty"), 3, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic("half-empty"), 2, 10, 100));
        data.createTopic(topic("keys-and-values"), 1, KEPT);
        data.send("none", AwkwardRecords.keysAndValues(topic("keys-and-values"), 0));
        data.createTopic(
                topic("headers"), 1, Map.of("retention.ms", "-1", "message.timestamp.after.max.ms", "7200000"));
        data.send("none", AwkwardRecords.headers(topic("headers"), 0));
        data.createTopic(topic("timestamps"), 1, KEPT);
        data.send("none", AwkwardRecords.timestamps(topic("timestamps"), 0));
        data.createTopic(
                topic("append-time"), 1, Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic("append-time"), 0, 100, 100));
        data.createTopic(topic("codecs"), TestData.CODECS.size(), KEPT);
        for (int i = 0; i < TestData.CODECS.size(); i++) {
            data.send(TestData.CODECS.get(i), AwkwardRecords.ordinary(topic("codecs"), i, 500, 300));
        }
        data.createTopic(
                topic("largest"), 1, Map.of("max.message.bytes", Integer.toString(LARGEST), "retention.ms", "-1"));
        data.send("none", List.of(AwkwardRecords.ofBatchSize(topic("largest"), 0, LARGEST)));
        data.endingInMarkers(topic("markers"));
        data.exampleKeyed(topic("transactions"));
        data.compactedWithHoles(topic("holes"));
        data.startingBehindZero(topic("late-start"), 100, 42);
        data.createTopic(topic("fifty"), 50, KEPT);
        List<ProducerRecord<byte[], byte[]>> fifty = new ArrayList<>();
        for (int partition = 0; partition < 50; partition++) {
            fifty.addAll(AwkwardRecords.ordinary(topic("fifty"), partition, 20, 100));
        }
        data.send("lz4", fifty);

        String store = s3.newStore();
        new CaravanCommands(source.bootstrapServers(), s3)
                .backup(store, ".*-" + names.suffix())
                .expect(0);
        target = EmbeddedBroker.started();
        new CaravanCommands(target.bootstrapServers(), s3).restore(store).expect(0);
    }

    @AfterAll
    void close() {
        target.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "half-empty",
                "keys-and-values",
                "headers",
                "timestamps",
                "append-time",
                "codecs",
                "largest",
                "markers",
                "transactions",
                "holes",
                "late-start",
                "fifty"
            })
    void everyRecordIsRestoredByteForByteInItsPartitionAndOrder(String topic) {
        // Given
        TopicContents original = TopicContents.read(source.bootstrapServers(), topic(topic));

        // Then
        assertThat(original.records()).isPositive();
        assertSameRecords(original, restored(topic));
    }

    @Test
    void anEmptyTopicIsThereAgainWithItsPartitions() {
        assertThat(restored("empty").partitions()).hasSize(3).allMatch(List::isEmpty);
    }

    @Test
    void nullAndEmptyStayDifferent() {
        // Given
        List<TopicContents.Entry> entries =
                restored("keys-and-values").partitions().get(0);

        // Then
        assertThat(entries).filteredOn(entry -> entry.value().isEmpty()).hasSize(6);
        assertThat(entries)
                .filteredOn(entry -> entry.value().map(ByteBuffer::remaining).equals(Optional.of(0)))
                .hasSize(6);
        assertThat(entries).filteredOn(entry -> entry.key().isEmpty()).hasSize(6);
    }

    @Test
    void headersOfOneNameKeepTheirOrder() {
        // Given
        TopicContents.Entry entry = restored("headers").partitions().get(0).get(3);

        // Then
        assertThat(entry.headers().toString())
                .isEqualTo("[same='first', other='between', same='second', same='first']");
    }

    @Test
    void abortedRecordsAreNotRestored() {
        assertThat(restored("transactions").toString()).doesNotContain("never happened");
        assertThat(restored("markers").partitions()).extracting(List::size).containsExactly(3, 1, 0);
    }

    @Test
    void aDeletedKeyStaysDeleted() {
        assertThat(restored("holes").partitions().get(0))
                .filteredOn(entry -> entry.value().isEmpty())
                .hasSize(1);
    }

    @Test
    void theLargestRecordThatTheTopicTakesIsRestoredWithTheLimit() throws Exception {
        assertThat(restored("largest").records()).isOne();
        assertThat(Topics.config(target, topic("largest"), "max.message.bytes")).isEqualTo(Integer.toString(LARGEST));
    }

    @Test
    void theTopicsOwnSettingsAreRestored() throws Exception {
        assertThat(Topics.config(target, topic("transactions"), "cleanup.policy"))
                .isEqualTo("compact");
        assertThat(Topics.config(target, topic("headers"), "retention.ms")).isEqualTo("-1");
        assertThat(Topics.config(target, topic("headers"), "message.timestamp.after.max.ms"))
                .isEqualTo("7200000");
        assertThat(Topics.ownConfigs(target, topic("empty"))).isEmpty();
    }

    private String topic(String name) {
        return names.topic(name);
    }

    private TopicContents restored(String topic) {
        return TopicContents.read(target.bootstrapServers(), topic(topic));
    }
}
