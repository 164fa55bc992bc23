package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TopicContents;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

/** The main job on the published images of Kafka and MinIO. */
@Tag("containers")
@EnabledIf(value = "imagesCanBeHad", disabledReason = "Docker does not run here, or cannot pull the images")
class ContainersIT {
    private static final String KAFKA = "apache/kafka:3.9.1";
    private static final String MINIO = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

    static boolean imagesCanBeHad() {
        try {
            return DockerClientFactory.instance().isDockerAvailable()
                    && new RemoteDockerImage(DockerImageName.parse(KAFKA)).get() != null
                    && new RemoteDockerImage(DockerImageName.parse(MINIO)).get() != null;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Test
    void aTopicIsRestoredFromMinioIntoKafka() throws Exception {
        int port = EmbeddedBroker.freePort();
        try (GenericContainer<?> kafka = kafka(port);
                GenericContainer<?> minio = minio()) {
            // Given
            kafka.start();
            minio.start();
            String brokers = "localhost:" + port;
            fill(brokers);
            Map<String, String> environment = Map.of(
                    "CARAVAN_BOOTSTRAP_SERVERS", brokers,
                    "CARAVAN_STORE", "s3://backups/kafka",
                    "AWS_ENDPOINT_URL_S3", "http://localhost:" + minio.getMappedPort(9000),
                    "AWS_ACCESS_KEY_ID", "caravan",
                    "AWS_SECRET_ACCESS_KEY", "caravan-secret");

            // When
            CaravanProcess.run(environment, "backup", "--topics", "orders", "--until-now", "--create-bucket")
                    .expect(0);
            CaravanProcess.run(environment, "restore", "--rename", "orders=copy")
                    .expect(0);

            // Then
            assertSameRecords(TopicContents.read(brokers, "orders"), TopicContents.read(brokers, "copy"));
        }
    }

    private static void fill(String brokers) throws Exception {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        try (Admin admin = Admin.create(settings);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1).configs(Map.of("retention.ms", "-1"))))
                    .all()
                    .get();
            for (ProducerRecord<byte[], byte[]> each : AwkwardRecords.headers("orders", 0)) {
                producer.send(each).get();
            }
        }
    }

    /** One KRaft node. It has to tell clients the port that they reach it by, so that is the same inside and outside. */
    private static GenericContainer<?> kafka(int port) {
        GenericContainer<?> kafka = new GenericContainer<>(DockerImageName.parse(KAFKA))
                .withEnv("KAFKA_NODE_ID", "1")
                .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
                .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:29093")
                .withEnv("KAFKA_LISTENERS", "CLIENTS://:" + port + ",CONTROLLER://:29093")
                .withEnv("KAFKA_ADVERTISED_LISTENERS", "CLIENTS://localhost:" + port)
                .withEnv("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT")
                .withEnv("KAFKA_INTER_BROKER_LISTENER_NAME", "CLIENTS")
                .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
                .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
                .waitingFor(Wait.forLogMessage(".*Kafka Server started.*", 1));
        kafka.setPortBindings(List.of(port + ":" + port));
        return kafka;
    }

    private static GenericContainer<?> minio() {
        return new GenericContainer<>(DockerImageName.parse(MINIO))
                .withExposedPorts(9000)
                .withEnv("MINIO_ROOT_USER", "caravan")
                .withEnv("MINIO_ROOT_PASSWORD", "caravan-secret")
                .withCommand("server", "/data")
                .waitingFor(Wait.forHttp("/minio/health/live").forPort(9000));
    }
}
