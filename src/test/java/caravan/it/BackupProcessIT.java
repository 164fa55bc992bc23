package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.archive.ObjectReader;
import caravan.archive.ObjectSource;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.FaultyS3;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ConsumerGroupState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups that run on and on as processes of their own: stopped, killed, doubled, and cut off from their servers. */
@ExtendWith(TestServers.class)
class BackupProcessIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String store;
    private String topic;
    private String group;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        store = s3.newStore();
        topic = names.topic("orders");
        group = names.topic("group");
    }

    @Test
    void anIdleTopicsLastRecordIsStoredAtItsAge() throws Exception {
        // Given
        data.createTopic(topic, 1, KEPT);
        List<ProducerRecord<byte[], byte[]>> records = AwkwardRecords.ordinary(topic, 0, 3, 100);
        try (CaravanProcess backup = backup("--max-age", "1s")) {
            for (int i = 0; i < 3; i++) {
                // When: slower than the age
                data.send("none", records.subList(i, i + 1));

                // Then
                backup.until(covered(0, i + 1));
            }
            backup.terminate().await().expect(0);
        }
        assertThat(objects().of(topic, 0)).hasSize(3);
        assertThat(Topics.committed(broker, group)).containsValue(3L);
        assertRestoredEqual();
    }

    @Test
    void aTrickleThatNeverPausesIsStoredAtItsAgeToo() {
        // Given
        data.createTopic(topic, 1, KEPT);
        AtomicBoolean trickling = new AtomicBoolean(true);
        CompletableFuture<Void> trickle = CompletableFuture.runAsync(() -> {
            for (ProducerRecord<byte[], byte[]> each : AwkwardRecords.ordinary(topic, 0, 10_000, 100)) {
                if (trickling.get()) {
                    data.send("none", List.of(each));
                }
            }
        });

        // When
        try (CaravanProcess backup = backup("--max-age", "2s")) {
            // Then
            backup.until(covered(0, 1));
            trickling.set(false);
            trickle.join();
            backup.terminate().await().expect(0);
        }
    }

    @Test
    @Tag("s3-subset")
    void sigtermStoresAndCommitsWhatWasTakenAndExitsWithZero() throws Exception {
        // Given: an object of each partition is complete by its size, and more is taken already, which fills no object
        data.createTopic(topic, 3, KEPT);
        fill(0, 500);
        try (CaravanProcess backup =
                backup("--max-age", "10m", "--max-bytes", "60000", "--kafka-property", "max.poll.records=100")) {
            for (int partition = 0; partition < 3; partition++) {
                backup.until(covered(partition, 1));
            }

            // When
            backup.terminate().await().expect(0);
        }

        // Then
        for (int partition = 0; partition < 3; partition++) {
            objects().assertContiguous(topic, partition, 0, 500);
        }
        assertThat(Topics.committed(broker, group).values()).containsOnly(500L).hasSize(3);
        assertThat(writer(objects().of(topic, 0).get(0))).matches("caravan [0-9]+\\..+");
        assertRestoredEqual();
    }

    /** What an object says of the program that wrote it. */
    private String writer(StoredObjects.Stored object) throws IOException {
        Path file = Files.createTempFile("caravan-object", ".zip");
        Files.write(file, s3.read(objects().bucket(), object.key()));
        String writer = ObjectReader.open(ObjectSource.of(file)).manifest().writer();
        Files.delete(file);
        return writer;
    }

    @Test
    void ctrlCExitsWith130AndTheNextRunGoesOn() {
        // Given
        data.createTopic(topic, 3, KEPT);
        fill(0, 500);
        try (CaravanProcess backup = backup("--max-age", "10m")) {
            backup.until(isMember());

            // When
            backup.interrupt().await().expect(130);
        }

        // Then
        untilNow();
        assertRestoredEqual();
    }

    @Test
    void aKilledBackupLosesAndDoublesNothing() {
        // Given
        data.createTopic(topic, 3, KEPT);
        fill(0, 2000);
        try (CaravanProcess backup = backup(
                "--max-age",
                "10m",
                "--max-bytes",
                "50000",
                "--kafka-property",
                "max.poll.records=50",
                "--kafka-property",
                "session.timeout.ms=6000")) {
            backup.until(() -> !objects().objects().isEmpty());

            // When
            backup.kill().await().expect(137);
        }
        fill(2000, 2500);
        untilNow();

        // Then
        assertRestoredEqual();
    }

    @Test
    @Tag("s3-subset")
    void twoProcessesOfOneGroupStoreEverythingBetweenThem() {
        // Given
        data.createTopic(topic, 6, KEPT);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < 6; partition++) {
            records.addAll(AwkwardRecords.ordinary(topic, partition, 5000, 200));
        }
        data.send("none", records);

        // When
        String[] untilNow = {"--until-now", "--max-bytes", "200000"};
        try (CaravanProcess one = backup(untilNow);
                CaravanProcess other = backup(untilNow)) {
            one.await().expect(0);
            other.await().expect(0);
        }

        // Then
        for (int partition = 0; partition < 6; partition++) {
            assertThat(objects().coveredTo(topic, partition, 0)).isEqualTo(5000);
        }
        assertRestoredEqual();
    }

    @Test
    void nothingIsCommittedWhileTheStoreIsAway() throws Exception {
        // Given
        data.createTopic(topic, 1, KEPT);
        List<ProducerRecord<byte[], byte[]>> records = AwkwardRecords.ordinary(topic, 0, 300, 100);
        try (FaultyS3 proxy = new FaultyS3(s3.endpoint());
                CaravanProcess backup = CaravanProcess.start(
                        environment(
                                Map.of("AWS_ENDPOINT_URL_S3", proxy.endpoint().toString())),
                        arguments("--max-age", "1s"))) {
            data.send("none", records.subList(0, 100));
            backup.until(() -> Topics.committed(broker, group).containsValue(100L));

            // When
            proxy.shut();
            data.send("none", records.subList(100, 200));

            // Then
            await().during(Duration.ofSeconds(4))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> Topics.committed(broker, group).containsValue(100L));

            // When
            proxy.open();
            data.send("none", records.subList(200, 300));

            // Then
            backup.until(covered(0, 300));
            backup.until(() -> Topics.committed(broker, group).containsValue(300L));
            backup.terminate().await().expect(0);
        }
        objects().assertContiguous(topic, 0, 0, 300);
        assertRestoredEqual();
    }

    @Test
    void aBrokerThatComesBackIsReadOn() {
        try (EmbeddedBroker restarted = EmbeddedBroker.started()) {
            // Given
            broker = restarted;
            data = new TestData(restarted);
            data.createTopic(topic, 3, KEPT);
            fill(0, 500);
            try (CaravanProcess backup = backup("--max-age", "1s")) {
                backup.until(covered(2, 500));

                // When
                restarted.stop();
                restarted.start();
                fill(500, 1000);

                // Then
                backup.until(covered(0, 1000));
                backup.until(covered(1, 1000));
                backup.until(covered(2, 1000));
                backup.terminate().await().expect(0);
            }
            assertRestoredEqual();
        }
    }

    /** Records {@code from} (inclusive) to {@code to} (exclusive) into each of three partitions. */
    private void fill(int from, int to) {
        for (int partition = 0; partition < 3; partition++) {
            data.send("none", AwkwardRecords.ordinary(topic, partition, to, 200).subList(from, to));
        }
    }

    private CaravanProcess backup(String... options) {
        return CaravanProcess.start(environment(Map.of()), arguments(options));
    }

    private String[] arguments(String... options) {
        List<String> arguments = new ArrayList<>(List.of("backup", "--topics", topic, "--group", group));
        arguments.addAll(List.of(options));
        return arguments.toArray(String[]::new);
    }

    /** Cluster and store come by the environment. */
    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_STORE", store);
        environment.putAll(more);
        return environment;
    }

    private void untilNow(String... options) {
        List<String> all = new ArrayList<>(List.of("--group", group));
        all.addAll(List.of(options));
        new CaravanCommands(broker.bootstrapServers(), s3)
                .backup(store, topic, all.toArray(String[]::new))
                .expect(0);
    }

    private StoredObjects objects() {
        return StoredObjects.of(s3, store);
    }

    private Callable<Boolean> covered(int partition, long next) {
        return () -> objects().coveredTo(topic, partition, 0) >= next;
    }

    /** The process has its partitions. */
    private Callable<Boolean> isMember() {
        return () -> broker.admin()
                        .describeConsumerGroups(List.of(group))
                        .describedGroups()
                        .get(group)
                        .get()
                        .state()
                == ConsumerGroupState.STABLE;
    }

    private void assertRestoredEqual() {
        String copy = topic + "-copy";
        new CaravanCommands(broker.bootstrapServers(), s3)
                .restore(store, "--rename", topic + "=" + copy)
                .expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), copy));
    }
}
