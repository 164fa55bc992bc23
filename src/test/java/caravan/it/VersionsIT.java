package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.BrokerProcess;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.TestData;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Brokers of other versions of Kafka: those that {@code src/test/brokers/fetch.sh} was told to fetch. */
@Tag("versions")
class VersionsIT {
    private static final Path BROKERS = Path.of("target", "brokers");
    private static final List<String> TOPICS = List.of("orders", "customers", "markers", "late");

    @TempDir
    private Path directory;

    @BeforeAll
    static void brokersOfOtherVersions() throws IOException {
        if (Boolean.getBoolean("caravan.test.versions.required")) {
            assertThat(versions()).as("brokers in %s", BROKERS).isNotEmpty();
        } else {
            assumeTrue(Files.isDirectory(BROKERS), "src/test/brokers/fetch.sh fetches brokers of other versions");
        }
    }

    private static List<Path> versions() throws IOException {
        try (Stream<Path> versions = Files.list(BROKERS)) {
            return versions.filter(version -> !version.toString().endsWith(".part"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void topicsAreRestoredAsTheyWere(Path version) throws Exception {
        try (BrokerProcess broker = BrokerProcess.started(version, Map.of())) {
            // Given
            TestData data = new TestData(broker);
            data.exampleTopic("orders");
            data.exampleKeyed("customers");
            data.endingInMarkers("markers");
            data.startingBehindZero("late", 200, 50);
            CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers());
            String store = directory.toUri().toString();

            // When
            caravan.backup(store, String.join(",", TOPICS)).expect(0);
            CommandResult compared = caravan.onCluster("verify", store, new String[0], "--against");
            caravan.restore(store, "--rename", renamed()).expect(0);

            // Then
            compared.expect(0);
            for (String topic : TOPICS) {
                TopicContents source = TopicContents.read(broker.bootstrapServers(), topic);
                TopicContents target = TopicContents.read(broker.bootstrapServers(), copy(topic));
                assertThat(source.records()).isPositive();
                assertSameRecords(source, target);
                assertThat(ownConfigs(broker, copy(topic))).isEqualTo(ownConfigs(broker, topic));
            }
        }
    }

    /** Whose records have no batches: Kafka 2.8 still writes them where a topic is told to (KIP-724 ended that in 3.0). */
    @ParameterizedTest
    @MethodSource("versions")
    void messagesOfTheFormatBeforeBatchesAreKept(Path version) throws Exception {
        assumeTrue(version.getFileName().toString().startsWith("2."), "this version writes batches only");
        try (BrokerProcess broker = BrokerProcess.started(version, Map.of())) {
            // Given
            TestData data = new TestData(broker);
            data.createTopic("orders", 1, Map.of("retention.ms", "-1", "message.format.version", "0.10.2"));
            data.sendToOldFormat("none", AwkwardRecords.ordinary("orders", 0, 100, 100));
            data.sendToOldFormat("gzip", AwkwardRecords.ordinary("orders", 0, 100, 100));
            CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers());
            String store = directory.toUri().toString();

            // When
            caravan.backup(store, "orders").expect(0);
            caravan.restore(store, "--rename", "orders=" + copy("orders")).expect(0);

            // Then
            TopicContents source = TopicContents.read(broker.bootstrapServers(), "orders");
            assertThat(source.records()).isEqualTo(200);
            assertSameRecords(source, TopicContents.read(broker.bootstrapServers(), copy("orders")));
            assertThat(ownConfigs(broker, copy("orders"))).isEqualTo(ownConfigs(broker, "orders"));
        }
    }

    /** Brokers that assign the partitions themselves (KIP-848) do so from 4.0 on without being asked to. */
    @ParameterizedTest
    @MethodSource("versions")
    void processesOfAGroupWhosePartitionsTheBrokersAssignShareTheWork(Path version) throws Exception {
        assumeTrue(version.getFileName().toString().startsWith("4."), "this version lets members assign");
        try (BrokerProcess broker = BrokerProcess.started(version, Map.of())) {
            // Given
            TestData data = new TestData(broker);
            data.exampleTopic("orders");
            CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers());
            String store = directory.toUri().toString();
            List<String> command = List.of(
                    "backup",
                    "--bootstrap-servers",
                    broker.bootstrapServers(),
                    "--store",
                    store,
                    "--topics",
                    "orders",
                    "--kafka-property",
                    "group.protocol=consumer");

            // When: a second one comes, and the first one goes
            try (CaravanProcess first = CaravanProcess.start(Map.of(), command.toArray(String[]::new))) {
                first.until(() -> members(broker) == 1);
                try (CaravanProcess second = CaravanProcess.start(Map.of(), command.toArray(String[]::new))) {
                    second.until(() -> members(broker) == 2);
                    data.send("zstd", AwkwardRecords.ordinary("orders", 1, 1_000, 100));
                    first.terminate().await().expect(0);
                    data.send("zstd", AwkwardRecords.ordinary("orders", 0, 1_000, 100));
                    caravan.backup(store, "orders", "--kafka-property", "group.protocol=consumer")
                            .expect(0);
                    second.terminate().await().expect(0);
                }
            }

            // Then
            caravan.onStore("verify", store, "--data").expect(0);
            caravan.onCluster("verify", store, new String[0], "--against").expect(0);
            caravan.restore(
                            store,
                            "--rename",
                            "orders=" + copy("orders"),
                            "--kafka-property",
                            "group.protocol=consumer")
                    .expect(0);
            assertSameRecords(
                    TopicContents.read(broker.bootstrapServers(), "orders"),
                    TopicContents.read(broker.bootstrapServers(), copy("orders")));
        }
    }

    /** Of the only group. */
    private static int members(BrokerProcess broker) throws Exception {
        List<String> groups = broker.admin().listConsumerGroups().all().get().stream()
                .map(ConsumerGroupListing::groupId)
                .toList();
        assertThat(groups).hasSize(1);
        return broker.admin()
                .describeConsumerGroups(groups)
                .all()
                .get()
                .get(groups.get(0))
                .members()
                .size();
    }

    /** Moving to a new cluster is a restore, too. */
    @Test
    void anArchiveOfTheOldestVersionIsRestoredIntoTheNewest() throws Exception {
        String store = directory.toUri().toString();
        Map<String, TopicContents> sources = new HashMap<>();
        try (BrokerProcess oldest = BrokerProcess.started(versions().get(0), Map.of())) {
            // Given
            TestData data = new TestData(oldest);
            data.exampleTopic("orders");
            data.exampleKeyed("customers");
            new CaravanCommands(oldest.bootstrapServers())
                    .backup(store, "orders,customers")
                    .expect(0);
            for (String topic : List.of("orders", "customers")) {
                sources.put(topic, TopicContents.read(oldest.bootstrapServers(), topic));
            }
        }
        try (BrokerProcess newest =
                BrokerProcess.started(versions().get(versions().size() - 1), Map.of())) {
            // When
            new CaravanCommands(newest.bootstrapServers()).restore(store).expect(0);

            // Then
            for (Map.Entry<String, TopicContents> source : sources.entrySet()) {
                assertSameRecords(source.getValue(), TopicContents.read(newest.bootstrapServers(), source.getKey()));
            }
        }
    }

    private static String copy(String topic) {
        return topic + "-copy";
    }

    private static String renamed() {
        return String.join(
                ",", TOPICS.stream().map(topic -> topic + "=" + copy(topic)).toList());
    }

    private static Map<String, String> ownConfigs(BrokerProcess broker, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return broker.admin().describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
}
