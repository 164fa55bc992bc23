package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics that have several lives, in one cluster or in two: none is mixed with another. */
@ExtendWith(TestServers.class)
class TimelinesIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    private TestS3 s3;
    private TestServers.Names names;
    private String store;

    @BeforeEach
    void servers(TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        this.names = names;
        store = s3.newStore();
    }

    @Test
    void topicsThatAreRecreatedUnderARunningBackupBeginAnewAlsoWithOtherPartitions(EmbeddedBroker broker) {
        // Given
        TestData data = new TestData(broker);
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        List<Recreated> topics = List.of(
                new Recreated(names.topic("same"), 1, 1),
                new Recreated(names.topic("grown"), 1, 3),
                new Recreated(names.topic("shrunk"), 3, 1));
        Map<String, String> lives = new HashMap<>();
        topics.forEach(topic -> {
            data.createTopic(topic.name(), topic.before(), KEPT);
            fill(data, topic.name(), topic.before(), "first life", 20);
            lives.put(topic.name(), data.topicId(topic.name()).toString());
        });
        String all = topics.stream().map(Recreated::name).collect(Collectors.joining(","));
        try (CaravanProcess backup = backup(broker, all, "--max-age", "1s")) {
            topics.forEach(
                    topic -> backup.until(() -> covered(topic.name(), lives.get(topic.name()), topic.before()) == 20));

            // When: longer ones, so that the old positions lie within them
            topics.forEach(topic -> {
                data.deleteTopic(topic.name());
                data.createTopic(topic.name(), topic.after(), KEPT);
                fill(data, topic.name(), topic.after(), "second life", 50);
            });

            // Then
            topics.forEach(topic -> {
                String life = data.topicId(topic.name()).toString();
                backup.until(() -> covered(topic.name(), life, topic.after()) == 50);
            });
            backup.terminate().await().expect(0);
        }
        for (Recreated topic : topics) {
            String old = topic.name() + "-old";
            caravan.restore(
                            store,
                            "--topics",
                            topic.name(),
                            "--timeline",
                            lives.get(topic.name()),
                            "--rename",
                            topic.name() + "=" + old)
                    .expect(0);
            assertThat(TopicContents.read(broker.bootstrapServers(), old).partitions())
                    .hasSize(topic.before())
                    .allMatch(records -> records.size() == 20);
            assertLife(broker, data, topic.name());
        }
    }

    /**
     * A topic that is deleted and created again.
     *
     * @param before its partitions at first
     * @param after its partitions then
     */
    private record Recreated(String name, int before, int after) {}

    @Test
    void aClusterThatIsRestoredAndBackedUpIntoTheSameArchiveIsAnotherLifeOfEachTopic(EmbeddedBroker wiped) {
        try (EmbeddedBroker rebuilt = EmbeddedBroker.started()) {
            // Given
            TestData before = new TestData(wiped);
            TestData after = new TestData(rebuilt);
            CaravanCommands onWiped = new CaravanCommands(wiped.bootstrapServers(), s3);
            CaravanCommands onRebuilt = new CaravanCommands(rebuilt.bootstrapServers(), s3);
            String topic = names.topic("orders");
            before.createTopic(topic, 1, KEPT);
            fill(before, topic, 1, "before", 20);
            onWiped.backup(store, topic).expect(0);
            onRebuilt.restore(store).expect(0);
            fill(after, topic, 1, "after", 10);

            // When
            CommandResult backup;
            try (CaravanProcess process = backup(rebuilt, topic, "--until-now")) {
                backup = process.await().expect(0);
            }

            // Then: whoever did not mean it is told of both clusters
            assertThat(backup.err())
                    .contains("of the cluster " + rebuilt.clusterId(), "of the cluster " + wiped.clusterId());
            assertThat(onRebuilt
                            .onStore("info", store, "--topic", topic)
                            .expect(0)
                            .out())
                    .contains(
                            "timeline " + before.topicId(topic) + " of cluster " + wiped.clusterId(),
                            "timeline " + after.topicId(topic) + " of cluster " + rebuilt.clusterId());

            // And: each goes on in its own life, also if both were backed up by mistake
            fill(before, topic, 1, "still there", 5);
            onWiped.backup(store, topic).expect(0);
            assertLife(wiped, before, topic);
            assertLife(rebuilt, after, topic);
        }
    }

    private void assertLife(EmbeddedBroker broker, TestData data, String topic) {
        new CaravanCommands(broker.bootstrapServers(), s3)
                .restore(
                        store,
                        "--topics",
                        topic,
                        "--timeline",
                        data.topicId(topic).toString(),
                        "--rename",
                        topic + "=" + topic + "-life")
                .expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), topic + "-life"));
    }

    /** Offset up to which each of so many partitions is stored. */
    private long covered(String topic, String timeline, int partitions) {
        StoredObjects objects = StoredObjects.of(s3, store);
        return IntStream.range(0, partitions)
                .mapToLong(partition -> objects.of(topic, partition).stream()
                        .filter(object -> object.timeline().equals(timeline))
                        .mapToLong(StoredObjects.Stored::next)
                        .max()
                        .orElse(0))
                .min()
                .orElse(0);
    }

    private static void fill(TestData data, String topic, int partitions, String what, int records) {
        List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            for (int i = 0; i < records; i++) {
                all.add(TestData.keyed(topic, partition, "k" + i, what + " " + i));
            }
        }
        data.send("none", all);
    }

    private CaravanProcess backup(EmbeddedBroker broker, String topics, String... options) {
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_STORE", store);
        List<String> arguments = new ArrayList<>(List.of("backup", "--topics", topics));
        arguments.addAll(List.of(options));
        return CaravanProcess.start(environment, arguments.toArray(String[]::new));
    }
}
