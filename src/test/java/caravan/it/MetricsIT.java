package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the shipped dashboard and alerts ask for is what a service exports. */
@ExtendWith(TestServers.class)
class MetricsIT {
    private static final Path DEPLOY = Path.of("src", "main", "deploy");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? ");
    private static final Pattern ASKED = Pattern.compile("\\b((?:caravan|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("([a-z]+)=~?\"");

    /** Labels that Prometheus itself adds. */
    private static final Set<String> ADDED = Set.of("instance", "job");

    @TempDir
    private Path routes;

    @Test
    void everyMetricOfTheDashboardAndOfTheAlertsIsExported(EmbeddedBroker broker, TestS3 s3, TestServers.Names names)
            throws Exception {
        // Given: one backup and one restore
        String topic = names.topic("orders");
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
        task("backup", "kafka-backup", "topics", topic, "maxAge", "1s", "verifyInterval", "1s");
        task("restore", "kafka-restore", "topics", topic, "rename", topic + "=" + topic + "-copy");
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_STORE", s3.newStore());
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_ROUTES", routes.toString());

        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> scrape(service).contains("caravan_lag_records"));

            // When
            Map<String, Set<String>> exported = metrics(SAMPLE, scrape(service));
            Map<String, Set<String>> asked = metrics(ASKED, expressions());

            // Then
            assertThat(asked).hasSizeGreaterThan(10);
            assertThat(exported.keySet()).containsAll(asked.keySet());
            asked.forEach((metric, labels) ->
                    assertThat(exported.get(metric)).as(metric).containsAll(labels));
        }
    }

    private static String scrape(CaravanService service) {
        return service.management("/observe/metrics").body();
    }

    /** By name: the labels. */
    private static Map<String, Set<String>> metrics(Pattern pattern, String text) {
        Map<String, Set<String>> metrics = new TreeMap<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            Set<String> labels = metrics.computeIfAbsent(matcher.group(1), name -> new TreeSet<>());
            Matcher label = LABEL.matcher(matcher.group(2) == null ? "" : matcher.group(2));
            while (label.find()) {
                if (!ADDED.contains(label.group(1))) {
                    labels.add(label.group(1));
                }
            }
        }
        return metrics;
    }

    /** All that the dashboard and the alerts ask Prometheus. */
    private static String expressions() throws IOException {
        StringBuilder all = new StringBuilder(Files.readString(DEPLOY.resolve("prometheus/alerts.yml")));
        JsonNode dashboard = new ObjectMapper()
                .readTree(DEPLOY.resolve("grafana/dashboards/caravan.json").toFile());
        dashboard.findValues("expr").forEach(expression -> all.append('\n').append(expression.asText()));
        dashboard.at("/templating/list").forEach(variable -> all.append('\n')
                .append(variable.at("/query/query").asText()));
        return all.toString();
    }

    private void task(String name, String template, String... parameters) throws IOException {
        StringBuilder file = new StringBuilder(
                """
                - templatedRoute:
                    routeTemplateRef: %s
                    routeId: %s
                    prefixId: %s-
                    parameters:
                """
                        .formatted(template, name, name));
        for (int i = 0; i < parameters.length; i += 2) {
            file.append("      - name: ").append(parameters[i]).append('\n');
            file.append("        value: ").append(parameters[i + 1]).append('\n');
        }
        Files.writeString(routes.resolve(name + ".camel.yaml"), file);
    }
}
