package caravan.testbed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A KRaft node in this JVM, mostly a cluster by itself, broker and controller: own cluster id, free ports of the loopback
 * address, data in a temporary directory that {@link #close()} deletes.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private static final String HOST = "127.0.0.1";

    /**
     * What a node is in its cluster.
     *
     * @param controllerPort where the controller listens, which is node 1
     */
    record Node(int id, String clusterId, int controllerPort) {
        private boolean controls() {
            return id == 1;
        }
    }

    private final Node node;
    private final int port = freePort();
    private final Path directory;
    private final Map<String, Integer> listeners = new TreeMap<>();
    private final Map<String, String> settings;
    private KafkaRaftServer server;
    private Admin admin;

    private EmbeddedBroker(Node node, Map<String, String> protocols, Map<String, String> overrides) throws IOException {
        this.node = node;
        directory = Files.createTempDirectory("caravan-broker");
        protocols.keySet().forEach(name -> listeners.put(name, freePort()));
        settings = settings(protocols, overrides);
    }

    /** A running broker with settings for tests: housekeeping within a second, everything else as shipped. */
    public static EmbeddedBroker started() {
        return started(Map.of());
    }

    /** A running broker; {@code overrides} are broker settings ({@code message.max.bytes}, …) that replace the usual. */
    public static EmbeddedBroker started(Map<String, String> overrides) {
        return started(Map.of(), overrides);
    }

    /** A running broker that listens, beside plain text, by these protocols ({@code SSL}, …), each by a name of its own. */
    static EmbeddedBroker started(Map<String, String> protocols, Map<String, String> overrides) {
        return started(new Node(1, Uuid.randomUuid().toString(), freePort()), protocols, overrides);
    }

    /** A running node of a cluster whose node 1 is, or will be, the controller. */
    static EmbeddedBroker started(Node node, Map<String, String> protocols, Map<String, String> overrides) {
        try {
            EmbeddedBroker broker = new EmbeddedBroker(node, protocols, overrides);
            format(broker.directory, node.clusterId(), node.id());
            broker.start();
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where its logs lie: a folder for each partition. */
    public Path directory() {
        return directory;
    }

    /** Where clients connect, {@code host:port}; the same after a restart. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** Where clients of another listener connect. */
    String bootstrapServers(String listener) {
        return HOST + ":" + listeners.get(listener);
    }

    /** The cluster's id, random for each instance. */
    public String clusterId() {
        return node.clusterId();
    }

    /** An admin client that lives as long as this broker. */
    public synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()));
        }
        return admin;
    }

    /** Starts the stopped broker again, with its data and on its port. */
    public synchronized void start() {
        if (server != null) {
            throw new IllegalStateException("already running");
        }
        Properties properties = new Properties();
        properties.putAll(settings);
        KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        starting.startup();
        server = starting;
    }

    /** Stops the broker and keeps its data. */
    public synchronized void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    /** Copies its data as they are at this moment, as a snapshot of its volume: also those of one that runs. */
    public void snapshot(Path copy) {
        try {
            copy(directory, copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the data of the stopped broker, or a folder of them, back to what they were. */
    public synchronized void putBack(Path snapshot, String folder) {
        if (server != null) {
            throw new IllegalStateException("it runs");
        }
        try {
            deleteRecursively(directory.resolve(folder));
            copy(snapshot.resolve(folder), directory.resolve(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (Files.exists(file)) {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** Stops the broker and deletes its data. */
    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
        stop();
        deleteRecursively(directory);
    }

    /** Makes a directory a node's of a cluster. */
    static void format(Path directory, String clusterId, int nodeId) throws IOException {
        try {
            new Formatter()
                    .setClusterId(clusterId)
                    .setNodeId(nodeId)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString())
                    .setDirectories(List.of(directory.toString()))
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot format " + directory, e);
        }
    }

    private Map<String, String> settings(Map<String, String> protocols, Map<String, String> overrides) {
        String controller = HOST + ":" + node.controllerPort();
        StringBuilder more = new StringBuilder();
        StringBuilder moreProtocols = new StringBuilder();
        listeners.forEach((name, secured) -> {
            more.append(",").append(name).append("://" + HOST + ":").append(secured);
            moreProtocols.append(",").append(name).append(":").append(protocols.get(name));
        });
        Map<String, String> all = new HashMap<>();
        all.put("process.roles", node.controls() ? "broker,controller" : "broker");
        all.put("node.id", Integer.toString(node.id()));
        all.put("controller.quorum.voters", "1@" + controller);
        all.put(
                "listeners",
                "PLAINTEXT://" + HOST + ":" + port + (node.controls() ? ",CONTROLLER://" + controller : "") + more);
        all.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port + more);
        all.put("controller.listener.names", "CONTROLLER");
        all.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT" + moreProtocols);
        all.put("log.dirs", directory.toString());
        all.putAll(forOneNode());
        all.putAll(overrides);
        return Map.copyOf(all);
    }

    /** Settings for tests, of brokers of any version. */
    static Map<String, String> forOneNode() {
        Map<String, String> all = new HashMap<>();
        // one node: no replicas to wait for, few threads, small internal topics
        all.put("offsets.topic.replication.factor", "1");
        all.put("offsets.topic.num.partitions", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "1");
        all.put("num.network.threads", "2");
        all.put("num.io.threads", "2");
        // a test must not wait for a group to fill, nor minutes for the cleaner and retention
        all.put("group.initial.rebalance.delay.ms", "0");
        all.put("group.min.session.timeout.ms", "1000");
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("log.cleaner.backoff.ms", "200");
        all.put("log.initial.task.delay.ms", "500");
        all.put("log.retention.check.interval.ms", "500");
        return all;
    }

    /** A TCP port that no one listened on a moment ago, and that nobody in this JVM was given before. */
    public static int freePort() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static void deleteRecursively(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
