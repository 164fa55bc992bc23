package caravan.testbed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;
import org.awaitility.Awaitility;

/**
 * A Kafka cluster of several brokers in this JVM, with replicated internal topics. Node 1 is the controller, too; the others may
 * be stopped and started. Each broker's rack is {@code rack-<node>}.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private final List<EmbeddedBroker> brokers = new ArrayList<>();

    private EmbeddedCluster() {}

    /** Running brokers; {@code overrides} are settings of all of them. */
    public static EmbeddedCluster started(int brokers, Map<String, String> overrides) {
        EmbeddedCluster cluster = new EmbeddedCluster();
        String id = Uuid.randomUuid().toString();
        int controllerPort = EmbeddedBroker.freePort();
        for (int node = 1; node <= brokers; node++) {
            Map<String, String> settings = new HashMap<>(Map.of(
                    "broker.rack", "rack-" + node,
                    "offsets.topic.replication.factor", Integer.toString(brokers),
                    "transaction.state.log.replication.factor", Integer.toString(brokers)));
            settings.putAll(overrides);
            cluster.brokers.add(
                    EmbeddedBroker.started(new EmbeddedBroker.Node(node, id, controllerPort), Map.of(), settings));
        }
        return cluster;
    }

    /** All brokers, {@code host:port,host:port}. */
    public String bootstrapServers() {
        return brokers.stream().map(EmbeddedBroker::bootstrapServers).collect(Collectors.joining(","));
    }

    /** A broker by its node id, from 1 on. */
    public EmbeddedBroker broker(int node) {
        return brokers.get(node - 1);
    }

    /** The controller's admin client. */
    public Admin admin() {
        return broker(1).admin();
    }

    /** Creates a topic that is replicated to all brokers, with leaders on all of them. */
    public void createTopic(String topic, int partitions, Map<String, String> configs) {
        Map<Integer, List<Integer>> replicas = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> partition, partition -> replicas(1 + partition % brokers.size())));
        get(admin().createTopics(List.of(new NewTopic(topic, replicas).configs(configs)))
                .all());
    }

    /** Creates a topic of one partition that is replicated to these nodes, the first of which leads. */
    public void createTopic(String topic, List<Integer> nodes, Map<String, String> configs) {
        get(admin().createTopics(List.of(new NewTopic(topic, Map.of(0, nodes)).configs(configs)))
                .all());
    }

    /** Waits until a node leads partition 0 of a topic. */
    public void awaitLeader(String topic, int node) {
        Awaitility.await("node " + node + " leads " + topic)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    Node leader = admin().describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic)
                            .partitions()
                            .get(0)
                            .leader();
                    return leader != null && leader.id() == node;
                });
    }

    /** Moves the leader of a partition to another node. */
    public void lead(TopicPartition partition, int node) {
        get(admin().alterPartitionReassignments(
                        Map.of(partition, Optional.of(new NewPartitionReassignment(replicas(node)))))
                .all());
        // One that has come back has to catch up first.
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(PreferredLeaderNotAvailableException.class)
                .until(() -> elected(partition));
    }

    private boolean elected(TopicPartition partition) {
        try {
            get(admin().electLeaders(ElectionType.PREFERRED, Set.of(partition)).all());
        } catch (ElectionNotNeededException e) {
            // It led already.
        }
        return true;
    }

    /** All nodes, this one first. */
    private List<Integer> replicas(int first) {
        return IntStream.range(0, brokers.size())
                .map(i -> 1 + (first - 1 + i) % brokers.size())
                .boxed()
                .toList();
    }

    private static void get(KafkaFuture<Void> future) {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        // The controller last: the others tell it that they go.
        for (int i = brokers.size() - 1; i >= 0; i--) {
            brokers.get(i).close();
        }
    }
}
