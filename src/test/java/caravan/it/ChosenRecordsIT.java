package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import caravan.testbed.TopicContents.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A restore of some records: by time, offset, partition, number, and by what is left of an archive. */
@ExtendWith(TestServers.class)
class ChosenRecordsIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");
    private static final long NOON = 1_700_000_000_000L;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String copy;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        topic = names.topic("orders");
        copy = names.topic("copy");
    }

    @Test
    @Tag("s3-subset")
    void aWindowOfTimeHoldsItsRecordsThoughTheirTimestampsAreOutOfOrder() {
        // Given: one batch whose first and last records are far outside, and one that lies inside as a whole
        data.createTopic(topic, 1, KEPT);
        data.send("zstd", at(NOON + 60_000, NOON - 60_000, NOON, NOON + 999, NOON + 1_000, NOON - 1, NOON + 90_000));
        data.send("none", at(NOON + 5, NOON + 3));
        data.send("gzip", at(NOON + 2_000, NOON - 2_000));
        caravan.backup(store, topic).expect(0);

        // When
        restore("--from-time", Long.toString(NOON), "--to-time", "2023-11-14T22:13:21Z")
                .expect(0);

        // Then
        assertThat(timestamps(copy)).containsExactly(NOON, NOON + 999, NOON + 5, NOON + 3);
        assertRestored(entry -> entry.timestamp() >= NOON && entry.timestamp() < NOON + 1_000);
    }

    @Test
    void aLateObjectWithAnOldRecordIsReadToTheEndOfTime() {
        // Given: objects of one batch each; the last one has a record of before
        data.createTopic(topic, 1, KEPT);
        data.send("none", at(NOON));
        caravan.backup(store, topic).expect(0);
        data.send("none", at(NOON + 7_200_000));
        caravan.backup(store, topic).expect(0);
        data.send("none", at(NOON + 7_300_000, NOON - 5));
        caravan.backup(store, topic).expect(0);
        assertThat(StoredObjects.of(s3, store).of(topic, 0)).hasSize(3);

        // When
        restore("--to-time", Long.toString(NOON + 1)).expect(0);

        // Then
        assertThat(timestamps(copy)).containsExactly(NOON, NOON - 5);
    }

    @Test
    void withASlackLaterObjectsAreNotRead() {
        // Given: the last object can't be read
        data.createTopic(topic, 1, KEPT);
        data.send("none", at(NOON));
        caravan.backup(store, topic).expect(0);
        data.send("none", at(NOON + 7_200_000));
        caravan.backup(store, topic).expect(0);
        String last = StoredObjects.of(s3, store).of(topic, 0).get(1).key();
        s3.write(bucket(), last, new byte[s3.read(bucket(), last).length]);

        // Then
        String end = Long.toString(NOON + 1);
        restore("--to-time", end).expect(4);
        data.deleteTopic(copy);
        restore("--to-time", end, "--time-slack", "1h").expect(0);
        assertThat(timestamps(copy)).containsExactly(NOON);
    }

    @Test
    void theBrokersTimesAreChosenByAsWell() throws Exception {
        // Given
        data.createTopic(topic, 1, Map.of("message.timestamp.type", "LogAppendTime"));
        data.send("zstd", at(1, 2, 3));
        data.send("zstd", at(4, 5));
        caravan.backup(store, topic).expect(0);
        long second = read(topic).partitions().get(0).get(3).timestamp();

        // When
        restore("--from-time", Long.toString(second)).expect(0);

        // Then
        assertRestored(entry -> entry.timestamp() >= second);
        assertThat(Topics.ownConfigs(broker, copy)).containsEntry("message.timestamp.type", "LogAppendTime");
    }

    @Test
    void offsetsPartitionsAndANumberAreChosenTogether() {
        // Given
        data.createTopic(topic, 4, KEPT);
        for (int partition = 0; partition < 4; partition++) {
            data.send("zstd", AwkwardRecords.ordinary(topic, partition, 100, 100));
        }
        caravan.backup(store, topic).expect(0);

        // When
        restore("--partitions", "0,2-3", "--from-offset", "10", "--to-offset", "50", "--limit", "25")
                .expect(0);

        // Then
        TopicContents restored = read(copy);
        assertThat(restored.partitions()).extracting(List::size).containsExactly(25, 0, 25, 25);
        for (int partition : List.of(0, 2, 3)) {
            List<Entry> source = read(topic).partitions().get(partition);
            for (int i = 0; i < 25; i++) {
                assertThat(restored.partitions().get(partition).get(i).sameContent(source.get(10 + i)))
                        .isTrue();
            }
        }
    }

    @Test
    void topicsGetOtherNamesByAnExpression(TestServers.Names names) {
        // Given
        String other = names.topic("orders-b");
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 3, 100));
        data.createTopic(other, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(other, 0, 5, 100));
        caravan.backup(store, topic + "," + other).expect(0);

        // When
        caravan.restore(store, "--rename", "orders-(.*)=restored-$1").expect(0);

        // Then
        assertSameRecords(read(topic), read("restored-" + topic.substring("orders-".length())));
        assertSameRecords(read(other), read("restored-" + other.substring("orders-".length())));
    }

    @Test
    void twoTopicsWithOneNameAreRefused(TestServers.Names names) {
        // Given
        String other = names.topic("orders-b");
        data.createTopic(topic, 1, KEPT);
        data.createTopic(other, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 3, 100));
        data.send("none", AwkwardRecords.ordinary(other, 0, 3, 100));
        caravan.backup(store, topic + "," + other).expect(0);

        // When
        CommandResult refused =
                caravan.restore(store, "--rename", "orders.*=" + copy).expect(2);

        // Then
        assertThat(refused.err()).contains("would both be restored as " + copy);
    }

    @Test
    void recordsAreAddedBehindThoseThatAreThereWhereThatIsAskedFor() {
        // Given
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 30, 100));
        caravan.backup(store, topic).expect(0);
        data.createTopic(copy, 1, KEPT);
        data.send("none", List.of(TestData.keyed(copy, 0, "first", "1")));

        // When
        restore("--append").expect(0);

        // Then
        assertThat(read(copy).partitions().get(0)).hasSize(31);
        assertThat(read(copy).partitions().get(0).get(0).key().map(StandardCharsets.UTF_8::decode))
                .hasToString("Optional[first]");
        assertThat(read(copy)
                        .partitions()
                        .get(0)
                        .get(1)
                        .sameContent(read(topic).partitions().get(0).get(0)))
                .isTrue();

        // And: the same once more adds nothing
        restore("--append").expect(0);
        assertThat(read(copy).partitions().get(0)).hasSize(31);
    }

    @Test
    void whereOnlySomeTopicsWereDeletedSinceTheOthersAreNotAddedToOnceMore(TestServers.Names names) {
        // Given
        String other = names.topic("other");
        data.createTopic(topic, 1, KEPT);
        data.createTopic(other, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 30, 100));
        data.send("none", AwkwardRecords.ordinary(other, 0, 30, 100));
        caravan.backup(store, topic + "," + other).expect(0);
        data.deleteTopic(other);
        restore("--append").expect(0);
        data.deleteTopic(other);

        // When
        CommandResult refused = restore("--append").expect(1);

        // Then
        assertThat(refused.err()).contains(copy + " would get its records a second time");
        assertThat(data.logEnd(copy, 0)).isEqualTo(30);
    }

    @Test
    void whatIsLeftOfADamagedArchiveIsRestoredWhereLossIsAccepted() {
        // Given: of four objects one is gone, and one is damaged
        data.createTopic(topic, 1, KEPT);
        for (int i = 0; i < 4; i++) {
            data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
            caravan.backup(store, topic).expect(0);
        }
        List<StoredObjects.Stored> objects = StoredObjects.of(s3, store).of(topic, 0);
        s3.client().deleteObject(request -> request.bucket(bucket())
                .key(objects.get(1).key()));
        byte[] damaged = s3.read(bucket(), objects.get(2).key());
        damaged[200] ^= 1;
        s3.write(bucket(), objects.get(2).key(), damaged);

        // Then
        assertThat(restore().expect(4).err()).contains("has a hole");

        // When
        CommandResult restored = restore("--accept-loss").expect(3);

        // Then
        assertThat(restored.err()).contains("gap").contains("[20, 30) were left out");
        assertThat(read(copy).partitions().get(0)).hasSize(20);
    }

    @Test
    void allThatHindersIsToldAtOnce(TestServers.Names names) {
        // Given
        String other = names.topic("other");
        data.createTopic(topic, 1, KEPT);
        data.createTopic(other, 2, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1, 100));
        data.send("none", AwkwardRecords.ordinary(other, 0, 1, 100));
        caravan.backup(store, topic + "," + other).expect(0);
        data.deleteTopic(other);
        data.createTopic(other, 3, KEPT);

        // When
        CommandResult refused = caravan.restore(store, "--rename", topic + "=" + copy, "--replication-factor", "3")
                .expect(1);

        // Then
        assertThat(refused.err())
                .contains("the topic " + copy + " is to have 3 replicas, and the cluster has 1 broker")
                .contains("the topic " + other + " has 3 partitions, and 2 in the archive");
    }

    @Test
    void valuesThatAreNoneAreRefusedByName() {
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1, 100));
        caravan.backup(store, topic).expect(0);

        assertThat(restore("--from-time", "yesterday").expect(2).err()).contains("'yesterday' is not a time");
        assertThat(restore("--partitions", "2-").expect(2).err()).contains("'2-' is neither a partition");
        assertThat(restore("--partitions", "7").expect(1).err()).contains("no topic has such a partition");
        assertThat(restore("--limit", "0").expect(2).err()).contains("'0' is no value for limit");
        assertThat(restore("--from-offset", "5", "--to-offset", "5").expect(2).err())
                .contains("no offset is from 5 on and before 5");
        assertThat(restore("--rename", "a(=b").expect(2).err()).contains("is not a regular expression");
    }

    private void assertRestored(Predicate<Entry> wanted) {
        List<Entry> source =
                read(topic).partitions().get(0).stream().filter(wanted).toList();
        List<Entry> target = read(copy).partitions().get(0);
        assertThat(target).hasSameSizeAs(source);
        for (int i = 0; i < source.size(); i++) {
            assertThat(target.get(i).sameContent(source.get(i)))
                    .as("record %d", i)
                    .isTrue();
        }
    }

    private List<Long> timestamps(String name) {
        return read(name).partitions().get(0).stream().map(Entry::timestamp).toList();
    }

    private List<ProducerRecord<byte[], byte[]>> at(long... timestamps) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long timestamp : timestamps) {
            byte[] key = Long.toString(timestamp - NOON).getBytes(StandardCharsets.UTF_8);
            records.add(new ProducerRecord<>(topic, 0, timestamp, key, key));
        }
        return records;
    }

    private String bucket() {
        return store.substring("s3://".length(), store.indexOf('/', "s3://".length()));
    }

    private CommandResult restore(String... options) {
        List<String> all = new ArrayList<>(List.of("--rename", topic + "=" + copy));
        all.addAll(List.of(options));
        return caravan.restore(store, all.toArray(String[]::new));
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }
}
