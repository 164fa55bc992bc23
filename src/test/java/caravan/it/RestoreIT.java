package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
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
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a restore does to its target, and what it refuses. */
@ExtendWith(TestServers.class)
class RestoreIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

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
    void aTopicThatHasRecordsIsRefused() {
        // Given
        backedUp(KEPT, 100);
        data.createTopic(copy, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(copy, 0, 1, 100));
        TopicContents before = read(copy);

        // When
        CommandResult refused = restore().expect(1);

        // Then
        assertThat(refused.err()).contains("error: ").contains(copy).contains("hint: ");
        assertSameRecords(before, read(copy));
    }

    @Test
    void restoringTwiceDoesNotDoubleTheTopic() {
        // Given
        backedUp(KEPT, 100);
        restore().expect(0);

        // When
        CommandResult again = restore("--verify").expect(0);

        // Then
        assertThat(again.out())
                .contains(
                        "came to its end before: no record was written",
                        "100 records compared with the archive: equal");
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aRestoreWhoseTopicWasDeletedSinceIsDoneAnew() {
        // Given
        backedUp(KEPT, 100);
        restore().expect(0);
        data.deleteTopic(copy);

        // When
        CommandResult again = restore().expect(0);

        // Then
        assertThat(again.out()).doesNotContain("before");
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aRateIsNotExceededAndEverythingIsRestored() {
        // Given: 2 MB in chunks of about 100 kB
        data.createTopic(topic, 2, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1_000, 1_000));
        data.send("none", AwkwardRecords.ordinary(topic, 1, 1_000, 1_000));
        caravan.backup(store, topic, "--max-bytes", "100000").expect(0);

        // When
        long begin = System.nanoTime();
        caravan.restore(store, "--rename", topic + "=" + copy, "--max-rate", "200000")
                .expect(0);

        // Then: but for what was saved up before, and the last chunk of each partition
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(7));
        assertSameRecords(read(topic), read(copy));
    }

    @RepeatedTest(3)
    void ofTwoRestoresAtTheSameTimeOneFillsTheTopic() throws Exception {
        // Given
        backedUp(KEPT, 100);

        // When
        CompletableFuture<CommandResult> other = CompletableFuture.supplyAsync(this::restore);
        CommandResult one = restore();
        List<CommandResult> results = List.of(one, other.get(2, TimeUnit.MINUTES));

        // Then
        assertThat(results).extracting(CommandResult::exitCode).contains(0).isSubsetOf(0, 1);
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void anEmptyTopicThatIsThereIsFilled() {
        // Given
        backedUp(KEPT, 100);
        data.createTopic(copy, 1, KEPT);

        // When
        restore().expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aTopicWhoseRecordsWereAllDeletedIsFilledBehindThem() {
        // Given
        backedUp(KEPT, 100);
        data.createTopic(copy, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(copy, 0, 7, 10));
        data.deleteRecords(copy, 0, 7);

        // When
        restore().expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        assertThat(data.logStart(copy, 0)).isEqualTo(7);
    }

    @Test
    void anEmptyTopicThatIsThereGetsTheSourcesSettingsWhereItHasNoneOfItsOwn() throws Exception {
        // Given
        data.createTopic(
                topic, 1, Map.of("cleanup.policy", "compact", "segment.bytes", "1048576", "retention.ms", "-1"));
        data.send("none", List.of(TestData.keyed(topic, 0, "a", "1"), TestData.keyed(topic, 0, "b", "2")));
        caravan.backup(store, topic).expect(0);
        data.createTopic(copy, 1, Map.of("segment.bytes", "2097152"));

        // When
        CommandResult restored = restore().expect(3);

        // Then
        assertThat(restored.err()).contains(copy + ": segment.bytes=2097152 stays, in the archive it is 1048576");
        assertThat(Topics.ownConfigs(broker, copy))
                .isEqualTo(Map.of("cleanup.policy", "compact", "segment.bytes", "2097152", "retention.ms", "-1"));
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aDryRunShowsThePlanAndChangesNothing() throws Exception {
        // Given
        backedUp(KEPT, 100);

        // When
        CommandResult shown = restore("--dry-run").expect(0);

        // Then
        assertThat(shown.out()).contains(copy).contains("100");
        assertThat(Topics.exists(broker, copy)).isFalse();
    }

    @Test
    void onlyTheTopicsAskedForAreRestored(TestServers.Names names) throws Exception {
        // Given
        String other = names.topic("other");
        backedUp(KEPT, 100);
        data.createTopic(other, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(other, 0, 10, 100));
        caravan.backup(store, other).expect(0);

        // When
        restore("--topics", topic).expect(0);

        // Then
        assertThat(read(copy).records()).isEqualTo(100);
        assertThat(read(other).records()).isEqualTo(10);
    }

    @Test
    void retentionThatWouldDeleteRestoredRecordsStaysOffAndIsNamed() throws Exception {
        // Given: a topic that forgets after a day, and records of 2020
        backedUp(KEPT, 100);
        TopicContents original = read(topic);
        Topics.alter(broker, topic, Map.of("retention.ms", "86400000"));
        caravan.backup(store, topic);

        // When
        CommandResult restored = restore().expect(3);

        // Then: the broker looks for what to delete twice a second
        assertThat(restored.err()).contains("retention");
        assertThat(Topics.config(broker, copy, "retention.ms")).isEqualTo("-1");
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(() -> data.logStart(copy, 0) == 0);
        assertSameRecords(original, read(copy));
    }

    @Test
    void theBrokersRetentionStaysOffTooWhereItWouldDeleteRestoredRecords() throws Exception {
        // Given: a record of 2020, kept by compaction, and a topic with the broker's retention of a week
        data.createTopic(topic, 1, Map.of("cleanup.policy", "compact"));
        data.send("none", List.of(new ProducerRecord<>(topic, 0, 1_577_836_800_000L, new byte[] {1}, new byte[] {2})));
        caravan.backup(store, topic).expect(0);
        data.createTopic(copy, 1, Map.of("cleanup.policy", "delete"));

        // When
        CommandResult restored = restore().expect(3);

        // Then
        assertThat(restored.err()).contains("retention");
        assertThat(Topics.config(broker, copy, "retention.ms")).isEqualTo("-1");
    }

    @Test
    void theBrokersRetentionAppliesAgainWhereItDeletesNothing() throws Exception {
        // Given
        data.createTopic(topic, 1, Map.of());
        data.send("none", List.of(TestData.keyed(topic, 0, "k", "of today")));
        caravan.backup(store, topic).expect(0);

        // When
        restore().expect(0);

        // Then
        assertThat(Topics.ownConfigs(broker, copy)).isEmpty();
    }

    @Test
    void retentionThatWasAskedForIsAppliedAtOnce() throws Exception {
        // Given
        backedUp(KEPT, 100);
        Topics.alter(broker, topic, Map.of("retention.ms", "86400000"));
        caravan.backup(store, topic);

        // When
        restore("--apply-retention").expect(0);

        // Then
        await().untilAsserted(() ->
                assertThat(Topics.config(broker, copy, "retention.ms")).isEqualTo("86400000"));
    }

    @Test
    void guardsAreTakenAwayAgain() throws Exception {
        // Given
        Map<String, String> settings = Map.of(
                "cleanup.policy", "compact",
                "compression.type", "gzip",
                "max.message.bytes", "2000000",
                "min.insync.replicas", "1",
                "segment.bytes", "1048576");
        data.createTopic(topic, 2, settings);
        data.send("none", List.of(TestData.keyed(topic, 0, "a", "1"), TestData.keyed(topic, 0, "a", null)));
        caravan.backup(store, topic).expect(0);

        // When
        restore().expect(0);

        // Then
        assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(settings);
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void objectsThatOverlapAreRestoredOnce() {
        // Given: the last object of three came back after its offsets were stored again, cut otherwise
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1000, 100));
        caravan.backupRebatched(store, topic, "--max-bytes", "40000", "--kafka-property", "max.poll.records=100")
                .expect(0);
        StoredObjects first = StoredObjects.of(s3, store);
        String last = first.of(topic, 0).get(2).key();
        byte[] body = s3.read(first.bucket(), last);
        s3.client().deleteObject(request -> request.bucket(first.bucket()).key(last));
        caravan.backup(store, topic, "--max-bytes", "20000", "--kafka-property", "max.poll.records=30")
                .expect(0);
        s3.write(first.bucket(), last, body);
        assertThat(StoredObjects.of(s3, store).records(topic, 0)).isGreaterThan(1000);

        // When
        restore().expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        caravan.onStore("verify", store, "--data").expect(0);
    }

    @Test
    void aTopicThatTheArchiveDoesNotHaveIsAnError() {
        // Given
        backedUp(KEPT, 1);

        // When
        CommandResult missing = caravan.restore(store, "--topics", "no-such-topic");

        // Then
        assertThat(missing.exitCode()).isNotZero();
        assertThat(missing.err()).contains("no-such-topic");
    }

    private void backedUp(Map<String, String> configs, int records) {
        data.createTopic(topic, 1, configs);
        data.send("none", AwkwardRecords.ordinary(topic, 0, records, 100));
        caravan.backup(store, topic).expect(0);
    }

    private CommandResult restore(String... options) {
        String[] all = Arrays.copyOf(options, options.length + 2);
        all[options.length] = "--rename";
        all[options.length + 1] = topic + "=" + copy;
        return caravan.restore(store, all);
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }
}
