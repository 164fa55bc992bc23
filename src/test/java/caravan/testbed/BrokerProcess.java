package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/**
 * A cluster of one broker of another version of Kafka than the one in this JVM: a process of its own, with a ZooKeeper where the
 * version needs one. Data in a temporary directory that {@link #close()} deletes.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path libraries;
    private final Path directory;
    private final int port = EmbeddedBroker.freePort();
    private final List<Process> processes = new ArrayList<>();
    private final Admin admin;

    private BrokerProcess(Path libraries, Map<String, String> overrides) throws IOException {
        this.libraries = libraries;
        directory = Files.createTempDirectory("caravan-broker");
        try {
            start(overrides);
        } catch (IOException | RuntimeException e) {
            end();
            throw e;
        }
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()));
        Awaitility.await("the broker in " + libraries + ", whose output is in " + directory)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(this::answers);
    }

    /**
     * A broker that answers.
     *
     * @param libraries a directory named after the version, with the jars that it is run with
     * @param overrides settings that replace the usual
     */
    public static BrokerProcess started(Path libraries, Map<String, String> overrides) {
        try {
            return new BrokerProcess(libraries, overrides);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(Map<String, String> overrides) throws IOException {
        Map<String, String> settings = new HashMap<>(EmbeddedBroker.forOneNode());
        settings.put("log.dirs", directory.resolve("data").toString());
        settings.put("auto.create.topics.enable", "false");
        if (withZooKeeper(libraries)) {
            int zooKeeper = EmbeddedBroker.freePort();
            settings.put("broker.id", "1");
            settings.put("listeners", "PLAINTEXT://" + bootstrapServers());
            settings.put("zookeeper.connect", HOST + ":" + zooKeeper);
            run(
                    "org.apache.zookeeper.server.ZooKeeperServerMain",
                    Integer.toString(zooKeeper),
                    directory.resolve("zookeeper").toString());
        } else {
            String controller = HOST + ":" + EmbeddedBroker.freePort();
            settings.put("process.roles", "broker,controller");
            settings.put("node.id", "1");
            settings.put("controller.quorum.voters", "1@" + controller);
            settings.put("controller.listener.names", "CONTROLLER");
            settings.put("listeners", "PLAINTEXT://" + bootstrapServers() + ",CONTROLLER://" + controller);
            settings.put("advertised.listeners", "PLAINTEXT://" + bootstrapServers());
            settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        }
        settings.putAll(overrides);
        Path file = directory.resolve("server.properties");
        Properties properties = new Properties();
        properties.putAll(settings);
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        if (!withZooKeeper(libraries)) {
            Process format = run(
                    "kafka.tools.StorageTool",
                    "format",
                    "--cluster-id",
                    Uuid.randomUuid().toString(),
                    "--config",
                    file.toString());
            if (!ended(format) || format.exitValue() != 0) {
                throw new IOException("the broker's directory could not be formatted: see " + directory);
            }
        }
        run("kafka.Kafka", file.toString());
    }

    /** KRaft is for production since 3.3. */
    private static boolean withZooKeeper(Path libraries) {
        return libraries.getFileName().toString().matches("2\\..*|3\\.[0-2]\\..*");
    }

    private Process run(String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", libraries + "/*", main));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(main + ".log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private boolean answers() throws ExecutionException, InterruptedException {
        return admin.describeCluster().nodes().get().size() == 1;
    }

    /** Where clients connect, {@code host:port}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** An admin client that lives as long as this broker. */
    public Admin admin() {
        return admin;
    }

    /** Ends the broker and deletes its data. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
        end();
    }

    private void end() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).destroyForcibly();
            ended(processes.get(i));
        }
        EmbeddedBroker.deleteRecursively(directory);
    }

    private static boolean ended(Process process) {
        try {
            return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
