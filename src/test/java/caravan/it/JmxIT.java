package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.management.Attribute;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The service steered by a JMX client, and what Jolokia's policy keeps from its callers. */
@ExtendWith(TestServers.class)
class JmxIT {
    private static final String BACKUP = "caravan:type=backup,name=\"nightly\"";
    private static final String RESTORE = "caravan:type=restore,name=\"drill\"";
    private static final String ROUTE = "org.apache.camel:context=caravan,type=routes,name=\"nightly\"";

    @TempDir
    private Path routes;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String topic;
    private String store;
    private Map<String, String> environment;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) throws Exception {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        topic = names.topic("orders");
        store = s3.newStore();
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_ROUTES", routes.toString());
        task("nightly", "kafka-backup", "maxAge", "1h", "group", names.topic("group"));
    }

    @Test
    void aBackupIsSuspendedStoppedAndStartedByJmx(TestServers.Names names) throws Exception {
        // Given
        int port = freePort();
        environment.put(
                "JAVA_TOOL_OPTIONS",
                ("-Dcom.sun.management.jmxremote.port=%d -Dcom.sun.management.jmxremote.rmi.port=%d"
                                + " -Dcom.sun.management.jmxremote.host=127.0.0.1 -Djava.rmi.server.hostname=127.0.0.1"
                                + " -Dcom.sun.management.jmxremote.authenticate=false"
                                + " -Dcom.sun.management.jmxremote.ssl=false")
                        .formatted(port, port));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));

        try (CaravanService service = CaravanService.started(environment)) {
            try (JMXConnector connector = JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi"))) {
                steer(service, connector.getMBeanServerConnection(), names.topic("group"));
            }
            service.process().terminate().await().expect(0);
        }
    }

    private void steer(CaravanService service, MBeanServerConnection jmx, String group) throws Exception {
        service.until(() -> number(jmx, BACKUP, "LagRecords") == 100 && number(jmx, BACKUP, "SpoolBytes") > 0);

        // When: suspended with something open
        jmx.invoke(new ObjectName(ROUTE), "suspend", null, null);

        // Then: what was taken is stored, its place is kept, it stays a member with its partitions, and it is ready
        assertThat(text(jmx, BACKUP, "State")).isEqualTo("paused");
        assertThat(StoredObjects.of(s3, store).coveredTo(topic, 0, 0)).isEqualTo(100);
        assertThat(number(jmx, BACKUP, "SpoolBytes")).isZero();
        data.send("none", AwkwardRecords.ordinary(topic, 0, 11, 100));
        service.until(() -> number(jmx, BACKUP, "LagRecords") == 11);
        assertThat(members(group)).containsExactly(Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
        assertThat(service.management("/observe/health/ready").statusCode()).isEqualTo(200);

        assertThat(service.process().err()).contains("nightly is paused");

        // When
        jmx.invoke(new ObjectName(ROUTE), "resume", null, null);
        service.until(() -> invoke(jmx, "flush").equals(true) && number(jmx, BACKUP, "LagRecords") == 0);

        // Then
        TabularData offsets = (TabularData) jmx.getAttribute(new ObjectName(BACKUP), "StoredOffsets");
        assertThat(offsets.get(new Object[] {topic + "-0"}).get("value")).isEqualTo(111L);
        assertThat(invoke(jmx, "verify")).isEqualTo("ok");

        // When: stopped and started
        jmx.invoke(new ObjectName(ROUTE), "stop", null, null);
        assertThat(text(jmx, BACKUP, "State")).isEqualTo("stopped");
        assertThat(members(group)).isEmpty();
        data.send("none", AwkwardRecords.ordinary(topic, 1, 5, 100));
        jmx.invoke(new ObjectName(ROUTE), "start", null, null);
        service.until(() -> number(jmx, BACKUP, "LagRecords") == 5
                && number(jmx, BACKUP, "SpoolBytes") > 0
                && invoke(jmx, "flush").equals(true));

        // Then
        assertThat(StoredObjects.of(s3, store).coveredTo(topic, 1, 0)).isEqualTo(5);
        assertThat(text(jmx, BACKUP, "State")).isEqualTo("running");
        assertEveryAttributeCanBeRead(jmx, BACKUP);
        limit(service, jmx);
    }

    private void limit(CaravanService service, MBeanServerConnection jmx) throws Exception {
        // When: what comes first is paid for in hours
        jmx.setAttribute(new ObjectName(BACKUP), new Attribute("MaxRate", 1L));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 1_000));
        service.until(() -> {
            invoke(jmx, "flush");
            long lag = number(jmx, BACKUP, "LagRecords");
            return lag > 0 && lag < 100;
        });
        assertThat(number(jmx, BACKUP, "MaxRate")).isEqualTo(1);

        // Then: it holds at once; what waits for its turn keeps nobody from stopping
        jmx.setAttribute(new ObjectName(BACKUP), new Attribute("MaxRate", 0L));
        service.until(() -> invoke(jmx, "flush").equals(true) && number(jmx, BACKUP, "LagRecords") == 0);
        jmx.setAttribute(new ObjectName(BACKUP), new Attribute("MaxRate", 1L));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 1_000));
        service.until(() -> number(jmx, BACKUP, "LagRecords") > 0);
    }

    @Test
    void aRestoreIsWatchedAndJolokiaRefusesWhatItsPolicyDoesNotName() throws Exception {
        // Given
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> value(service, read(BACKUP, "SpoolBytes")).asLong() > 0);
            value(service, exec(BACKUP, "flush"));
            service.process().terminate().await().expect(0);
        }
        task("drill", "kafka-restore", "rename", topic + "=" + topic + "-copy");

        try (CaravanService service = CaravanService.started(environment)) {
            // Then
            service.until(() -> value(service, read(RESTORE, "State")).asText().equals("finished"));
            assertThat(value(service, read(RESTORE, "Records")).asLong()).isEqualTo(100);
            assertThat(value(service, read(RESTORE, "PlannedRecords")).asLong()).isEqualTo(100);
            assertThat(TopicContents.read(broker.bootstrapServers(), topic + "-copy")
                            .records())
                    .isEqualTo(100);

            for (Map<String, Object> request : List.of(
                    read("java.lang:type=Runtime", "SystemProperties"),
                    read("java.lang:type=Runtime", "InputArguments"),
                    exec("java.lang:type=Memory", "gc"),
                    exec("com.sun.management:type=DiagnosticCommand", "vmSystemProperties"),
                    exec("org.apache.camel:context=caravan,type=context,name=\"caravan\"", "stop()"),
                    exec(ROUTE, "remove()"),
                    Map.<String, Object>of("type", "write", "mbean", BACKUP, "attribute", "State", "value", "failed"),
                    Map.<String, Object>of(
                            "type", "write", "mbean", ROUTE, "attribute", "TracingEnabled", "value", "true"))) {
                JsonNode answer = service.jolokia(request);
                assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(403);
                assertThat(answer.has("stacktrace")).as(answer.toString()).isFalse();
                assertThat(answer.has("value")).isFalse();
            }
            value(service, Map.of("type", "write", "mbean", RESTORE, "attribute", "MaxRate", "value", 20_000_000));
            assertThat(value(service, read(RESTORE, "MaxRate")).asLong()).isEqualTo(20_000_000);
            assertThat(service.jolokia(Map.of("type", "search", "mbean", "caravan:*"))
                            .toString())
                    .contains("nightly", "drill");
            assertThat(service.jolokia(Map.of("type", "list", "path", "caravan"))
                            .path("status")
                            .asInt())
                    .isEqualTo(200);
        }
    }

    private static void assertEveryAttributeCanBeRead(MBeanServerConnection jmx, String bean) throws Exception {
        MBeanAttributeInfo[] attributes = jmx.getMBeanInfo(new ObjectName(bean)).getAttributes();
        assertThat(attributes).hasSizeGreaterThan(10);
        for (MBeanAttributeInfo attribute : attributes) {
            assertThat(jmx.getAttribute(new ObjectName(bean), attribute.getName()))
                    .as(attribute.getName())
                    .isNotNull();
        }
        assertThatThrownBy(() -> jmx.getMBeanInfo(new ObjectName("caravan:type=backup,name=\"other\"")))
                .isInstanceOf(InstanceNotFoundException.class);
    }

    private static Object invoke(MBeanServerConnection jmx, String operation) throws Exception {
        return jmx.invoke(new ObjectName(BACKUP), operation, null, null);
    }

    private static long number(MBeanServerConnection jmx, String bean, String attribute) throws Exception {
        return ((Number) jmx.getAttribute(new ObjectName(bean), attribute)).longValue();
    }

    private static String text(MBeanServerConnection jmx, String bean, String attribute) throws Exception {
        return (String) jmx.getAttribute(new ObjectName(bean), attribute);
    }

    private static Map<String, Object> read(String bean, String attribute) {
        return Map.of("type", "read", "mbean", bean, "attribute", attribute);
    }

    private static Map<String, Object> exec(String bean, String operation) {
        return Map.of("type", "exec", "mbean", bean, "operation", operation);
    }

    private static JsonNode value(CaravanService service, Map<String, Object> request) {
        JsonNode answer = service.jolokia(request);
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        return answer.path("value");
    }

    private List<Set<TopicPartition>> members(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Callable<List<Set<TopicPartition>>> described =
                    () -> admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().stream()
                            .map(MemberDescription::assignment)
                            .map(assignment -> assignment.topicPartitions())
                            .toList();
            return described.call();
        }
    }

    private void task(String name, String template, String... parameters) throws IOException {
        StringBuilder file = new StringBuilder(
                """
                - templatedRoute:
                    routeTemplateRef: %s
                    routeId: %s
                    prefixId: %s-
                    parameters:
                      - name: topics
                        value: %s
                """
                        .formatted(template, name, name, topic));
        for (int i = 0; i < parameters.length; i += 2) {
            file.append("      - name: ").append(parameters[i]).append('\n');
            file.append("        value: ").append(parameters[i + 1]).append('\n');
        }
        Files.writeString(routes.resolve(name + ".camel.yaml"), file);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
