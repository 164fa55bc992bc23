package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An archive in a directory: all commands, and two processes that write it at the same time. */
@ExtendWith(TestServers.class)
class DirectoryIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private TestData data;
    private String store;
    private String topic;
    private String copy;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        store = "file://" + directory.resolve("backups/kafka");
        topic = names.topic("orders");
        copy = names.topic("copy");
    }

    @Test
    void whatIsBackedUpIsListedVerifiedAndRestored() {
        // Given
        data.createTopic(topic, 3, KEPT);
        data.send("zstd", AwkwardRecords.ordinary(topic, 0, 200, 100));
        data.send("none", AwkwardRecords.ordinary(topic, 2, 100, 100));

        // When
        onCluster("backup", "--topics", topic, "--until-now", "--create-bucket").expect(0);

        // Then
        assertThat(onStore("list").expect(0).out())
                .contains(store)
                .contains(topic)
                .contains("300");
        assertThat(onStore("info", "--topic", topic).expect(0).out()).contains("3 partitions");
        assertThat(onStore("cat", "--topic", topic).expect(0).out().lines()).hasSize(300);
        assertThat(onCluster("verify", "--data", "--against").expect(0).out())
                .contains("300 records compared with the cluster: OK");

        // When
        onCluster("restore", "--rename", topic + "=" + copy).expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        onCluster("verify", "--against", "--rename", topic + "=" + copy).expect(0);
    }

    @Test
    void aSecondRunGoesOnWhereTheArchiveEnds() throws IOException {
        // Given
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        onCluster("backup", "--topics", topic, "--until-now", "--create-bucket").expect(0);
        List<Path> before = objects();

        // When: nothing is new
        onCluster("backup", "--topics", topic, "--until-now").expect(0);

        // Then
        assertThat(objects()).isEqualTo(before);

        // When: the group is new, and something else
        data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
        onCluster("backup", "--topics", topic, "--until-now", "--group", topic).expect(0);

        // Then
        assertThat(objects()).containsAll(before).hasSize(before.size() + 1);
        assertThat(onCluster("verify", "--data", "--against").expect(0).out())
                .contains("150 records compared with the cluster: OK");
    }

    @Test
    void twoProcessesCanWriteOneArchive() throws IOException {
        // Given
        data.createTopic(topic, 4, KEPT);
        for (int partition = 0; partition < 4; partition++) {
            data.send("none", AwkwardRecords.ordinary(topic, partition, 3_000, 200));
        }

        // When: each has a group of its own, so that both store everything, in small objects
        CommandResult one;
        CommandResult other;
        try (CaravanProcess first = backup("one");
                CaravanProcess second = backup("other")) {
            one = first.await();
            other = second.await();
        }

        // Then
        one.expect(0);
        other.expect(0);
        assertThat(objects()).hasSizeGreaterThan(20);
        assertThat(temporaryFiles()).isEmpty();
        assertThat(onCluster("verify", "--data", "--against").expect(0).out())
                .contains("12,000 records compared with the cluster: OK");

        // When
        onCluster("restore", "--rename", topic + "=" + copy).expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aDirectoryThatIsNotThereIsNotMadeUp() {
        // Given
        data.createTopic(topic, 1, KEPT);

        // When
        CommandResult backup =
                onCluster("backup", "--topics", topic, "--until-now").expect(1);
        CommandResult list = onStore("list").expect(1);

        // Then
        assertThat(List.of(backup.err(), list.err())).allSatisfy(said -> assertThat(said)
                .contains("error: the directory " + directory.resolve("backups/kafka") + " does not exist")
                .contains("hint: ")
                .contains("--create-bucket"));
        assertThat(directory).isEmptyDirectory();
        assertThat(CaravanCommands.run("list", "--store", "backups/kafka")
                        .expect(2)
                        .err())
                .contains("hint: write it as s3://bucket/prefix, or file:///directory");
    }

    private CaravanProcess backup(String process) {
        return CaravanProcess.start(
                Map.of("CARAVAN_STORE", store, "CARAVAN_CREATE_BUCKET", "true"),
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--topics",
                topic,
                "--until-now",
                "--max-bytes",
                "50000",
                "--group",
                topic + "-" + process,
                "--spool-dir",
                directory.resolve("spool-" + process).toString());
    }

    private CommandResult onCluster(String command, String... options) {
        return new CaravanCommands(broker.bootstrapServers()).onCluster(command, store, options);
    }

    private CommandResult onStore(String command, String... options) {
        return new CaravanCommands(broker.bootstrapServers()).onStore(command, store, options);
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }

    private List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("backups/kafka/topics"))) {
            return files.filter(file -> file.toString().endsWith(".zip"))
                    .sorted()
                    .toList();
        }
    }

    private List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("backups/kafka/.tmp"))) {
            return files.toList();
        }
    }
}
