package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import caravan.testbed.TopicContents.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Consumer groups go on in a restored topic with the record that they would have read next. */
@ExtendWith(TestServers.class)
class RestoredGroupsIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    private EmbeddedBroker broker;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String copy;
    private String all;
    private String half;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        topic = names.topic("orders");
        copy = names.topic("copy");
        all = names.topic("read-all");
        half = names.topic("read-half");
    }

    @Test
    @Tag("s3-subset")
    void aGroupGoesOnWithTheRecordThatItWouldHaveReadNextThroughHolesInTheOffsets() throws Exception {
        // Given: markers and aborted records between the others
        topicWithHoles();
        long end = data.logEnd(topic, 0);
        List<Entry> source = read(topic);
        Entry next = source.get(137);
        commit(all, topic, end);
        commit(half, topic, next.offset());
        caravan.backup(store, topic).expect(0);

        // When
        CommandResult preview = restore("--groups", "--dry-run").expect(0);
        CommandResult restored = restore("--groups", all + "," + half).expect(0);

        // Then
        assertThat(preview.out()).contains(half, "IN THE SOURCE", "137");
        assertThat(restored.out()).contains("IN THE SOURCE", all, half);
        assertThat(committed(all)).isEqualTo(source.size());
        assertThat(committed(half)).isEqualTo(137);
        assertThat(read(copy).get(137).sameContent(next)).isTrue();
    }

    @Test
    void aWindowOfTimeCountsOnlyItsOwnRecords() throws Exception {
        // Given
        topicWithHoles();
        List<Entry> source = read(topic);
        commit(half, topic, source.get(195).offset());
        caravan.backup(store, topic).expect(0);
        long from = AwkwardRecords.SOME_TIME + 40;
        long before = source.subList(0, 195).stream()
                .filter(entry -> entry.timestamp() >= from)
                .count();

        // When
        restore("--from-time", Long.toString(from), "--groups", half).expect(0);

        // Then
        assertThat(committed(half)).isEqualTo(before).isPositive();
        assertThat(read(copy).get((int) before).sameContent(source.get(195))).isTrue();
    }

    @Test
    void aGroupWithMembersIsLeftAloneAndNamed() throws Exception {
        // Given
        topicWithHoles();
        commit(all, topic, 5);
        caravan.backup(store, topic).expect(0);
        try (KafkaConsumer<byte[], byte[]> member = consumer(all)) {
            member.subscribe(List.of(topic));
            await().until(() -> {
                member.poll(Duration.ofMillis(100));
                return !member.assignment().isEmpty();
            });

            // When
            CommandResult preview = restore("--groups", all, "--dry-run").expect(0);
            CommandResult restored = restore("--groups", all).expect(3);

            // Then
            assertThat(preview.out()).contains("the group " + all + " has members");
            assertThat(restored.err()).contains("the group " + all + " has members");
            assertThat(Topics.committed(broker, all)).doesNotContainKey(new TopicPartition(copy, 0));
        }

        // When: it is stopped, and the restore is run again
        await().until(() -> broker.admin()
                .describeConsumerGroups(List.of(all))
                .all()
                .get()
                .get(all)
                .members()
                .isEmpty());
        CommandResult again = restore("--groups", all).expect(0);

        // Then
        assertThat(again.out()).contains("came to its end before");
        assertThat(committed(all)).isEqualTo(5);
    }

    @Test
    void offsetsThatAGroupHasByNowAreItsOwn() throws Exception {
        // Given
        topicWithHoles();
        commit(all, topic, 5);
        caravan.backup(store, topic).expect(0);
        restore("--groups", all).expect(0);
        commit(all, copy, 60);

        // When
        CommandResult preview = restore("--groups", all, "--dry-run").expect(0);
        CommandResult again = restore("--groups", all).expect(3);

        // Then
        assertThat(preview.out()).contains("came to its end before", "has offsets of its own");
        assertThat(again.err()).contains("has offsets of its own");
        assertThat(committed(all)).isEqualTo(60);
    }

    @Test
    void aGroupThatReadsATopicWhichIsAddedToKeepsItsPlace() throws Exception {
        // Given
        topicWithHoles();
        commit(all, topic, 5);
        caravan.backup(store, topic).expect(0);
        data.createTopic(copy, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(copy, 0, 20, 100));
        commit(all, copy, 3);

        // When
        CommandResult restored = restore("--append", "--groups", all).expect(3);

        // Then
        assertThat(restored.err()).contains("has offsets of its own");
        assertThat(committed(all)).isEqualTo(3);
    }

    @Test
    void offsetsOfAnEarlierTimeCanBeChosen() throws Exception {
        // Given
        topicWithHoles();
        commit(half, topic, 5);
        caravan.backup(store, topic).expect(0);
        long then = System.currentTimeMillis();
        commit(half, topic, 50);
        caravan.backup(store, topic).expect(0);

        // When
        restore("--groups", half, "--groups-at", Long.toString(then)).expect(0);

        // Then
        assertThat(committed(half)).isEqualTo(5);
    }

    @Test
    void aGroupThatTheArchiveDoesNotKnowIsNamed() {
        // Given
        topicWithHoles();
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(restore("--groups", "no-such-group").expect(3).err()).contains("the archive has no offsets of ");
        assertThat(restore("--groups-at", "0").expect(2).err()).contains("say which with --groups");
    }

    private void topicWithHoles() {
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        data.transaction(AwkwardRecords.ordinary(topic, 0, 7, 100), false);
        data.transaction(AwkwardRecords.ordinary(topic, 0, 50, 100), true);
        data.send("zstd", AwkwardRecords.ordinary(topic, 0, 50, 100));
        data.transaction(AwkwardRecords.ordinary(topic, 0, 3, 100), false);
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "group.id",
                        group,
                        "enable.auto.commit",
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private void commit(String group, String name, long offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
            consumer.commitSync(Map.of(new TopicPartition(name, 0), new OffsetAndMetadata(offset)));
        }
    }

    private long committed(String group) throws Exception {
        return Topics.committed(broker, group).get(new TopicPartition(copy, 0));
    }

    private CommandResult restore(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--rename", topic + "=" + copy));
        arguments.addAll(List.of(options));
        return caravan.restore(store, arguments.toArray(String[]::new));
    }

    private List<Entry> read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name).partitions().get(0);
    }
}
