package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A restore that was cut off goes on, and in the end every record is there once. */
@ExtendWith(TestServers.class)
class ResumedRestoreIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");
    private static final int RECORDS = 60_000;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String copy;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        store = s3.newStore();
        on(broker);
        topic = names.topic("orders");
        copy = names.topic("copy");
    }

    private void on(EmbeddedBroker other) {
        broker = other;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
    }

    @Test
    @Tag("s3-subset")
    void killedAgainAndAgainItEndsWithEachRecordOnce() throws Exception {
        // Given: objects of many batches, some of them small, some with holes
        backedUp("--max-bytes", "1000000");

        // When
        for (int kill = 1; kill <= 3; kill++) {
            long before = Topics.exists(broker, copy) ? data.logEnd(copy, 0) : 0;
            if (killed(before) == 0) {
                break;
            }
        }
        CommandResult last = restore().expect(0);

        // Then
        assertThat(last.out()).contains("restored " + topic + " as " + copy);
        assertSameRecords(read(topic), read(copy));
        assertThat(data.groups())
                .doesNotContain("caravan-restore-" + restoreId().replaceFirst("-1$", ""));
        assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(KEPT);
    }

    /** Kills a restore after it wrote more; its exit code. */
    private int killed(long before) {
        try (CaravanProcess restore = process()) {
            restore.until(() -> data.logEnd(copy, 0) > before);
            return restore.kill().await().exitCode() == 137 ? 1 : 0;
        }
    }

    @Test
    void aStrangersRecordIsNoticedAndNeverCounted() {
        // Given
        backedUp();
        killed(0);
        data.send("none", List.of(TestData.keyed(copy, 0, "a", "stranger's")));
        long held = data.logEnd(copy, 0);

        // When
        CommandResult refused = restore().expect(1);

        // Then
        assertThat(refused.err()).contains("another program has written to it").contains(copy);
        assertThat(data.logEnd(copy, 0)).isEqualTo(held);
    }

    @Test
    void aStrangersRecordIsNoticedThoughTheBrokersForgotWhoWroteTheOthers() throws Exception {
        // Given: brokers that forget a producer after a second
        try (EmbeddedBroker forgetful = EmbeddedBroker.started(
                Map.of("producer.id.expiration.ms", "1000", "producer.id.expiration.check.interval.ms", "500"))) {
            on(forgetful);
            backedUp();
            killed(0);
            await().until(() -> data.producers(copy, 0).isEmpty());

            // When
            data.send("none", List.of(TestData.keyed(copy, 0, "a", "stranger's")));
            CommandResult refused = restore().expect(1);

            // Then
            assertThat(refused.err()).contains("another record").contains("another program has written to it");
        }
    }

    @Test
    void itGoesOnThoughTheBrokersForgotTheProducer() throws Exception {
        // Given: as a day later
        try (EmbeddedBroker forgetful = EmbeddedBroker.started(
                Map.of("producer.id.expiration.ms", "1000", "producer.id.expiration.check.interval.ms", "500"))) {
            on(forgetful);
            backedUp();
            killed(0);
            assertThat(data.logEnd(copy, 0)).isBetween(1L, RECORDS - 1L);
            await().until(() -> data.producers(copy, 0).isEmpty());

            // When
            restore().expect(0);

            // Then
            assertSameRecords(read(topic), read(copy));
        }
    }

    @Test
    void aRunThatWasHeldUpDoesNotWriteWhatAnotherWroteMeanwhile() {
        // Given
        backedUp();
        try (CaravanProcess held = process()) {
            held.until(() -> data.logEnd(copy, 0) > 0).hold();

            // When: another one goes on, and the first one awakes
            restore().expect(0);
            CommandResult awake = held.release().await();

            // Then
            assertThat(awake.exitCode()).isIn(0, 1);
            assertSameRecords(read(topic), read(copy));
        }
    }

    @Test
    void ofTwoRunsAtTheSameTimeTheSecondIsRefused() {
        // Given
        backedUp();
        try (CaravanProcess first = process("--max-rate", "500000")) {
            first.until(() -> data.logEnd(copy, 0) > 0);

            // When
            CommandResult second = restore().expect(1);

            // Then
            assertThat(second.err()).contains("another run of the restore").contains("is going on");

            // When: Ctrl-C
            first.interrupt().await().expect(130);
        }

        // Then: it ended soon
        assertThat(restore("--dry-run").expect(0).out())
                .containsPattern("was cut off, and would go on by its plan: [1-9][0-9,]* of [0-9,]+ records are left");
        restore().expect(0);
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void itGoesOnByItsOwnPlanThoughTheArchiveGrewMeanwhile() {
        // Given
        backedUp();
        TopicContents planned = read(topic);
        killed(0);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
        caravan.backup(store, topic).expect(0);

        // When
        restore().expect(0);

        // Then
        assertSameRecords(planned, read(copy));
    }

    @Test
    void settingsThatAreStillGuardedCanBePutBackWithoutGoingOn() throws Exception {
        // Given
        backedUp();
        killed(0);
        assertThat(Topics.config(broker, copy, "compression.type")).isEqualTo("producer");
        caravan.backup(store, copy).expect(0);
        assertThat(info().expect(3).err()).contains("the topic " + copy + " has the settings of a restore");

        // When
        await().untilAsserted(() -> assertThat(
                        caravan.restore(store, "--settle").expect(0).out())
                .contains(copy + " has its own settings"));

        // Then
        await().untilAsserted(() -> assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(KEPT));
        assertThat(caravan.restore(store, "--settle").expect(0).out()).contains("no topic has the guards");
        info().expect(0);
    }

    @Test
    void whereSettingsWerePutBackInBetweenTheyAreGuardedAgain() throws Exception {
        // Given: a topic whose timestamps the brokers would replace
        data.createTopic(
                topic,
                1,
                Map.of("retention.ms", "-1", "message.timestamp.type", "LogAppendTime", "segment.bytes", "1048576"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, RECORDS, 500));
        caravan.backup(store, topic).expect(0);
        killed(0);
        settled();

        // When
        restore().expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(Topics.ownConfigs(broker, topic));
    }

    @Test
    void aSecondRunIsRefusedWhileTheFirstStillWaitsForItsTurn() throws Exception {
        // Given: brokers that let a group's first member wait for others, as they do unless told otherwise
        try (EmbeddedBroker slow = EmbeddedBroker.started(Map.of("group.initial.rebalance.delay.ms", "5000"))) {
            on(slow);
            backedUp();
            try (CaravanProcess first = process("--max-rate", "500000")) {
                first.until(() -> data.groups().stream().anyMatch(group -> group.startsWith("caravan-restore-")));

                // When
                CommandResult second = restore().expect(1);

                // Then
                assertThat(second.err()).contains("another run of the restore").contains("is going on");
                first.until(() -> data.logEnd(copy, 0) > 0).kill().await();
            }
            restore().expect(0);
            assertSameRecords(read(topic), read(copy));
        }
    }

    @Test
    void recordsThatWereDeletedMeanwhileAreMissed() {
        // Given
        backedUp();
        killed(0);
        data.deleteRecords(copy, 0, 10);

        // When
        CommandResult refused = restore().expect(1);

        // Then
        assertThat(refused.err()).contains("begins at offset 10", "some were deleted meanwhile");
    }

    @Test
    void aSettingThatSomebodyGaveTheTopicInBetweenStays() throws Exception {
        // Given
        backedUp();
        data.createTopic(copy, 1, KEPT);
        killed(0);
        Topics.alter(broker, copy, Map.of("retention.bytes", "1000000000000"));

        // When
        CommandResult restored = restore().expect(3);

        // Then
        assertThat(restored.err()).contains("retention.bytes=1000000000000 was set by somebody");
        assertSameRecords(read(topic), read(copy));
        assertThat(Topics.ownConfigs(broker, copy))
                .isEqualTo(Map.of("retention.ms", "-1", "retention.bytes", "1000000000000"));
    }

    @Test
    void aRunThatIsRefusedLeavesATopicThatWasThereAsItIs() throws Exception {
        // Given: a plan of which nobody knows any more how far it had come
        backedUp();
        data.createTopic(copy, 1, KEPT);
        killed(0);
        settled();
        Topics.deleteGroup(broker, "caravan-restore-" + restoreId().replaceFirst("-1$", ""));

        // When
        CommandResult refused = restore().expect(1);

        // Then
        assertThat(refused.err()).contains("where the restore has written nothing yet");
        assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(KEPT);
    }

    @Test
    void settlingLeavesATopicAloneThatALaterRestoreFills() throws Exception {
        // Given: one that was cut off, and another one behind it
        backedUp();
        data.createTopic(copy, 1, KEPT);
        killed(0);
        settled();
        try (CaravanProcess later = process("--append", "--max-rate", "500000")) {
            long before = data.logEnd(copy, 0);
            later.until(() -> data.logEnd(copy, 0) > before);
            Map<String, String> guards = Topics.ownConfigs(broker, copy);

            // When
            CommandResult settled = caravan.restore(store, "--settle").expect(3);

            // Then
            assertThat(settled.err()).contains("is going on");
            assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(guards).isNotEqualTo(KEPT);
        }
    }

    @Test
    void aRestoreWhoseReportCouldNotBeKeptIsNotDoneAgain(@TempDir Path directory) throws Exception {
        // Given
        Path plans = Files.createDirectory(directory.resolve("plans"));
        backedUp();
        data.createTopic(copy, 1, KEPT);
        data.send("none", List.of(TestData.keyed(copy, 0, "first", "1")));
        try (CaravanProcess restore = process("--append", "--plan-dir", plans.toString(), "--max-rate", "5000000")) {
            restore.until(() -> data.logEnd(copy, 0) > 1);
            Files.move(plans, directory.resolve("away"));
            assertThat(restore.await().err()).contains("the report of the restore can't be stored");
        }
        Files.move(directory.resolve("away"), plans);
        long end = data.logEnd(copy, 0);

        // When
        restore("--append", "--plan-dir", plans.toString()).expect(0);

        // Then
        assertThat(data.logEnd(copy, 0)).isEqualTo(end);
        assertThat(plans.resolve("restores")).isDirectoryRecursivelyContaining("glob:**/report.json");
        assertThat(Topics.ownConfigs(broker, copy)).isEqualTo(KEPT);
    }

    /** Puts settings back once the run that was killed is forgotten. */
    private void settled() {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        caravan.restore(store, "--settle").expect(0).out())
                .contains(copy + " has its own settings"));
    }

    @Test
    void aPlanCanLieElsewhereThanInTheArchive(@TempDir Path plans) {
        // Given
        backedUp();
        try (CaravanProcess restore = process("--plan-dir", plans.toString())) {
            restore.until(() -> data.logEnd(copy, 0) > 0).kill().await();
        }

        // When
        restore("--plan-dir", plans.toString()).expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        assertThat(s3.keys(store.substring("s3://".length(), store.lastIndexOf('/')), "archive/restores/"))
                .isEmpty();
        assertThat(plans.resolve("restores")).isDirectoryRecursivelyContaining("glob:**/report.json");
    }

    private void backedUp(String... options) {
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, RECORDS / 2, 500));
        data.send("zstd", AwkwardRecords.headers(topic, 0));
        data.transaction(AwkwardRecords.ordinary(topic, 0, 100, 500), false);
        data.transaction(AwkwardRecords.ordinary(topic, 0, 100, 500), true);
        data.send("zstd", AwkwardRecords.ordinary(topic, 0, RECORDS / 2, 500));
        caravan.backup(store, topic, options).expect(0);
    }

    private CommandResult info() {
        return caravan.onCluster("info", store, new String[] {"--topic", copy});
    }

    /** Of the only restore that the archive knows. */
    private String restoreId() {
        return s3.keys(store.substring("s3://".length(), store.lastIndexOf('/')), "archive/restores/").stream()
                .map(key -> key.split("/")[2])
                .distinct()
                .reduce((one, other) -> one + " and " + other)
                .orElseThrow();
    }

    private CaravanProcess process(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "restore",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--store",
                store,
                "--rename",
                topic + "=" + copy,
                "--kafka-property",
                "session.timeout.ms=2000"));
        arguments.addAll(List.of(options));
        return CaravanProcess.start(s3.environment(), arguments.toArray(String[]::new));
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
