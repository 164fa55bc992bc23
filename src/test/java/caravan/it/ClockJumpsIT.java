package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import caravan.archive.ObjectReader;
import caravan.archive.ObjectSource;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose clock is set while a backup runs, forward and back. */
@ExtendWith(TestServers.class)
class ClockJumpsIT {
    @TempDir
    private Path directory;

    private Path clock;

    @BeforeEach
    void aClock() throws IOException {
        clock = directory.resolve("clock");
        set(Duration.ZERO);
    }

    @Test
    void aBackupWhoseClockJumpsStoresOnAndInTimeAndEverythingOnce(
            EmbeddedBroker broker, TestS3 s3, TestServers.Names names) throws Exception {
        // Given
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("LD_PRELOAD", library().toString());
        environment.put("CLOCK_FILE", clock.toString());
        String topic = names.topic("orders");
        String group = names.topic("group");
        String store = s3.newStore();
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        List<ProducerRecord<byte[], byte[]>> records = AwkwardRecords.ordinary(topic, 0, 500, 200);

        try (CaravanProcess backup = CaravanProcess.start(
                environment,
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--topics",
                topic,
                "--group",
                group,
                "--store",
                store,
                "--max-age",
                "1s",
                "--kafka-property",
                "session.timeout.ms=2000",
                "--kafka-property",
                "heartbeat.interval.ms=300")) {
            int sent = 0;
            for (Duration jump : List.of(
                    Duration.ZERO, Duration.ofDays(2), Duration.ofDays(-3), Duration.ofDays(-3), Duration.ofHours(1))) {
                // When: long enough ago for the group to miss a member that is silent since then
                set(jump);
                Instant session = Instant.now().plusSeconds(3);
                backup.until(() -> Instant.now().isAfter(session));
                data.send("none", records.subList(sent, sent + 100));
                sent += 100;

                // Then
                long end = sent;
                backup.until(
                        () -> Topics.committed(broker, group).values().stream().anyMatch(offset -> offset == end));
            }
            backup.terminate().await().expect(0);
        }
        StoredObjects objects = StoredObjects.of(s3, store);
        long now = System.currentTimeMillis();
        List<Long> ahead = new ArrayList<>();
        for (StoredObjects.Stored object : objects.of(topic, 0)) {
            Path file = Files.write(directory.resolve("object"), s3.read(objects.bucket(), object.key()));
            ahead.add(ObjectReader.open(ObjectSource.of(file)).manifest().createdAt() - now);
        }
        assertThat(ahead)
                .as("by the clocks that the backup saw")
                .anyMatch(millis -> millis > Duration.ofDays(1).toMillis())
                .anyMatch(millis -> millis < -Duration.ofDays(2).toMillis());
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        caravan.run("verify", "--store", store, "--data").expect(0);
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy").expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), topic + "-copy"));
    }

    /** @param offset from the machine's clock */
    private void set(Duration offset) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), Long.toString(offset.toSeconds()));
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Where {@code CARAVAN_TEST_TOOLS} is {@code required}, a C compiler may not be missing. */
    private Path library() throws Exception {
        Path library = directory.resolve("clock.so");
        List<String> compile = List.of("cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), "src/test/c/clock.c");
        try {
            Process compiler = new ProcessBuilder(compile).inheritIO().start();
            assertThat(compiler.waitFor()).isZero();
        } catch (IOException e) {
            if ("required".equals(System.getenv("CARAVAN_TEST_TOOLS"))) {
                throw e;
            }
            assumeTrue(false, "there is no C compiler");
        }
        return library;
    }
}
