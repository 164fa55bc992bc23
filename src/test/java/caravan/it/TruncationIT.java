package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.CaravanCommands;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.EmbeddedCluster;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Logs that lose records after they were backed up, and go on with others; by both ways to fill chunks. */
@ExtendWith(TestServers.class)
class TruncationIT {
    private static final Map<String, String> UNCLEAN =
            Map.of("retention.ms", "-1", "unclean.leader.election.enable", "true");

    private TestS3 s3;
    private TestServers.Names names;
    private TestData data;
    private CaravanCommands caravan;
    private String bootstrapServers;
    private String store;
    private String rebatched;

    @BeforeEach
    void servers(TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        this.names = names;
        store = s3.newStore();
        rebatched = s3.newStore();
    }

    @Test
    void whatAnUncleanElectionTookBackIsVoidAndWhatCameInsteadIsRestoredOnce() {
        try (EmbeddedCluster cluster = EmbeddedCluster.started(3, Map.of())) {
            // Given: records that the follower never had are backed up
            on(cluster.bootstrapServers(), new TestData(cluster));
            String shorter = names.topic("shorter");
            String longer = names.topic("longer");
            String idle = names.topic("idle");
            List<String> topics = List.of(shorter, longer, idle);
            topics.forEach(topic -> cluster.createTopic(topic, List.of(2, 3), UNCLEAN));
            topics.forEach(topic -> send(topic, "kept", 10));
            cluster.broker(3).stop();
            String all = String.join(",", topics);
            caravan.backup(store, all).expect(0);
            topics.forEach(topic -> send(topic, "lost", 10));
            caravan.backup(store, all).expect(0);
            caravan.backupRebatched(rebatched, all).expect(0);

            // When: the follower leads, which gets others, and the old leader follows it
            cluster.broker(2).stop();
            cluster.broker(3).start();
            topics.forEach(topic -> cluster.awaitLeader(topic, 3));
            send(shorter, "instead", 5);
            send(longer, "instead", 30);
            cluster.broker(2).start();

            // Then: a backup until now does not take the old commits for the end
            assertThat(caravan.backup(store, all).expect(3).err()).contains("3 truncated log(s)");
            assertThat(caravan.backupRebatched(rebatched, all).expect(3).err()).contains("3 truncated log(s)");
            for (String archive : List.of(store, rebatched)) {
                caravan.onStore("verify", archive, "--data").expect(0);
                caravan.onCluster("verify", archive, new String[] {"--against"}).expect(0);
                assertRestoredEqual(archive, shorter);
                assertRestoredEqual(archive, longer);
            }
            assertThat(caravan.onStore("info", store, "--topic", shorter)
                            .expect(0)
                            .out())
                    .contains("1 void object");

            // And: it goes on from there, and what nothing came after is followed when something comes
            send(idle, "instead", 1);
            send(longer, "later", 1);
            caravan.backup(store, shorter + "," + longer).expect(0);
            caravan.backup(store, idle).expect(3);
            assertRestoredEqual(store, longer);
            assertRestoredEqual(store, idle);
        }
    }

    @Test
    void whatWasPutBackIsFollowedWhereLeaderEpochsTellAndElseNothingIsMixed(@TempDir Path snapshot) {
        try (EmbeddedBroker broker = EmbeddedBroker.started()) {
            // Given: a snapshot of the whole node, and records behind it that are backed up
            on(broker.bootstrapServers(), new TestData(broker));
            String followed = names.topic("followed");
            String shorter = names.topic("shorter");
            String longer = names.topic("longer");
            List<String> topics = List.of(followed, shorter, longer);
            topics.forEach(topic -> data.createTopic(topic, 1, Map.of("retention.ms", "-1")));
            topics.forEach(topic -> send(topic, "kept", 10));
            broker.snapshot(snapshot);
            topics.forEach(topic -> send(topic, "lost", 10));
            caravan.backup(store, String.join(",", topics)).expect(0);
            caravan.backupRebatched(rebatched, String.join(",", topics)).expect(0);

            // When: a log alone is put back, and the node's metadata go on
            broker.stop();
            broker.putBack(snapshot, followed + "-0");
            broker.start();
            send(followed, "instead", 5);

            // Then
            caravan.backup(store, followed).expect(3);
            caravan.backupRebatched(rebatched, followed).expect(3);
            assertRestoredEqual(store, followed);
            assertRestoredEqual(rebatched, followed);

            // When: the whole node is put back, and counts leader epochs anew
            List<StoredObjects.Stored> stored = StoredObjects.of(s3, store).objects();
            List<StoredObjects.Stored> storedRebatched =
                    StoredObjects.of(s3, rebatched).objects();
            broker.stop();
            broker.putBack(snapshot, "");
            broker.start();
            topics.forEach(topic -> send(topic, "instead", topic.equals(longer) ? 20 : 5));

            // Then: an epoch that is older than what is stored; the same one; and the same one behind what is stored
            for (String topic : topics) {
                assertStops(caravan.backup(store, topic).expect(1).err());
                assertStops(caravan.backupRebatched(rebatched, topic).expect(1).err());
            }
            assertThat(StoredObjects.of(s3, store).objects()).isEqualTo(stored);
            assertThat(StoredObjects.of(s3, rebatched).objects()).isEqualTo(storedRebatched);
        }
    }

    private static void assertStops(String err) {
        assertThat(err).contains("leader epochs are given a second time", "hint: nothing more of it is stored");
    }

    private void on(String servers, TestData its) {
        bootstrapServers = servers;
        data = its;
        caravan = new CaravanCommands(servers, s3);
    }

    private void send(String topic, String what, int records) {
        List<ProducerRecord<byte[], byte[]>> each = IntStream.range(0, records)
                .mapToObj(i -> TestData.keyed(topic, 0, "k" + i, what + " " + i))
                .toList();
        data.send("none", each);
    }

    private void assertRestoredEqual(String archive, String topic) {
        String copy = names.topic("copy-of-" + topic + "-" + restored++);
        caravan.restore(archive, "--topics", topic, "--rename", topic + "=" + copy)
                .expect(0);
        assertSameRecords(TopicContents.read(bootstrapServers, topic), TopicContents.read(bootstrapServers, copy));
    }

    private int restored;
}
