package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/**
 * A Kafka cluster of brokers in processes of their own, so that they can be killed and held. Every node is a controller, too, and all
 * of them vote. Internal topics have a replica on each.
 */
public final class ProcessCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long ANSWER_SECONDS = 20;

    private final Workspace workspace;
    private final List<Node> nodes = new ArrayList<>();
    private final Admin admin;

    /** One broker and controller. */
    public final class Node {
        private final int id;
        private final int port = EmbeddedBroker.freePort();
        private final int controllerPort = EmbeddedBroker.freePort();
        private final Path directory;
        private Process process;

        private Node(int id, Path directory) {
            this.id = id;
            this.directory = directory;
        }

        /** Its node id, from 1 on. */
        public int id() {
            return id;
        }

        /** Starts it, with the data that it has; it listens where it did before. */
        public synchronized void start() {
            if (process != null && process.isAlive()) {
                throw new IllegalStateException("broker " + id + " runs already");
            }
            process = workspace.start(new ProcessBuilder(JavaCommand.of(
                            List.of("-Xms96m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                            entry -> true,
                            "kafka.Kafka",
                            List.of(settingsFile().toString())))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("log").toFile())));
        }

        /** Sends a signal to its process. */
        public synchronized void signal(ProcessSignal signal) {
            signal.send(process.pid());
        }

        /** Waits until its process has ended, and kills it after a minute. */
        public synchronized void awaitEnd() {
            try {
                if (!process.waitFor(60, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        /** Whether its process is there, held or not. */
        public synchronized boolean isAlive() {
            return process != null && process.isAlive();
        }

        private Path settingsFile() {
            return directory.resolve("server.properties");
        }

        private void prepare(String clusterId, Map<String, String> overrides) throws IOException {
            Path data = Files.createDirectory(directory.resolve("data"));
            Map<String, String> all = new HashMap<>(EmbeddedBroker.forOneNode());
            String replicas = Integer.toString(nodes.size());
            all.put("offsets.topic.replication.factor", replicas);
            all.put("transaction.state.log.replication.factor", replicas);
            all.put("default.replication.factor", replicas);
            all.put("process.roles", "broker,controller");
            all.put("node.id", Integer.toString(id));
            all.put(
                    "controller.quorum.voters",
                    nodes.stream()
                            .map(node -> node.id + "@" + HOST + ":" + node.controllerPort)
                            .collect(Collectors.joining(",")));
            all.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
            all.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
            all.put("controller.listener.names", "CONTROLLER");
            all.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
            all.put("auto.create.topics.enable", "false");
            all.put("log.dirs", data.toString());
            all.putAll(overrides);
            Properties properties = new Properties();
            properties.putAll(all);
            try (var writer = Files.newBufferedWriter(settingsFile())) {
                properties.store(writer, null);
            }
            EmbeddedBroker.format(data, clusterId, id);
        }
    }

    private ProcessCluster(Workspace workspace, String name, int brokers, Map<String, String> overrides)
            throws IOException {
        this.workspace = workspace;
        for (int id = 1; id <= brokers; id++) {
            nodes.add(new Node(id, workspace.directory(name + "-" + id)));
        }
        String clusterId = Uuid.randomUuid().toString();
        for (Node node : nodes) {
            node.prepare(clusterId, overrides);
            node.start();
        }
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "5000",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                "20000"));
    }

    /**
     * A cluster whose brokers are all there.
     *
     * @param name begins the names of the brokers' directories in the workspace
     * @param overrides settings of all brokers
     */
    public static ProcessCluster started(Workspace workspace, String name, int brokers, Map<String, String> overrides) {
        try {
            ProcessCluster cluster = new ProcessCluster(workspace, name, brokers, overrides);
            cluster.awaitWhole();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All brokers, {@code host:port,host:port}. */
    public String bootstrapServers() {
        return nodes.stream().map(node -> HOST + ":" + node.port).collect(Collectors.joining(","));
    }

    /** An admin client that lives as long as this cluster. */
    public Admin admin() {
        return admin;
    }

    /** All nodes, in the order of their ids. */
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** A node by its id. */
    public Node node(int id) {
        return nodes.get(id - 1);
    }

    /** The node that leads the controllers. */
    public Node controller() {
        return node(answer(admin.describeMetadataQuorum().quorumInfo()).leaderId());
    }

    /** Waits until all brokers are there, and every replica of every topic is in sync. */
    public void awaitWhole() {
        Awaitility.await("all brokers, and all replicas in sync")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(this::isWhole);
    }

    private boolean isWhole() {
        return answer(admin.describeCluster().nodes()).size() == nodes.size()
                && topics().values().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .allMatch(partition -> partition.leader() != null
                                && partition.isr().size()
                                        == partition.replicas().size());
    }

    /** Lets each partition's preferred replica lead. */
    public void electPreferred() {
        answer(admin.electLeaders(ElectionType.PREFERRED, null).partitions());
    }

    /** Gives each partition, of internal topics too, another order of its replicas by chance, and lets the first one lead. */
    public void shuffleLeaders(Random random) {
        Map<TopicPartition, Optional<NewPartitionReassignment>> shuffled = new HashMap<>();
        topics().forEach((name, topic) -> topic.partitions().forEach(partition -> {
            List<Integer> replicas = new ArrayList<>(ids(partition));
            Collections.shuffle(replicas, random);
            shuffled.put(
                    new TopicPartition(name, partition.partition()),
                    Optional.of(new NewPartitionReassignment(replicas)));
        }));
        answer(admin.alterPartitionReassignments(shuffled).all());
        electPreferred();
    }

    private static List<Integer> ids(TopicPartitionInfo partition) {
        return partition.replicas().stream()
                .map(org.apache.kafka.common.Node::id)
                .toList();
    }

    private Map<String, TopicDescription> topics() {
        Set<String> names = answer(
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        return answer(admin.describeTopics(names).allTopicNames());
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the cluster did not answer within " + ANSWER_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills all brokers; their directories stay as long as the workspace. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
        nodes.stream().filter(Node::isAlive).forEach(node -> node.signal(ProcessSignal.KILL));
    }
}
