package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service with tasks in route files: the shipped examples, and steps of the user's own on each record. */
@ExtendWith(TestServers.class)
class RoutesIT {
    private static final Path EXAMPLES = Path.of("routes", "examples");

    @TempDir
    private Path routes;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String store;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        store = s3.newStore();
    }

    @Test
    void theExampleTasksInYamlAndXmlBackUpAndRestore() throws Exception {
        // Given: the topics that the examples name
        for (String topic : List.of("orders", "payments", "shipments")) {
            data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
            data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
            data.send("none", AwkwardRecords.headers(topic, 1));
        }

        // When
        task("orders-backup.camel.yaml", Map.of("30s", "1s"));
        whileRunning(() -> objects().coveredTo("orders", 0, 0) == 100
                && objects().coveredTo("orders", 1, 0) == 7
                && objects().coveredTo("payments", 0, 0) == 100
                && objects().coveredTo("payments", 1, 0) == 7);
        Files.delete(routes.resolve("orders-backup.camel.yaml"));
        task("orders-restore.camel.xml", Map.of());
        whileRunning(() -> Topics.exists(broker, "orders-restored")
                && read("orders-restored").records() == 107);

        // Then
        assertSameRecords(read("orders"), read("orders-restored"));
        assertThat(objects().of("shipments", 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"masked-backup.camel.yaml", "masked-backup.camel.xml"})
    void aRouteOfTheUsersOwnMasksAFieldAndDropsRecords(String example, TestServers.Names names) throws Exception {
        // Given
        String topic = names.topic("customers");
        data.createTopic(topic, 1, Map.of("cleanup.policy", "compact"));
        List<ProducerRecord<byte[], byte[]>> customers = new ArrayList<>();
        customers.add(TestData.keyed(topic, 0, "1", "{\"name\":\"Ada\",\"email\":\"ada@example.org\"}"));
        customers.add(TestData.keyed(topic, 0, "2", "{\"name\":\"Bot\",\"test\":true}"));
        customers.add(TestData.keyed(topic, 0, "3", null));
        customers.add(TestData.keyed(topic, 0, "4", "{\"name\":\"Tim\"}"));
        customers.addAll(AwkwardRecords.headers(topic, 0));
        data.send("none", customers);

        // When
        task(
                example,
                example.endsWith("yaml")
                        ? Map.of(
                                "value: customers",
                                "value: " + topic,
                                "value: direct:mask",
                                "value: direct:mask\n      - name: maxAge\n        value: 1s")
                        : Map.of(
                                "\"customers\"",
                                "\"" + topic + "\"",
                                "</templatedRoute>",
                                "<parameter name=\"maxAge\" value=\"1s\"/></templatedRoute>"));
        whileRunning(() -> objects().coveredTo(topic, 0, 0) == customers.size());

        // Then
        new CaravanCommands(broker.bootstrapServers(), s3)
                .restore(store, "--rename", topic + "=" + topic + "-copy")
                .expect(0);
        List<TopicContents.Entry> source = read(topic).partitions().get(0);
        List<TopicContents.Entry> copy = read(topic + "-copy").partitions().get(0);
        assertThat(copy).extracting(RoutesIT::key).startsWith("1", "3", "4").hasSize(customers.size() - 1);
        assertThat(text(copy.get(0).value())).isEqualTo("{\"name\":\"Ada\",\"email\":\"***\"}");
        assertThat(copy.get(1).value()).isEmpty();
        for (int i = 1; i < copy.size(); i++) {
            assertThat(copy.get(i).sameContent(source.get(i + 1))).isTrue();
        }
    }

    @Test
    void aRouteOfTheUsersOwnChangesRecordsOnTheirWayBack(TestServers.Names names) throws Exception {
        // Given
        String topic = names.topic("events");
        data.createTopic(topic, 1, Map.of());
        data.send("none", List.of(TestData.keyed(topic, 0, "1", "quiet"), TestData.keyed(topic, 0, "2", "loud")));
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        caravan.backup(store, topic).expect(0);

        // When
        Files.writeString(
                routes.resolve("loud.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-restore-records
                    routeId: loud
                    prefixId: loud-
                    parameters:
                      - name: topics
                        value: %s
                      - name: rename
                        value: %s=%s-loud
                      - name: step
                        value: direct:shout
                - route:
                    id: shout
                    from:
                      uri: direct:shout
                      steps:
                        - setBody:
                            simple: "${bodyAs(String).toUpperCase()}"
                """
                        .formatted(topic, topic, topic));
        whileRunning(() ->
                Topics.exists(broker, topic + "-loud") && read(topic + "-loud").records() == 2);

        // Then
        assertThat(read(topic + "-loud").partitions().get(0))
                .extracting(entry -> text(entry.value()))
                .containsExactly("QUIET", "LOUD");
    }

    /** Puts an example where the service loads it, with these words replaced. */
    private void task(String example, Map<String, String> replacements) throws IOException {
        String text = Files.readString(EXAMPLES.resolve(example));
        for (Map.Entry<String, String> replacement : replacements.entrySet()) {
            assertThat(text).contains(replacement.getKey());
            text = text.replace(replacement.getKey(), replacement.getValue());
        }
        Files.writeString(routes.resolve(example), text);
    }

    /** Runs the service until this is so, and ends it with SIGTERM. */
    private void whileRunning(Callable<Boolean> done) {
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        try (CaravanProcess service = CaravanProcess.start(environment, "run", "--routes", routes.toString())) {
            service.until(done);
            service.terminate().await().expect(0);
        }
    }

    private StoredObjects objects() {
        return StoredObjects.of(s3, store);
    }

    private TopicContents read(String topic) {
        return TopicContents.read(broker.bootstrapServers(), topic);
    }

    private static String key(TopicContents.Entry entry) {
        return text(entry.key());
    }

    private static String text(Optional<ByteBuffer> bytes) {
        return UTF_8.decode(bytes.orElseThrow().duplicate()).toString();
    }
}
