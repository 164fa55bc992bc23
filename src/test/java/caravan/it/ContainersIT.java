package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TopicContents;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * Caravan's own image between Kafka and MinIO in containers, as narrow as it can run: no capabilities, a read-only root. Skipped
 * where images are missing, unless the profile {@code containers} requires them.
 */
@Tag("containers")
@EnabledIf(value = "imagesCanBeHad", disabledReason = "no Docker, or no images: see src/test/docker/stand-ins.sh")
class ContainersIT {
    private static final String KAFKA = "apache/kafka:3.9.1";
    /** Built by {@code docker compose build minio}. */
    private static final String MINIO = "caravan/minio";

    private static final String JAVA = "eclipse-temurin:17-jre-noble";

    private static final int STORED_WITHIN_SECONDS = 60;

    private static final int KAFKA_PORT = EmbeddedBroker.freePort();
    private static final String BROKERS = "localhost:" + KAFKA_PORT;

    private static Network network;
    private static GenericContainer<?> kafka;
    private static GenericContainer<?> minio;
    private static Future<String> image;

    static boolean imagesCanBeHad() {
        if (Boolean.getBoolean("caravan.test.containers.required")) {
            return true;
        }
        try {
            return DockerClientFactory.instance().isDockerAvailable()
                    && !docker().listImagesCmd()
                            .withImageNameFilter(MINIO)
                            .exec()
                            .isEmpty()
                    && new RemoteDockerImage(DockerImageName.parse(KAFKA)).get() != null
                    && new RemoteDockerImage(DockerImageName.parse(JAVA)).get() != null;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        network = Network.newNetwork();
        kafka = kafka();
        minio = minio();
        image = new ImageFromDockerfile("caravan/it", false)
                .withFileFromPath("Dockerfile", Path.of("src/main/docker/Dockerfile"))
                .withFileFromPath("src/main/docker/health", Path.of("src/main/docker/health"))
                .withFileFromPath("target/lib", Path.of("target/lib"))
                .withFileFromPath("target/caravan.jar", Path.of("target/caravan.jar"))
                .withFileFromPath("src/main/launcher", Path.of("src/main/launcher"))
                .withFileFromPath("routes", Path.of("routes"));
        Startables.deepStart(kafka, minio).join();
        assertThat(minio.execInContainer("mc", "mb", "local/backups").getExitCode())
                .isZero();
    }

    @AfterAll
    static void stop() {
        kafka.stop();
        minio.stop();
        network.close();
    }

    @Test
    void aTopicIsRestoredByTheImagesCommands() throws Exception {
        // Given
        fill("orders");

        // When
        run("backup", "--topics", "orders", "--until-now");
        run("restore", "--topics", "orders", "--rename", "orders=orders-copy");

        // Then
        assertSameRecords(TopicContents.read(BROKERS, "orders"), TopicContents.read(BROKERS, "orders-copy"));
    }

    @Test
    void theServiceStoresWhatLiesInItsSpoolWhenItsContainerIsStopped() throws Exception {
        fill("payments");
        try (GenericContainer<?> service = service(
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: payments
                    prefixId: payments-
                    parameters:
                      - name: topics
                        value: payments
                      - name: maxAge
                        value: 1h
                """)) {
            // Given
            service.start();
            await().atMost(Duration.ofSeconds(STORED_WITHIN_SECONDS)).until(() -> metrics(service)
                    .lines()
                    .anyMatch(line -> line.startsWith("caravan_spool_bytes{") && !line.endsWith(" 0.0")));

            // When
            docker().stopContainerCmd(service.getContainerId())
                    .withTimeout(STORED_WITHIN_SECONDS)
                    .exec();

            // Then
            assertThat(service.getCurrentContainerInfo().getState().getExitCodeLong())
                    .describedAs(service.getLogs())
                    .isZero();
        }
        run("restore", "--topics", "payments", "--rename", "payments=payments-copy");
        assertSameRecords(TopicContents.read(BROKERS, "payments"), TopicContents.read(BROKERS, "payments-copy"));
    }

    @Test
    void theServiceIsHealthyWithoutRootWithoutAWritableDiskAndInLittleMemory() throws Exception {
        try (GenericContainer<?> service =
                service("- route: {id: idle, from: {uri: direct:idle, steps: [log: idle]}}")) {
            // When
            service.start();

            // Then
            assertThat(service.execInContainer("id", "-u").getStdout()).isEqualTo("10001\n");
            assertThat(service.execInContainer("touch", "/caravan/lib/any").getStderr())
                    .contains("Read-only file system");
            assertThat(service.execInContainer("/caravan/health", "live").getExitCode())
                    .isZero();
            assertThat(service.execInContainer("/caravan/health", "wrong").getExitCode())
                    .isNotZero();
        }
    }

    /** Runs a command in a container; fails unless it ends with exit code 0. */
    private static void run(String... command) {
        try (GenericContainer<?> container = caravan()
                .withCommand(command)
                .withStartupCheckStrategy(
                        new OneShotStartupCheckStrategy().withTimeout(Duration.ofSeconds(STORED_WITHIN_SECONDS)))) {
            container.start();
        }
    }

    private static GenericContainer<?> service(String task) throws IOException {
        // Not a temporary directory of JUnit's, which the container's user could not read
        Path routes = Files.createDirectories(Path.of("target/containers-it"));
        Files.writeString(routes.resolve("task.camel.yaml"), task);
        return caravan()
                .withCommand("run", "--routes", "/tasks")
                // Testcontainers can't copy into a read-only disk
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withBinds(new Bind(routes.toAbsolutePath().toString(), new Volume("/tasks"), AccessMode.ro)))
                .withEnv("CARAVAN_MANAGEMENT_HOST", "0.0.0.0")
                .withEnv("CARAVAN_HTTP_TOKEN", "a token")
                .withExposedPorts(9876)
                .waitingFor(Wait.forHealthcheck());
    }

    private static GenericContainer<?> caravan() {
        return new GenericContainer<>(image)
                .withNetwork(network)
                .withEnv("CARAVAN_BOOTSTRAP_SERVERS", "kafka:19092")
                .withEnv("CARAVAN_STORE", "s3://backups/kafka")
                .withEnv("AWS_ENDPOINT_URL_S3", "http://minio:9000")
                .withEnv("AWS_REGION", "us-east-1")
                .withEnv("AWS_ACCESS_KEY_ID", "caravan")
                .withEnv("AWS_SECRET_ACCESS_KEY", "caravan-secret")
                .withTmpFs(Map.of("/tmp", "exec"))
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL)
                        .withMemory(512L << 20));
    }

    private static String metrics(GenericContainer<?> service) throws Exception {
        URI address = URI.create("http://localhost:" + service.getMappedPort(9876) + "/observe/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }

    private static DockerClient docker() {
        return DockerClientFactory.instance().client();
    }

    private static void fill(String topic) throws Exception {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, BROKERS);
        try (Admin admin = Admin.create(settings);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("retention.ms", "-1"))))
                    .all()
                    .get();
            for (ProducerRecord<byte[], byte[]> each : AwkwardRecords.headers(topic, 0)) {
                producer.send(each).get();
            }
        }
    }

    /** One KRaft node. It tells clients outside the port that they reach it by, so that is the same inside. */
    private static GenericContainer<?> kafka() {
        GenericContainer<?> kafka = new GenericContainer<>(DockerImageName.parse(KAFKA))
                .withNetwork(network)
                .withNetworkAliases("kafka")
                .withEnv("KAFKA_NODE_ID", "1")
                .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
                .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093")
                .withEnv("KAFKA_LISTENERS", "INSIDE://:19092,OUTSIDE://:" + KAFKA_PORT + ",CONTROLLER://:9093")
                .withEnv("KAFKA_ADVERTISED_LISTENERS", "INSIDE://kafka:19092,OUTSIDE://" + BROKERS)
                .withEnv(
                        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                        "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT")
                .withEnv("KAFKA_INTER_BROKER_LISTENER_NAME", "INSIDE")
                .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
                .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
                .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
                .withEnv("KAFKA_HEAP_OPTS", "-Xmx512m")
                .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1));
        kafka.setPortBindings(List.of(KAFKA_PORT + ":" + KAFKA_PORT));
        return kafka;
    }

    private static GenericContainer<?> minio() {
        return new GenericContainer<>(DockerImageName.parse(MINIO))
                .withNetwork(network)
                .withNetworkAliases("minio")
                .withExposedPorts(9000)
                .withEnv("MINIO_ROOT_USER", "caravan")
                .withEnv("MINIO_ROOT_PASSWORD", "caravan-secret")
                .withEnv("MC_HOST_local", "http://caravan:caravan-secret@localhost:9000")
                .waitingFor(Wait.forHttp("/minio/health/live").forPort(9000));
    }
}
