package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CaravanService;
import caravan.testbed.CommandResult;
import caravan.testbed.SecuredBroker;
import caravan.testbed.SecuredBroker.Listener;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets reach Kafka and S3, and nobody else: not the log at its most talkative, not errors, not JMX, not HTTP. */
class SecretsIT {
    private static final String PASSWORD = "sasl-" + UUID.randomUUID();
    private static final String TOKEN = "token-" + UUID.randomUUID();
    private static final ObjectMapper JSON = new ObjectMapper();

    private static SecuredBroker secured;
    private static TestS3 s3;

    @TempDir
    private Path directory;

    private String topic;
    private Map<String, String> environment;
    private List<String> secrets;

    @BeforeAll
    static void servers() {
        s3 = TestS3.embedded();
        secured = SecuredBroker.started();
        secured.addUser("caravan", PASSWORD);
    }

    @AfterAll
    static void close() {
        secured.close();
        s3.close();
    }

    @BeforeEach
    void oneTopic() throws IOException {
        topic = "orders-" + UUID.randomUUID();
        TestData data = new TestData(secured.broker());
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        environment = new HashMap<>(s3.environment());
        String secretKey = environment.remove("AWS_SECRET_ACCESS_KEY");
        environment.put("AWS_SECRET_ACCESS_KEY_FILE", file("s3", secretKey + "\n"));
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", secured.bootstrapServers(Listener.SCRAM));
        environment.put("CARAVAN_KAFKA_CONFIG", kafka("${env:KAFKA_PASSWORD}"));
        environment.put("KAFKA_PASSWORD", PASSWORD);
        environment.put("CARAVAN_STORE", s3.newStore());
        environment.put("CARAVAN_HTTP_TOKEN_FILE", file("token", TOKEN));
        environment.put("CARAVAN_DEBUG", "true");
        secrets = new ArrayList<>(
                List.of(PASSWORD, TOKEN, secretKey, secured.certificates().password()));
    }

    @Test
    void aBackupAndOnesThatAreRefusedTellNone() throws IOException {
        // Then: references and files lead to the secrets
        CommandResult done = backup();
        done.expect(0);

        // When: each secret is a wrong one
        environment.put("KAFKA_PASSWORD", wrong());
        CommandResult refused = backup();
        assertThat(refused.exitCode()).isEqualTo(1);
        environment.put("CARAVAN_KAFKA_CONFIG", kafka(wrong()));
        assertThat(backup().exitCode()).isEqualTo(1);
        environment.put("CARAVAN_KAFKA_CONFIG", kafka(PASSWORD));
        environment.put("AWS_SECRET_ACCESS_KEY_FILE", file("s3", wrong()));
        CommandResult denied = backup();
        assertThat(denied.exitCode()).isEqualTo(1);

        // Then
        assertThat(refused.err()).contains("error: Kafka: ", "hint: ", "SaslAuthenticationException");
        assertThat(denied.err()).contains("error: ", "hint: ", "S3Exception");
    }

    @Test
    void aServiceTellsNone() throws Exception {
        // Given
        environment.put("CARAVAN_ROUTES", directory.toString());
        environment.put("CARAVAN_LOG_FORMAT", "json");
        task("orders-backup", topic);
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(
                    () -> StoredObjects.of(s3, environment.get("CARAVAN_STORE")).coveredTo(topic, 0, 0) == 100);

            // Then
            List<String> seen = attributes(service.process().pid());
            assertThat(seen).hasSizeGreaterThan(500);
            assertThat(seen).anyMatch(attribute -> attribute.contains("orders-backup"));
            seen.forEach(this::assertNoSecret);
            for (String path : List.of("/observe/health", "/observe/metrics")) {
                assertNoSecret(service.management(path).body());
            }
            CommandResult ended = service.process().terminate().await();
            assertNoSecret(ended.toString());
            assertJson(ended.err());
        }
    }

    @Test
    void aLogOfJsonIsThatInEachLineAlsoWhereItHasErrors() throws Exception {
        // Given: a task that can't do anything, and one that can't be
        environment.put("CARAVAN_ROUTES", directory.toString());
        environment.put("CARAVAN_LOG_FORMAT", "json");
        environment.put("AWS_SECRET_ACCESS_KEY_FILE", file("s3", wrong()));
        environment.put("KAFKA_PASSWORD", wrong());
        task("orders-backup", topic);
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> service.process().err().contains("SaslAuthenticationException"));
            service.process().terminate();
            assertJson(service.process().await().err());
        }
        Files.writeString(directory.resolve("broken.camel.yaml"), "- route: {from: {uri: 'nothing:x'}}");
        environment.put("CARAVAN_DEBUG", "true");

        // When
        CommandResult broken = CaravanProcess.run(environment, "run");

        // Then
        assertThat(broken.exitCode()).isEqualTo(2);
        List<JsonNode> events = assertJson(broken.err());
        assertThat(events)
                .anySatisfy(event ->
                        assertThat(event.path("throwable").path("stepArray")).isNotEmpty());
        assertThat(events)
                .anySatisfy(event ->
                        assertThat(event.path("formattedMessage").asText()).startsWith("hint: "));
        assertNoSecret(broken.toString());
    }

    private CommandResult backup() {
        CommandResult result = CaravanProcess.run(environment, "backup", "--topics", topic, "--until-now");
        assertNoSecret(result.toString());
        return result;
    }

    private String wrong() {
        String wrong = "wrong-" + UUID.randomUUID();
        secrets.add(wrong);
        return wrong;
    }

    private String kafka(String password) throws IOException {
        Properties properties = new Properties();
        properties.putAll(secured.scram("caravan", password));
        properties.putAll(Map.copyOf(secured.mutualTls()));
        properties.put("security.protocol", "SASL_SSL");
        Path file = directory.resolve("kafka.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file.toString();
    }

    private String file(String name, String value) throws IOException {
        return Files.writeString(directory.resolve(name), value).toString();
    }

    private void task(String name, String topics) throws IOException {
        Files.writeString(
                directory.resolve(name + ".camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: %s
                    prefixId: %s-
                    parameters:
                      - name: topics
                        value: %s
                      - name: maxAge
                        value: 200ms
                """
                        .formatted(name, name, topics));
    }

    private void assertNoSecret(String text) {
        assertThat(secrets).allSatisfy(secret -> assertThat(text).doesNotContain(secret));
    }

    private static List<JsonNode> assertJson(String err) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : err.lines().toList()) {
            JsonNode event = line.startsWith("{") ? JSON.readTree(line) : null;
            assertThat(event).as(line).isNotNull();
            assertThat(event.fieldNames()).toIterable().contains("timestamp", "level", "loggerName");
            events.add(event);
        }
        assertThat(events).isNotEmpty();
        return events;
    }

    /** All that can be read over JMX. */
    private static List<String> attributes(long pid) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
        try (JMXConnector connector =
                JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()))) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            List<String> attributes = new ArrayList<>();
            for (ObjectName name : server.queryNames(null, null)) {
                for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                    attributes.add(name + " " + attribute.getName() + " = " + read(server, name, attribute));
                }
            }
            return attributes;
        } finally {
            machine.detach();
        }
    }

    private static String read(MBeanServerConnection server, ObjectName name, MBeanAttributeInfo attribute)
            throws IOException {
        try {
            return Arrays.deepToString(new Object[] {server.getAttribute(name, attribute.getName())});
        } catch (JMException | RuntimeException e) {
            return "not readable: " + e;
        }
    }
}
