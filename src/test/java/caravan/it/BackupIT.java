package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import caravan.kafka.ChunkClients;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code backup --until-now} adds to an archive, and what it leaves alone. */
@ExtendWith(TestServers.class)
class BackupIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        topic = names.topic("orders");
    }

    @Test
    @Tag("s3-subset")
    void aSecondRunAddsOnlyWhatIsNew() {
        // Given
        List<ProducerRecord<byte[], byte[]>> records = AwkwardRecords.ordinary(topic, 0, 150, 100);
        data.createTopic(topic, 1, KEPT);
        data.send("none", records.subList(0, 100));
        caravan.backup(store, topic).expect(0);
        List<StoredObjects.Stored> first = objects().of(topic, 0);
        data.send("none", records.subList(100, 150));

        // When
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(objects().of(topic, 0)).startsWith(first.toArray(StoredObjects.Stored[]::new));
        objects().assertContiguous(topic, 0, 0, 150);
        assertRestoredEqual(0);
    }

    @Test
    void aRateIsNotExceededAndEverythingIsStored() {
        // Given
        data.createTopic(topic, 2, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1_000, 1_000));
        data.send("none", AwkwardRecords.ordinary(topic, 1, 1_000, 1_000));

        for (boolean rebatched : List.of(false, true)) {
            // When
            store = s3.newStore();
            long begin = System.nanoTime();
            String[] slowly = {"--max-rate", "200000"};
            CommandResult backup =
                    rebatched ? caravan.backupRebatched(store, topic, slowly) : caravan.backup(store, topic, slowly);

            // Then: 2 MB, but for what was saved up before, and the last piece, of at most 500 records
            backup.expect(0);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(7));
            objects().assertContiguous(topic, 0, 0, 1_000);
            objects().assertContiguous(topic, 1, 0, 1_000);
        }
    }

    @Test
    void aRunWithNothingNewStoresNothing() {
        // Given
        data.createTopic(topic, 3, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 1, 100, 100));
        caravan.backup(store, topic).expect(0);
        List<String> before = s3.keys(objects().bucket(), "");

        // When
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(s3.keys(objects().bucket(), "")).isEqualTo(before);
    }

    @Test
    void theArchiveKnowsWhereToGoOnWhenTheGroupIsGone() throws Exception {
        // Given
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        caravan.backup(store, topic, "--group", topic).expect(0);
        List<StoredObjects.Stored> before = objects().of(topic, 0);
        assertThat(Topics.committed(broker, topic)).containsValue(100L);

        // When
        Topics.deleteGroup(broker, topic);
        caravan.backup(store, topic, "--group", topic).expect(0);

        // Then
        assertThat(objects().of(topic, 0)).isEqualTo(before);
        assertThat(Topics.committed(broker, topic)).containsValue(100L);
    }

    @Test
    void anArchiveThatWasPutBackToAnOlderStateIsCompletedAgain() {
        // Given: the group has committed what the archive no longer has
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        caravan.backup(store, topic).expect(0);
        String only = objects().of(topic, 0).get(0).key();
        s3.client().deleteObject(request -> request.bucket(objects().bucket()).key(only));

        // When
        caravan.backup(store, topic).expect(0);

        // Then
        objects().assertContiguous(topic, 0, 0, 100);
    }

    @Test
    void aGroupOfAnotherArchiveIsRefused() {
        // Given
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        caravan.backup(s3.newStore(), topic, "--group", topic).expect(0);

        // When
        CommandResult refused = caravan.backup(store, topic, "--group", topic).expect(1);

        // Then
        assertThat(refused.err()).contains("belongs to the archive").contains("hint: ");
    }

    @Test
    void aHundredThousandRecordsSpreadOverSeveralObjects() {
        // Given
        data.createTopic(topic, 3, KEPT);
        for (int partition = 0; partition < 3; partition++) {
            data.send("none", AwkwardRecords.ordinary(topic, partition, partition == 0 ? 33_334 : 33_333, 200));
        }

        // When
        caravan.backup(store, topic, "--max-bytes", "2000000").expect(0);

        // Then
        for (int partition = 0; partition < 3; partition++) {
            assertThat(objects().of(topic, partition)).hasSizeGreaterThan(2);
            objects().assertContiguous(topic, partition, 0, partition == 0 ? 33_334 : 33_333);
        }
        assertRestoredEqual(0);
    }

    @Test
    void aBatchThatStraddlesAnObjectsBorderCountsOnce() {
        assumeFalse(Boolean.getBoolean(ChunkClients.REBATCH), "all batches are of Caravan's own making then");
        // Given: one batch, and an archive that ends inside of it, written by a run that made batches of its own
        data.createTopic(topic, 1, KEPT);
        Map<String, Object> oneBatch =
                Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 900_000, ProducerConfig.LINGER_MS_CONFIG, 5000);
        try (Producer<byte[], byte[]> producer = data.producer(oneBatch)) {
            AwkwardRecords.ordinary(topic, 0, 5000, 100).forEach(producer::send);
            producer.flush();
        }
        caravan.backupRebatched(store, topic, "--max-bytes", "20000", "--kafka-property", "max.poll.records=100")
                .expect(0);
        List<StoredObjects.Stored> rebatched = objects().of(topic, 0);
        assertThat(rebatched).hasSizeGreaterThan(5);
        rebatched.subList(3, rebatched.size()).forEach(object -> s3.client()
                .deleteObject(request -> request.bucket(objects().bucket()).key(object.key())));

        // When: it goes on with the broker's own
        caravan.backup(store, topic, "--max-bytes", "20000").expect(0);

        // Then
        assertThat(objects().of(topic, 0)).hasSize(4);
        objects().assertContiguous(topic, 0, 0, 5000);
        assertThat(objects().records(topic, 0)).isEqualTo(5000);
        assertRestoredEqual(0);
    }

    @Test
    void aBackupOfBatchesAndOneOfRecordsRestoreToTheSame() {
        // Given
        data.exampleTopic(topic);

        // When
        caravan.backupRebatched(store, topic).expect(0);

        // Then
        assertRestoredEqual(0);
    }

    @Test
    void coverageReachesBehindMarkersAndHoles() {
        // Given
        data.endingInMarkers(topic);

        // When
        caravan.backup(store, topic, "--group", topic).expect(0);

        // Then
        for (int partition = 0; partition < 3; partition++) {
            objects().assertContiguous(topic, partition, 0, data.logEnd(topic, partition));
        }
        assertThat(objects().records(topic, 0)).isEqualTo(3);
        assertThat(objects().records(topic, 2)).isZero();
    }

    @Test
    void anArchiveBeginsWhereTheLogBegins() {
        // Given
        data.startingBehindZero(topic, 100, 42);

        // When
        caravan.backup(store, topic).expect(0);

        // Then
        objects().assertContiguous(topic, 0, 42, 100);
    }

    @Test
    void recordsThatKafkaDeletedBeforeTheyWereStoredAreANamedGap() {
        // Given
        List<ProducerRecord<byte[], byte[]>> records = AwkwardRecords.ordinary(topic, 0, 200, 100);
        data.createTopic(topic, 1, KEPT);
        data.send("none", records.subList(0, 100));
        caravan.backup(store, topic).expect(0);
        data.send("none", records.subList(100, 200));
        TopicContents all = TopicContents.read(broker.bootstrapServers(), topic);
        data.deleteRecords(topic, 0, 150);

        // When
        CommandResult backup = caravan.backup(store, topic).expect(3);

        // Then
        assertThat(backup.err()).contains("gap");
        objects().assertContiguous(topic, 0, 0, 200);
        assertThat(objects().of(topic, 0))
                .filteredOn(StoredObjects.Stored::isGap)
                .extracting(StoredObjects.Stored::from, StoredObjects.Stored::next)
                .containsExactly(tuple(100L, 150L));
        TopicContents restored = restore(3);
        List<TopicContents.Entry> expected =
                new ArrayList<>(all.partitions().get(0).subList(0, 100));
        expected.addAll(all.partitions().get(0).subList(150, 200));
        assertSameRecords(new TopicContents(topic, List.of(expected)), restored);
    }

    @Test
    void aRecreatedTopicIsAnotherTimeline() {
        // Given
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        caravan.backup(store, topic).expect(0);
        data.deleteTopic(topic);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 300, 50));

        // When
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(objects().of(topic, 0))
                .extracting(StoredObjects.Stored::timeline)
                .doesNotHaveDuplicates()
                .hasSize(2);
        CommandResult refused = caravan.restore(store, "--rename", topic + "=" + topic + "-copy")
                .expect(2);
        assertThat(refused.err()).contains("--timeline");
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy", "--timeline", "newest")
                .expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), topic + "-copy"));
    }

    @Test
    void anOpenTransactionIsWaitedForAndThenNamed() {
        // Given
        data.createTopic(topic, 1, Map.of());
        data.send("none", List.of(TestData.keyed(topic, 0, "a", "before the transaction")));
        try (Producer<byte[], byte[]> open = data.openTransaction(List.of(TestData.keyed(topic, 0, "b", "open")))) {

            // When
            CommandResult waited =
                    caravan.backup(store, topic, "--transaction-wait", "3s").expect(3);

            // Then
            assertThat(waited.err()).contains("transaction");
            objects().assertContiguous(topic, 0, 0, 1);
            open.commitTransaction();
        }
        caravan.backup(store, topic).expect(0);
        assertRestoredEqual(0);
    }

    @Test
    void aSpoolSmallerThanTheDataIsEnough() {
        // Given: 160 MB of log
        data.createTopic(topic, 4, KEPT);
        for (int partition = 0; partition < 4; partition++) {
            data.send("lz4", AwkwardRecords.ordinary(topic, partition, 40_000, 1000));
        }

        // When: no object would be complete before the spool of 128 MiB is full
        caravan.backup(
                        store,
                        topic,
                        "--spool-bytes",
                        "134217728",
                        "--max-bytes",
                        "1073741824",
                        "--compression",
                        "stored")
                .expect(0);

        // Then
        for (int partition = 0; partition < 4; partition++) {
            objects().assertContiguous(topic, partition, 0, 40_000);
            assertThat(objects().records(topic, partition)).isEqualTo(40_000);
        }
    }

    private StoredObjects objects() {
        return StoredObjects.of(s3, store);
    }

    private TopicContents restore(int exitCode) {
        String copy = topic + "-copy";
        caravan.restore(store, "--rename", topic + "=" + copy).expect(exitCode);
        return TopicContents.read(broker.bootstrapServers(), copy);
    }

    private void assertRestoredEqual(int exitCode) {
        assertSameRecords(TopicContents.read(broker.bootstrapServers(), topic), restore(exitCode));
    }
}
