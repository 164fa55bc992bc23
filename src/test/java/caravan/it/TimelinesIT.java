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
    void topicsThatAreRecreatedWithOtherPartitionsUnderARunningBackupBeginAnew(EmbeddedBroker broker) {
        // Given
        TestData data = new TestData(broker);
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        String grown = names.topic("grown");
        String shrunk = names.topic("shrunk");
        data.createTopic(grown, 1, KEPT);
        data.createTopic(shrunk, 3, KEPT);
        fill(data, grown, 1, "first life", 20);
        fill(data, shrunk, 3, "first life", 20);
        String lifeOfGrown = data.topicId(grown).toString();
        String lifeOfShrunk = data.topicId(shrunk).toString();
        try (CaravanProcess backup = backup(broker, grown + "," + shrunk, "--max-age", "1s")) {
            backup.until(() -> covered(grown, lifeOfGrown, 0) == 20);
            backup.until(() -> IntStream.range(0, 3).allMatch(i -> covered(shrunk, lifeOfShrunk, i) == 20));

            // When: longer ones, so that the old positions lie within them
            data.deleteTopic(grown);
            data.deleteTopic(shrunk);
            data.createTopic(grown, 3, KEPT);
            data.createTopic(shrunk, 1, KEPT);
            fill(data, grown, 3, "second life", 50);
            fill(data, shrunk, 1, "second life", 50);

            // Then
            String nextOfGrown = data.topicId(grown).toString();
            String nextOfShrunk = data.topicId(shrunk).toString();
            backup.until(() -> IntStream.range(0, 3).allMatch(i -> covered(grown, nextOfGrown, i) == 50));
            backup.until(() -> covered(shrunk, nextOfShrunk, 0) == 50);
            backup.terminate().await().expect(0);
        }
        for (String topic : List.of(grown, shrunk)) {
            caravan.restore(store, "--topics", topic, "--timeline", "newest", "--rename", topic + "=" + topic + "-new")
                    .expect(0);
            assertSameRecords(
                    TopicContents.read(broker.bootstrapServers(), topic),
                    TopicContents.read(broker.bootstrapServers(), topic + "-new"));
        }
        caravan.restore(
                        store,
                        "--topics",
                        shrunk,
                        "--timeline",
                        lifeOfShrunk,
                        "--rename",
                        shrunk + "=" + shrunk + "-old")
                .expect(0);
        TopicContents old = TopicContents.read(broker.bootstrapServers(), shrunk + "-old");
        assertThat(old.partitions()).extracting(List::size).containsExactly(20, 20, 20);
    }

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
                .restore(store, "--timeline", data.topicId(topic).toString(), "--rename", topic + "=" + topic + "-life")
                .expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), topic + "-life"));
    }

    private long covered(String topic, String timeline, int partition) {
        return StoredObjects.of(s3, store).of(topic, partition).stream()
                .filter(object -> object.timeline().equals(timeline))
                .mapToLong(StoredObjects.Stored::next)
                .max()
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
