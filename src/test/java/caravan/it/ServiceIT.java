package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The service as its operators see it: health, metrics, MBeans, and what they do with them. */
@ExtendWith(TestServers.class)
class ServiceIT {
    @TempDir
    private Path routes;

    private TestData data;
    private Map<String, String> environment;
    private String topic;
    private String store;
    private TestS3 s3;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        data = new TestData(broker);
        topic = names.topic("orders");
        store = s3.newStore();
        environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", store);
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_ROUTES", routes.toString());
    }

    @Test
    void anOperatorWatchesAndSteersABackupOverJolokia() throws Exception {
        // Given: a task that stores by itself only after an hour
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        backup("orders-backup", "1h");

        try (CaravanService service = CaravanService.started(environment)) {
            // Then: it is ready, behind, and says so in all places
            service.until(() -> attribute(service, "LagRecords").asLong() == 100
                    && attribute(service, "SpoolBytes").asLong() > 0);
            assertThat(service.management("/observe/health/ready").statusCode()).isEqualTo(200);
            service.until(() -> service.management("/observe/metrics")
                    .body()
                    .contains("caravan_lag_records{partition=\"0\",task=\"orders-backup\",topic=\"" + topic
                            + "\"} 100.0"));
            assertThat(attribute(service, "State").asText()).isEqualTo("running");

            // When
            assertThat(operation(service, "flush").asBoolean()).isTrue();

            // Then
            assertThat(attribute(service, "LagRecords").asLong()).isZero();
            assertThat(attribute(service, "StoredOffsets").path(topic + "-0").asLong())
                    .isEqualTo(100);
            assertThat(operation(service, "verify").asText()).isEqualTo("ok");

            // When: suspended, while more comes
            route(service, "suspend()");
            data.send("none", AwkwardRecords.ordinary(topic, 1, 50, 100));
            service.until(() -> attribute(service, "LagRecords").asLong() == 50);

            // Then: a suspended backup is not ill
            assertThat(attribute(service, "State").asText()).isEqualTo("paused");
            assertThat(service.management("/observe/health/ready").statusCode()).isEqualTo(200);

            // When
            route(service, "resume()");
            service.until(() -> operation(service, "flush").asBoolean()
                    && attribute(service, "LagRecords").asLong() == 0);

            // When: stopped with something open, and started again
            data.send("none", AwkwardRecords.ordinary(topic, 1, 7, 100));
            service.until(() -> attribute(service, "LagRecords").asLong() == 7
                    && attribute(service, "SpoolBytes").asLong() > 0);
            route(service, "stop()");
            assertThat(attribute(service, "State").asText()).isEqualTo("stopped");
            assertThat(StoredObjects.of(s3, store).coveredTo(topic, 1, 0)).isEqualTo(57);
            route(service, "start()");
            data.send("none", AwkwardRecords.ordinary(topic, 1, 3, 100));
            service.until(() -> operation(service, "flush").asBoolean()
                    && StoredObjects.of(s3, store).coveredTo(topic, 1, 0) == 60);
            service.process().terminate().await().expect(0);
        }
    }

    private void backup(String name, String maxAge) throws IOException {
        Files.writeString(
                routes.resolve(name + ".camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: %s
                    prefixId: %s-
                    parameters:
                      - name: topics
                        value: %s
                      - name: maxAge
                        value: %s
                """
                        .formatted(name, name, topic, maxAge));
    }

    private static JsonNode attribute(CaravanService service, String name) {
        return value(service.jolokia(
                Map.of("type", "read", "mbean", "caravan:type=backup,name=\"orders-backup\"", "attribute", name)));
    }

    private static JsonNode operation(CaravanService service, String name) {
        return value(service.jolokia(
                Map.of("type", "exec", "mbean", "caravan:type=backup,name=\"orders-backup\"", "operation", name)));
    }

    private static void route(CaravanService service, String operation) {
        value(service.jolokia(Map.of(
                "type",
                "exec",
                "mbean",
                "org.apache.camel:context=caravan,type=routes,name=\"orders-backup\"",
                "operation",
                operation)));
    }

    private static JsonNode value(JsonNode answer) {
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        return answer.path("value");
    }
}
