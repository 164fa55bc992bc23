package caravan.bench;

import caravan.testbed.JavaCommand;
import caravan.testbed.S3Server;
import caravan.testbed.Workspace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * Writes {@code src/main/launcher/classes.lst}, the classes that a class data sharing archive is made of: those which a backup, a
 * restore and the service load. To be done again after a change of libraries; an old list only makes starts slower.
 */
public final class ClassList {
    private static final Path JAR = Path.of("target", "caravan.jar").toAbsolutePath();
    private static final Path LIST = Path.of("src", "main", "launcher", "classes.lst");
    private static final String TOPIC = "orders";
    private static final int RECORDS = 20_000;
    private static final URI METRICS = URI.create("http://127.0.0.1:9876/observe/metrics");

    private final Workspace workspace;
    private final Processes processes;
    private final Broker broker;
    private final S3Server s3;
    private final Set<String> classes = new TreeSet<>();
    private final Set<String> lambdas = new TreeSet<>();

    private ClassList(Workspace workspace, Broker broker, S3Server s3) {
        this.workspace = workspace;
        this.processes = new Processes(workspace);
        this.broker = broker;
        this.s3 = s3;
    }

    /** Needs the packaged jar, and the ports of the service's listeners. */
    public static void main(String[] args) throws Exception {
        CaravanJar.requireFresh(JAR);
        try (Workspace workspace = new Workspace("caravan-bench");
                Broker broker = Broker.start(workspace);
                S3Server s3 = S3Server.start(workspace)) {
            new ClassList(workspace, broker, s3).write();
        }
        System.exit(0);
    }

    private void write() throws Exception {
        broker.createTopic(TOPIC, 4);
        produce();
        String store = s3.store("archive");
        command(
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--topics",
                TOPIC,
                "--store",
                store,
                "--until-now");
        command(
                "restore",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--store",
                store,
                "--rename",
                TOPIC + "=again");
        command("verify", "--store", store, "--data");
        command("list", "--store", store);
        service(store);
        Files.createDirectories(LIST.getParent());
        Files.write(LIST, Stream.concat(classes.stream(), lambdas.stream()).toList());
        Console.step(classes.size() + " classes, " + lambdas.size() + " notes of lambdas");
    }

    private void produce() {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "compression.type", "zstd", "acks", "all");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            IntStream.range(0, RECORDS)
                    .forEach(i -> producer.send(new ProducerRecord<>(TOPIC, "key-" + i, "value ".repeat(20) + i)));
        }
    }

    private void command(String... arguments) throws IOException {
        Path list = workspace.file(arguments[0]);
        processes.run(java(list, arguments), s3.environment(), Set.of(0));
        add(list);
    }

    private void service(String store) throws Exception {
        Path directory = workspace.directory("service");
        Path list = directory.resolve("list");
        Path routes = Files.createDirectory(directory.resolve("routes"));
        Files.writeString(
                routes.resolve("tasks.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: orders-backup
                    parameters:
                      - name: topics
                        value: %s
                """
                        .formatted(TOPIC));
        Process service = processes.start(
                java(
                        list,
                        "run",
                        "--routes",
                        routes.toString(),
                        "--store",
                        store + "-of-service",
                        "--bootstrap-servers",
                        broker.bootstrapServers()),
                s3.environment(),
                directory);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> metrics().contains("caravan"));
        service.destroy();
        service.waitFor();
        add(list);
    }

    private static String metrics() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(METRICS).build(), BodyHandlers.ofString())
                .body();
    }

    private static List<String> java(Path list, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(JavaCommand.java(), "-XX:DumpLoadedClassList=" + list, "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Of classes, names alone: what the JVM notes beside them belongs to one build. Of lambda expressions, of which a start makes two
     * thousand, all of it; what another build does not have is left aside when the archive is made.
     */
    private void add(Path list) throws IOException {
        for (String line : Files.readAllLines(list)) {
            if (line.startsWith("@")) {
                lambdas.add(line);
            } else if (!line.startsWith("#") && !line.startsWith("jdk/proxy")) {
                classes.add(line.split(" ")[0]);
            }
        }
    }
}
