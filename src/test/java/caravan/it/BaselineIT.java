package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Timeline;
import caravan.catalog.Catalog;
import caravan.catalog.PartitionContents;
import caravan.catalog.TimelineContents;
import caravan.store.Store;
import caravan.store.Stores;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Deletes that a backup can't have seen, copies that are made anew, and backups that go on beside and in them. */
@ExtendWith(TestServers.class)
class BaselineIT {
    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private TestData data;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String copy;

    /** Records lie far apart in time, so that each begins a segment, and the log cleaner leaves the last one alone. */
    private long clock = System.currentTimeMillis() - 7_200_000;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers());
        store = directory.toUri().toString();
        topic = names.topic("state");
        copy = names.topic("copy");
    }

    @Test
    void aKeyWhoseDeleteWasNeverSeenStaysDeletedInABaseline() throws Exception {
        // Given: a key that is deleted while no backup runs, and whose tombstone is gone when the next one does
        data.createTopic(
                topic,
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "min.cleanable.dirty.ratio", "0.001",
                        "segment.ms", "1000",
                        "segment.jitter.ms", "0",
                        "delete.retention.ms", "500"));
        data.send("none", List.of(record("gone", "alive"), record("kept", "alive")));
        caravan.backup(store, topic).expect(0);
        data.send("none", List.of(record("gone", null)));
        Awaitility.await("the end of the tombstone")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    data.send("none", List.of(record("filler", "more"), record("filler", "more")));
                    return TopicContents.read(broker.bootstrapServers(), topic).partitions().get(0).stream()
                            .noneMatch(entry -> text(entry.key().orElseThrow()).equals("gone"));
                });

        // When
        CommandResult late = caravan.backup(store, topic).expect(3);

        // Then
        assertThat(late.err()).contains("tombstones may have been compacted away unseen", "'backup --baseline'");
        assertThat(caravan.onStore("verify", store).expect(3).out()).contains("tombstones may be missing");
        assertThat(caravan.onStore("info", store, "--topic", topic).expect(3).out())
                .contains("~ stored after a compaction, deletes may be missing");
        assertThat(caravan.onStore("cat", store, "--topic", topic, "--key", "gone")
                        .expect(3)
                        .out())
                .contains("alive");

        // When
        Topics.alter(broker, topic, Map.of("delete.retention.ms", "86400000"));
        CommandResult made = caravan.onCluster("backup", store, new String[] {"--baseline"}, "--topics", topic)
                .expect(0);
        data.send("none", List.of(record("later", "alive"), record("kept", "changed")));
        caravan.backup(store, topic).expect(0);

        // Then
        Timeline baseline = new Timeline(data.topicId(topic), 1);
        assertThat(made.out()).contains("the baseline " + baseline + " is complete");
        assertThat(caravan.onStore("verify", store).expect(0).out()).contains(baseline.folder());
        caravan.restore(store, "--rename", topic + "=" + copy).expect(0);
        assertThat(state(copy))
                .isEqualTo(state(topic))
                .doesNotContainKey("gone")
                .containsEntry("kept", "changed");
        assertThat(data.groups()).noneMatch(group -> group.contains("-baseline-"));
    }

    @Test
    void aBackupThatRunsBesideABaselineLosesNothingWhenItEndsAndWhenItGoesOn() throws Exception {
        // Given
        data.createTopic(topic, 2, Map.of("cleanup.policy", "compact"));
        Timeline life = Timeline.of(data.topicId(topic));
        Timeline baseline = new Timeline(life.topicId(), 1);
        fill(0, 200);
        try (CaravanProcess running = CaravanProcess.start(
                Map.of("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers(), "CARAVAN_STORE", store),
                "backup",
                "--topics",
                topic,
                "--max-age",
                "300ms")) {
            running.until(stored(life, 200));

            // When: the running backup goes on where it was
            caravan.onCluster("backup", store, new String[] {"--baseline"}, "--topics", topic)
                    .expect(0);
            fill(200, 300);
            running.until(stored(life, 300));

            // Then: what the baseline lacks is taken from there
            caravan.restore(store, "--rename", topic + "=" + copy).expect(0);
            assertSameRecords(read(topic), read(copy));
            running.terminate().await().expect(0);
        }

        // When
        fill(300, 350);
        caravan.backup(store, topic).expect(0);

        // Then
        assertThat(stored(baseline, 350).call()).isTrue();
        assertThat(stored(life, 350).call()).isFalse();
        String alone = copy + "-alone";
        caravan.restore(store, "--timeline", baseline.folder(), "--rename", topic + "=" + alone)
                .expect(0);
        assertSameRecords(read(topic), read(alone));
    }

    private ProducerRecord<byte[], byte[]> record(String key, String value) {
        clock += 10_000;
        return new ProducerRecord<>(
                topic, 0, clock, key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8), List.<Header>of());
    }

    /** Records {@code from} (inclusive) to {@code to} (exclusive) into each partition. */
    private void fill(int from, int to) {
        for (int partition = 0; partition < 2; partition++) {
            data.send("none", AwkwardRecords.ordinary(topic, partition, to, 100).subList(from, to));
        }
    }

    /** Whether a timeline holds both partitions up to an offset. */
    private Callable<Boolean> stored(Timeline timeline, long next) {
        return () -> {
            try (Store archive = Stores.open(store)) {
                List<PartitionContents> partitions = new Catalog(archive)
                        .topic(topic).orElseThrow().timelines().stream()
                                .filter(contents -> contents.timeline().equals(timeline))
                                .map(TimelineContents::partitions)
                                .findFirst()
                                .orElseThrow();
                return partitions.size() == 2
                        && partitions.stream().allMatch(each -> each.coverage().next() >= next);
            }
        };
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }

    /** The last value of each key that is not deleted. */
    private Map<String, String> state(String name) {
        Map<String, String> state = new TreeMap<>();
        read(name).partitions().get(0).forEach(entry -> {
            String key = text(entry.key().orElseThrow());
            entry.value().ifPresentOrElse(value -> state.put(key, text(value)), () -> state.remove(key));
        });
        return state;
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes.duplicate()).toString();
    }
}
