package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is old is deleted from the archive, and backups and restores go on as if it had never been there. */
@ExtendWith(TestServers.class)
class PruneIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");
    private static final String[] SMALL_OBJECTS = {"--max-bytes", "20000", "--kafka-property", "max.poll.records=50"};

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
        data.createTopic(topic, 1, KEPT);
    }

    @Test
    @Tag("s3-subset")
    void whatIsKeptIsRestoredAndBackupsGoOnWhereTheyWere() {
        // Given: a group that remembers the first object, and many more, all with records of years ago
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        caravan.backup(store, topic, "--group", topic + "-late").expect(0);
        String remembered = stored().of(topic, 0).get(0).key();
        data.send("none", AwkwardRecords.ordinary(topic, 0, 900, 100));
        caravan.backup(store, topic, SMALL_OBJECTS).expect(0);
        List<StoredObjects.Stored> before = stored().of(topic, 0);
        StoredObjects.Stored last = before.get(before.size() - 1);
        assertThat(before).hasSizeGreaterThan(3);

        // When
        CommandResult pruned =
                caravan.onStore("prune", store, "--older-than", "1d").expect(0);

        // Then: the newest object is there, and a gap before it
        assertThat(pruned.out()).contains("deleted " + (before.size() - 1) + " objects");
        assertThat(stored().of(topic, 0))
                .hasSize(2)
                .contains(last)
                .noneMatch(key -> key.key().equals(remembered))
                .satisfies(keys -> assertThat(keys.get(0).isGap()).isTrue());
        stored().assertContiguous(topic, 0, 0, last.next());

        // When
        CommandResult restored =
                caravan.restore(store, "--rename", topic + "=" + copy).expect(3);

        // Then
        assertThat(restored.err()).contains(topic + ": 1 gap in the archive: records were pruned");
        List<TopicContents.Entry> source = read(topic).partitions().get(0);
        List<TopicContents.Entry> target = read(copy).partitions().get(0);
        assertThat(target).isNotEmpty().hasSize((int) last.records());
        for (int i = 0; i < target.size(); i++) {
            assertThat(target.get(i).sameContent(source.get(source.size() - target.size() + i)))
                    .as("record no. %d", i)
                    .isTrue();
        }

        // When: the group comes back whose last key is gone
        data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
        caravan.backup(store, topic, "--group", topic + "-late").expect(0);

        // Then
        stored().assertContiguous(topic, 0, 0, data.logEnd(topic, 0));
        assertThat(stored().of(topic, 0)).hasSize(3);
        assertThat(caravan.onCluster("verify", store, new String[] {"--data", "--against"})
                        .expect(3)
                        .out())
                .contains("pruned from the archive on purpose", "0 failures, 1 warning");
    }

    @Test
    void aBackupBesideItLosesNothing() {
        // Given
        try (CaravanProcess backup = CaravanProcess.start(
                s3.environment(),
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--store",
                store,
                "--topics",
                topic,
                "--max-age",
                "100ms")) {
            // When: each object is old as soon as it is stored
            for (int round = 0; round < 5; round++) {
                long end = data.logEnd(topic, 0);
                data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
                backup.until(() -> stored().coveredTo(topic, 0, 0) > end);
                caravan.onStore("prune", store, "--older-than", "1d").expect(0);
            }
            backup.terminate().await().expect(0);
        }

        // Then
        List<StoredObjects.Stored> keys = stored().of(topic, 0);
        stored().assertContiguous(topic, 0, 0, data.logEnd(topic, 0));
        assertThat(keys.stream().filter(StoredObjects.Stored::isGap)).hasSize(1);
        assertThat(keys.get(0).next()).isPositive();
        assertThat(caravan.onCluster("verify", store, new String[] {"--data", "--against"})
                        .expect(3)
                        .out())
                .contains("0 failures, 1 warning");
    }

    @Test
    void aRestoreThatIsCutOffKeepsWhatItNeedsUntilItsEnd() {
        // Given
        data.send("none", AwkwardRecords.ordinary(topic, 0, 8_000, 500));
        caravan.backup(store, topic, "--max-bytes", "500000").expect(0);
        List<StoredObjects.Stored> before = stored().of(topic, 0);
        try (CaravanProcess restore = CaravanProcess.start(
                s3.environment(),
                "restore",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--store",
                store,
                "--rename",
                topic + "=" + copy,
                "--max-rate",
                "500000")) {
            restore.until(() -> data.logEnd(copy, 0) > 0).kill().await();
        }

        // When
        CommandResult spared =
                caravan.onStore("prune", store, "--older-than", "1d").expect(3);

        // Then
        assertThat(spared.err()).contains("has not come to its end", "hint: run it to its end");
        assertThat(stored().of(topic, 0)).isEqualTo(before);

        // When
        caravan.restore(store, "--rename", topic + "=" + copy).expect(0);
        caravan.onStore("prune", store, "--older-than", "1d").expect(0);

        // Then
        TopicContents.assertSameRecords(read(topic), read(copy));
        assertThat(stored().of(topic, 0)).hasSize(2);
    }

    private StoredObjects stored() {
        return StoredObjects.of(s3, store);
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }
}
