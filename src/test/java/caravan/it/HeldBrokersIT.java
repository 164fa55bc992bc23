package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.ProcessCluster;
import caravan.testbed.ProcessSignal;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import caravan.testbed.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Brokers that are in their cluster, and do nothing. */
@ExtendWith(TestServers.class)
class HeldBrokersIT {
    private static Workspace workspace;
    private static ProcessCluster cluster;

    private TestS3 s3;
    private String topic;
    private String store;
    private CaravanCommands caravan;

    @BeforeAll
    static void start() throws Exception {
        workspace = new Workspace("caravan-held-brokers");
        cluster = ProcessCluster.started(
                workspace,
                "broker",
                3,
                Map.of("offsets.topic.replication.factor", "1", "transaction.state.log.replication.factor", "1"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
        workspace.close();
    }

    @BeforeEach
    void aTopic(TestS3 s3, TestServers.Names names) throws Exception {
        this.s3 = s3;
        topic = names.topic("orders");
        store = s3.newStore();
        caravan = new CaravanCommands(cluster.bootstrapServers(), s3);
        create(topic, List.of(1));
    }

    @Test
    void aRestoreThatIsKilledWhileAFollowerIsBehindGoesOnWithWhatTheLeaderHolds() throws Exception {
        // Given
        new TestData(cluster).send("none", AwkwardRecords.ordinary(topic, 0, 20_000, 500));
        caravan.backup(store, topic).expect(0);
        ProcessCluster.Node follower = neitherControllerNorCoordinator();
        int leader = follower.id() % 3 + 1;
        String copy = topic + "-copy";
        create(copy, List.of(leader, follower.id()));

        // When: the follower is in sync, and fetches no more; what the leader gets is not committed then
        try (CaravanProcess restore = restore("--max-rate", "300000")) {
            restore.until(() -> highWatermark(copy) > 0);
            follower.signal(ProcessSignal.STOP);
            AtomicLong last = new AtomicLong();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    // The one that is held may be asked first
                    .ignoreExceptions()
                    .pollInterval(Duration.ofMillis(100))
                    .during(Duration.ofSeconds(1))
                    .until(() -> last.getAndSet(highWatermark(copy)) == last.get());
            restore.kill().await();
        }
        long committed = highWatermark(copy);

        // When: it is run again, while the follower is still in sync, and is missed only later
        try (CaravanProcess again = restore()) {
            again.await().expect(0);
        } finally {
            follower.signal(ProcessSignal.CONT);
        }

        // Then
        assertThat(committed).isLessThan(20_000);
        cluster.awaitWhole();
        assertSameRecords(
                TopicContents.read(cluster.bootstrapServers(), topic),
                TopicContents.read(cluster.bootstrapServers(), copy));
    }

    private CaravanProcess restore(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "restore",
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--store",
                store,
                "--rename",
                topic + "=" + topic + "-copy",
                "--kafka-property",
                "session.timeout.ms=2000"));
        arguments.addAll(List.of(options));
        return CaravanProcess.start(s3.environment(), arguments.toArray(String[]::new));
    }

    private static void create(String name, List<Integer> replicas) throws Exception {
        cluster.admin()
                .createTopics(List.of(new NewTopic(name, Map.of(0, replicas)).configs(Map.of("retention.ms", "-1"))))
                .all()
                .get();
    }

    /** A node that others can do without. */
    private static ProcessCluster.Node neitherControllerNorCoordinator() throws Exception {
        int coordinator = cluster.admin()
                .describeTopics(List.of("__consumer_offsets"))
                .allTopicNames()
                .get()
                .get("__consumer_offsets")
                .partitions()
                .get(0)
                .leader()
                .id();
        Set<Integer> needed =
                new TreeSet<>(List.of(coordinator, cluster.controller().id()));
        return cluster.nodes().stream()
                .filter(node -> !needed.contains(node.id()))
                .findFirst()
                .orElseThrow();
    }

    private static long highWatermark(String name) throws Exception {
        TopicPartition partition = new TopicPartition(name, 0);
        return cluster.admin()
                .listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }
}
