package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanService;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.FaultyS3;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of route files in a service that starts too early, is killed, and starts again. */
@ExtendWith(TestServers.class)
class ServiceFilesIT {
    private static final Map<String, String> KEPT = Map.of("retention.ms", "-1");

    @TempDir
    private Path routes;

    private TestS3 s3;
    private String bucket;
    private String store;
    private String topic;
    private Map<String, String> environment;

    @BeforeEach
    void servers(TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        topic = names.topic("orders");
        bucket = "caravan-" + names.suffix();
        store = "s3://" + bucket + "/archive";
        environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_ROUTES", routes.toString());
    }

    @Test
    void aServiceThatStartsBeforeTheStoreAndKafkaWaitsForThemAndSaysSo() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.started();
                FaultyS3 proxy = new FaultyS3(s3.endpoint())) {
            // Given: records, and neither Kafka nor the store; no bucket either
            TestData data = new TestData(broker);
            data.createTopic(topic, 1, KEPT);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
            broker.stop();
            proxy.shut();
            environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
            environment.put("AWS_ENDPOINT_URL_S3", proxy.endpoint().toString());
            environment.put("CARAVAN_CREATE_BUCKET", "true");
            task("nightly", "kafka-backup", "maxAge", "1s");
            task("drill", "kafka-restore", "rename", topic + "=" + topic + "-copy");

            try (CaravanService service = CaravanService.started(environment)) {
                // Then
                service.until(() -> state(service, "backup", "nightly").equals("retrying")
                        && state(service, "restore", "drill").equals("retrying"));
                assertUnready(service, "retrying: can't ");

                // When: the store comes
                Files.delete(routes.resolve("drill.camel.yaml"));
                proxy.open();

                // Then: it is Kafka that is away
                service.until(() -> ready(service).contains("Timed out waiting for a node assignment"));
                assertUnready(service, "nightly");

                // When
                broker.start();

                // Then
                service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
                service.until(() -> state(service, "backup", "nightly").equals("running"));
                service.process().terminate();
                String log = service.process().await().expect(0).err();
                assertThat(log)
                        .contains("nightly is retrying: can't ", "nightly goes on")
                        .doesNotContain("\tat ")
                        .doesNotContain("Error creating");
                assertThat(log.lines().filter(line -> line.contains("nightly is retrying")))
                        .hasSizeLessThan(6);
            }
        }
    }

    @Test
    void aServiceWhoseTasksWaitEndsWithinSeconds() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.started();
                FaultyS3 proxy = new FaultyS3(s3.endpoint())) {
            // Given: a restore and a backup, and neither Kafka nor the store
            broker.stop();
            proxy.shut();
            environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
            environment.put("AWS_ENDPOINT_URL_S3", proxy.endpoint().toString());
            task("nightly", "kafka-backup");
            task("drill", "kafka-restore", "rename", topic + "=" + topic + "-copy");

            try (CaravanService service = CaravanService.started(environment)) {
                service.until(() -> state(service, "restore", "drill").equals("retrying")
                        && state(service, "backup", "nightly").equals("retrying"));

                // When
                long begin = System.nanoTime();
                service.process().terminate();
                CommandResult ended = service.process().await().expect(0);

                // Then
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(45));
                assertThat(ended.err()).doesNotContain("\tat ");
            }
        }
    }

    @Test
    void aTopicThatIsNotThereIsMissed(EmbeddedBroker broker) throws Exception {
        // Given: one task that names a topic that is there and one that is not, and one that matches none
        s3.createBucket(bucket);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        String misspelt = topic + "-mispelt";
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        task("half", "kafka-backup", "maxAge", "200ms", "topics", topic + "," + misspelt, "group", topic + "-half");
        task("none", "kafka-backup", "maxAge", "200ms", "topics", misspelt + ".*", "group", topic + "-none");

        try (CaravanService service = CaravanService.started(environment)) {
            // Then: the one does what it can and says what is missing, the other one is not ready
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            service.until(() -> metrics(service).contains("caravan_missing_topics{task=\"half\"} 1.0"));
            assertThat(attribute(service, "backup", "half", "MissingTopics").toString())
                    .isEqualTo("[\"" + misspelt + "\"]");
            assertThat(CaravanService.json(service.get("/tasks/half/status"))
                            .at("/backup/missingTopics/0")
                            .asText())
                    .isEqualTo(misspelt);
            assertThat(state(service, "backup", "half")).isEqualTo("running");
            assertThat(service.process().err()).contains("half: the cluster has no topic " + misspelt);
            service.until(() -> state(service, "backup", "none").equals("retrying"));
            service.until(() -> service.management("/observe/health/ready").statusCode() == 503);
            assertUnready(service, "none is retrying: no topic matches " + misspelt + ".*");

            // When: they come
            data.createTopic(misspelt, 1, KEPT);

            // Then
            service.until(() -> state(service, "backup", "none").equals("running")
                    && metrics(service).contains("caravan_missing_topics{task=\"half\"} 0.0")
                    && service.management("/observe/health/ready").statusCode() == 200);
        }
    }

    @Test
    void whatCouldNotBeStoredInTimeIsToldAndComesAgain(EmbeddedBroker broker) throws Exception {
        s3.createBucket(bucket);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        task("nightly", "kafka-backup", "maxAge", "1h");
        try (FaultyS3 proxy = new FaultyS3(s3.endpoint())) {
            environment.put("AWS_ENDPOINT_URL_S3", proxy.endpoint().toString());
            try (CaravanService service = CaravanService.started(environment, "--drain-timeout", "2s")) {
                // Given: records that were taken, and no store any more
                service.until(() ->
                        attribute(service, "backup", "nightly", "LagRecords").asLong() == 100);
                service.until(() ->
                        attribute(service, "backup", "nightly", "SpoolBytes").asLong() > 0);
                proxy.shut();

                // When
                long begin = System.nanoTime();
                CommandResult ended = service.process().terminate().await().expect(143);

                // Then
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
                assertThat(ended.err())
                        .contains("stopping: storing what is open", "stopped: not all could be stored within 2s");
            }
            proxy.open();
            try (CaravanService service = CaravanService.started(environment)) {
                service.until(() ->
                        attribute(service, "backup", "nightly", "SpoolBytes").asLong() > 0);

                assertThat(service.process().terminate().await().expect(0).err())
                        .contains("stopped: all that was taken is stored");
                StoredObjects.of(s3, store).assertContiguous(topic, 0, 0, 100);
            }
        }
    }

    @Test
    void aBucketAndATopicMayComeLaterAndStrayVariablesChangeNothing(EmbeddedBroker broker) throws Exception {
        // Given: variables that are called like parameters and properties
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("EXCLUDE_TOPICS", ".*");
        environment.put("GROUP", "stray");
        environment.put("CARAVAN_STORE_BUCKET", "elsewhere");
        environment.put("CARAVAN_STORE_PREFIX", "elsewhere/");
        task("nightly", "kafka-backup", "max-age", "1s");

        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> state(service, "backup", "nightly").equals("retrying"));
            assertUnready(service, "the bucket '" + bucket + "' does not exist");

            // When
            s3.createBucket(bucket);

            // Then
            service.until(() -> service.management("/observe/health/ready").statusCode() == 200);

            // When
            TestData data = new TestData(broker);
            data.createTopic(topic, 1, KEPT);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));

            // Then
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            assertThat(broker.admin().listConsumerGroups().all().get())
                    .extracting("groupId")
                    .doesNotContain("stray");
            service.process().terminate().await().expect(0);
        }
    }

    @Test
    void aParameterCanComeFromAFileOrAVariable(EmbeddedBroker broker) throws Exception {
        // Given: as they are mounted into containers
        s3.createBucket(bucket);
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        Path secrets = Files.createDirectory(routes.resolve(".secrets"));
        Files.writeString(secrets.resolve("group"), topic + "-group\n");
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("AGE_OF_OBJECTS", "1s");
        task(
                "nightly",
                "kafka-backup",
                "maxAge",
                "\"{{env:AGE_OF_OBJECTS}}\"",
                "group",
                "\"{{file:" + secrets.resolve("group") + "}}\"");

        try (CaravanService service = CaravanService.started(environment)) {
            // Then
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            assertThat(broker.admin().listConsumerGroups().all().get())
                    .extracting("groupId")
                    .contains(topic + "-group");
            service.process().terminate().await().expect(0);
        }
    }

    @Test
    void aRestoreThatFinishedStaysFinishedUntilSomethingChanges(EmbeddedBroker broker) throws Exception {
        // Given
        s3.createBucket(bucket);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        new CaravanCommands(broker.bootstrapServers(), s3).backup(store, topic).expect(0);
        task("drill", "kafka-restore", "rename", topic + "=" + topic + "-copy");

        String id;
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> state(service, "restore", "drill").equals("finished"));
            id = attribute(service, "restore", "drill", "RestoreId").asText();
            assertThat(s3.keys(bucket, "archive/restores/")).contains("archive/restores/" + id + "/report.json");
            service.process().terminate().await().expect(0);
        }

        // When: started again, and killed
        for (boolean kill : new boolean[] {true, false}) {
            try (CaravanService service = CaravanService.started(environment)) {
                // Then
                service.until(() -> state(service, "restore", "drill").equals("finished"));
                assertThat(attribute(service, "restore", "drill", "RestoreId").asText())
                        .isEqualTo(id);
                assertThat(records(broker, topic + "-copy")).isEqualTo(100);
                if (kill) {
                    service.process().kill().await();
                    continue;
                }

                service.until(() -> service.process().err().contains("drill is finished"));

                // When: asked for once more
                assertThat(service.send("PUT", "/tasks/drill/restart", "").statusCode())
                        .isLessThan(300);

                // Then: it came to its end before, and the topic is as it was
                service.until(() -> state(service, "restore", "drill").equals("finished"));
                assertThat(attribute(service, "restore", "drill", "RestoreId").asText())
                        .isEqualTo(id);
                assertThat(records(broker, topic + "-copy")).isEqualTo(100);
                assertThat(ready(service)).doesNotContain("drill");
                service.process().terminate().await().expect(0);
            }
        }

        // When: its parameters change
        task("drill", "kafka-restore", "rename", topic + "=" + topic + "-other");
        try (CaravanService service = CaravanService.started(environment)) {
            // Then
            service.until(() -> state(service, "restore", "drill").equals("finished"));
            assertThat(records(broker, topic + "-other")).isEqualTo(100);
            service.process().terminate().await().expect(0);
        }

        // When: the cluster is another
        try (EmbeddedBroker second = EmbeddedBroker.started()) {
            environment.put("CARAVAN_BOOTSTRAP_SERVERS", second.bootstrapServers());
            try (CaravanService service = CaravanService.started(environment)) {
                // Then
                service.until(() -> state(service, "restore", "drill").equals("finished"));
                assertThat(records(second, topic + "-other")).isEqualTo(100);
                service.process().terminate().await().expect(0);
            }
        }
    }

    @Test
    void aHoleInTheArchiveIsNoticedWithinTheVerifyInterval(EmbeddedBroker broker) throws Exception {
        // Given
        s3.createBucket(bucket);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, KEPT);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        task("nightly", "kafka-backup", "maxAge", "200ms", "verifyInterval", "1s");

        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 200);
            service.until(() -> attribute(service, "backup", "nightly", "Verification")
                    .asText()
                    .equals("ok"));

            // When
            String first = StoredObjects.of(s3, store).of(topic, 0).get(0).key();
            s3.client().deleteObject(request -> request.bucket(bucket).key(first));

            // Then: an upload might still fill it
            service.until(() -> attribute(service, "backup", "nightly", "Verification")
                    .asText()
                    .equals("warning"));
            assertThat(attribute(service, "backup", "nightly", "Findings").toString())
                    .contains(topic, "hole");
            service.until(() -> metrics(service).contains("caravan_verify_warnings{task=\"nightly\"} 1.0"));

            // When: what says whose records these are is lost, too
            s3.keys(bucket, first.substring(0, first.lastIndexOf("00000/"))).stream()
                    .filter(key -> key.endsWith(".json"))
                    .forEach(key -> s3.client()
                            .deleteObject(request -> request.bucket(bucket).key(key)));

            // Then
            service.until(() -> metrics(service).contains("caravan_verify_failures{task=\"nightly\"} 1.0"));
            assertThat(attribute(service, "backup", "nightly", "Verification").asText())
                    .isEqualTo("failure");
            assertThat(service.process().terminate().await().expect(0).err())
                    .containsPattern("WARN .*nightly: .*" + topic);
        }
    }

    private void task(String name, String template, String... parameters) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(Map.of("topics", topic));
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        StringBuilder file = new StringBuilder(
                """
                - templatedRoute:
                    routeTemplateRef: %s
                    routeId: %s
                    parameters:
                """
                        .formatted(template, name));
        all.forEach((parameter, value) -> file.append("      - name: ")
                .append(parameter)
                .append("\n        value: ")
                .append(value)
                .append('\n'));
        Files.writeString(routes.resolve(name + ".camel.yaml"), file);
    }

    private static long records(EmbeddedBroker broker, String topic) {
        return TopicContents.read(broker.bootstrapServers(), topic).records();
    }

    private static void assertUnready(CaravanService service, String why) {
        assertThat(service.management("/observe/health/ready").statusCode()).isEqualTo(503);
        assertThat(ready(service)).contains(why);
        assertThat(service.management("/observe/health/live").statusCode()).isEqualTo(200);
    }

    private static String metrics(CaravanService service) {
        return service.management("/observe/metrics").body();
    }

    private static String ready(CaravanService service) {
        return service.management("/observe/health/ready").body();
    }

    private static String state(CaravanService service, String type, String name) {
        return attribute(service, type, name, "State").asText();
    }

    private static JsonNode attribute(CaravanService service, String type, String name, String attribute) {
        JsonNode answer = service.jolokia(Map.of(
                "type", "read", "mbean", "caravan:type=" + type + ",name=\"" + name + "\"", "attribute", attribute));
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        return answer.path("value");
    }
}
