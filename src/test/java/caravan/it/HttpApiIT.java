package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanService;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.FaultyS3;
import caravan.testbed.OpenApiChecker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tasks over HTTP: what the API answers, to whom, and what of it outlives the process. */
@ExtendWith(TestServers.class)
class HttpApiIT {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path routes;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String topic;
    private String store;
    private Map<String, String> environment;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
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
        environment.put("CARAVAN_KAFKA_PROPERTY", "session.timeout.ms=6000");
    }

    @Test
    void tasksAreMadeAndRemovedWhileKafkaIsAway() {
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", "127.0.0.1:1");
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> service.get("/tasks").statusCode() == 200);
            assertThat(CaravanService.json(service.get("/")).path("clusterId").isNull())
                    .isTrue();
            service.until(() ->
                    service.send("POST", "/tasks", task("lost", "kafka-backup")).statusCode() == 201);
            service.until(() -> CaravanService.json(service.get("/tasks/lost/status"))
                    .path("state")
                    .asText()
                    .equals("retrying"));

            assertThat(service.send("DELETE", "/tasks/lost", "").statusCode()).isEqualTo(204);

            assertThat(service.get("/tasks").body()).isEqualTo("[]");
            assertThat(service.process().err())
                    .as("what waits for Kafka ends by itself")
                    .doesNotContain("Forcing shutdown");
        }
    }

    @Test
    void everyOperationAnswersAsItsDocumentSays() throws Exception {
        // Given: a task of a route file, a template that takes a secret, records
        Files.writeString(
                routes.resolve("nightly.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: nightly
                    prefixId: nightly-
                    parameters:
                      - name: topics
                        value: %s
                      - name: maxAge
                        value: 500ms
                """
                        .formatted(topic));
        Files.writeString(
                routes.resolve("secretive.camel.yaml"),
                Files.readString(Path.of("routes/templates/kafka-backup.camel.yaml"))
                        .replace("id: kafka-backup", "id: secretive")
                        .replaceFirst(
                                "    parameters:\n",
                                "    parameters:\n      - name: apiToken\n        defaultValue: 'swordfish'\n"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));

        try (FaultyS3 proxy = new FaultyS3(s3.endpoint())) {
            environment.put("AWS_ENDPOINT_URL_S3", proxy.endpoint().toString());
            environment.put("SINK_TOKEN", "swordfish");
            try (CaravanService service = CaravanService.started(environment)) {
                service.until(() -> service.get("/tasks").statusCode() == 200);
                Client client = new Client(
                        service, new OpenApiChecker(service.get("/openapi.json").body()));
                service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);

                reading(client);
                changing(client);
                configuring(client);
                putting(client);
                limiting(client, service);
                validating(client);
                loggers(client);
                refusing(client, service);
                injecting(client, service);
                secrets(client);
                planning(client);
                restoring(client, service);
                browsing(client);
                looking(client);
                verifying(client, service);
                writing(client);
                listening(client, service);
                openingTheConsole(service);
                notJson(client, service);
                assertThat(client.checker().succeeded())
                        .isEqualTo(client.checker().operations());

                proxy.shut();
                assertThat(client.call("get /archive", "/archive").statusCode()).isEqualTo(503);
                JsonNode half = CaravanService.json(client.call("get /topics", "/topics"));
                assertThat(half.path("archiveError").asText()).isNotEmpty();
                assertThat(half.path("topics").findValuesAsText("topic")).contains(topic);
                assertThat(client.post(task("late", "kafka-backup")).statusCode())
                        .isEqualTo(503);
                assertThat(client.call("get /tasks/{name}", "/tasks/late").statusCode())
                        .isEqualTo(404);
                assertThat(client.call("get /", "/").statusCode()).isEqualTo(200);
                assertThat(client.call("get /tasks", "/tasks").statusCode()).isEqualTo(200);
                proxy.open();
            }
        }
    }

    /** Calls an operation, and has its answer checked. */
    private record Client(CaravanService service, OpenApiChecker checker) {
        HttpResponse<String> call(String operation, String path) {
            return call(operation, path, "");
        }

        HttpResponse<String> call(String operation, String path, String body) {
            String method = operation.split(" ")[0].toUpperCase(Locale.ROOT);
            HttpResponse<String> answer =
                    body.isEmpty() && method.equals("GET") ? service.get(path) : service.send(method, path, body);
            assertThat(answer.body()).doesNotContain("\tat ", "<html");
            return checker.check(operation, answer);
        }

        HttpResponse<String> post(String body) {
            return call("post /tasks", "/tasks", body);
        }

        String state(String task) {
            return CaravanService.json(call("get /tasks/{name}/status", "/tasks/" + task + "/status"))
                    .path("state")
                    .asText();
        }
    }

    private void reading(Client client) throws IOException {
        JsonNode service = CaravanService.json(client.call("get /", "/"));
        assertThat(service.path("clusterId").asText()).isNotEmpty();
        client.call("get /openapi.yaml", "/openapi.yaml");
        client.call("get /openapi.json", "/openapi.json");
        assertThat(CaravanService.json(client.call("get /tasks", "/tasks")).findValuesAsText("name"))
                .containsExactly("nightly");
        JsonNode nightly = CaravanService.json(client.call("get /tasks/{name}", "/tasks/nightly"));
        assertThat(nightly.path("parameters").path("maxAge").asText()).isEqualTo("500ms");
        assertThat(nightly.path("origin").asText()).isEqualTo("file");
        assertThat(client.state("nightly")).isEqualTo("running");
        assertThat(CaravanService.json(client.call("get /templates", "/templates"))
                        .findValuesAsText("name"))
                .contains("kafka-backup", "kafka-restore", "secretive", "verifyInterval");

        // What list and info print is what the API answers
        assertThat(CaravanService.json(client.call("get /archive", "/archive")))
                .isEqualTo(JSON.readTree(new CaravanCommands(broker.bootstrapServers(), s3)
                        .onStore("list", store, "--output", "json")
                        .expect(0)
                        .out()));
        assertThat(CaravanService.json(client.call("get /archive/topics/{topic}", "/archive/topics/" + topic)))
                .isEqualTo(JSON.readTree(new CaravanCommands(broker.bootstrapServers(), s3)
                        .onStore("info", store, "--output", "json", "--topic", topic)
                        .expect(0)
                        .out()));
        JsonNode live = CaravanService.json(
                client.call("get /archive/topics/{topic}", "/archive/topics/" + topic + "?live=true"));
        assertThat(live.path("cluster").path("clusterId")).isEqualTo(service.path("clusterId"));
    }

    private void changing(Client client) {
        // Made, paused, resumed, restarted, deleted, and made again
        HttpResponse<String> made = client.post(task("hourly", "kafka-backup"));
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location")).contains("/tasks/hourly");
        for (int again = 0; again < 2; again++) {
            assertThat(client.call("put /tasks/{name}/pause", "/tasks/hourly/pause")
                            .statusCode())
                    .isEqualTo(204);
            assertThat(client.state("hourly")).isEqualTo("paused");
        }
        client.call("put /tasks/{name}/resume", "/tasks/hourly/resume");
        assertThat(client.state("hourly")).isEqualTo("running");
        assertThat(client.call("put /tasks/{name}/restart", "/tasks/hourly/restart")
                        .statusCode())
                .isEqualTo(204);
        assertThat(client.state("hourly")).isEqualTo("running");
        assertThat(client.post(task("hourly", "kafka-backup")).statusCode()).isEqualTo(409);
        for (String name : List.of("hourly", "hourly")) {
            assertThat(client.call("delete /tasks/{name}", "/tasks/" + name).statusCode())
                    .isEqualTo(204);
            assertThat(client.call("get /tasks/{name}", "/tasks/" + name).statusCode())
                    .isEqualTo(404);
            assertThat(client.post(task(name, "kafka-backup")).statusCode()).isEqualTo(201);
        }
        client.call("delete /tasks/{name}", "/tasks/hourly");
    }

    /** Made paused, given other parameters, and resumed with them. */
    private void configuring(Client client) {
        ObjectNode waiting = (ObjectNode) tree(task("waiting", "kafka-backup"));
        assertThat(client.post(waiting.put("paused", true).toString()).statusCode())
                .isEqualTo(201);
        assertThat(client.state("waiting")).isEqualTo("paused");
        assertThat(CaravanService.json(client.call("get /tasks", "/tasks?expand=status"))
                        .findValue("backup")
                        .path("partitions")
                        .isArray())
                .isTrue();

        String path = "/tasks/waiting/parameters";
        String other = "{\"topics\":\"" + topic + "\",\"maxAge\":\"700ms\",\"group\":\"" + topic + "-other\"}";
        JsonNode configured = CaravanService.json(client.call("put /tasks/{name}/parameters", path, other));
        assertThat(configured.path("parameters")).isEqualTo(tree(other));
        assertThat(client.state("waiting")).isEqualTo("paused");
        client.call("put /tasks/{name}/resume", "/tasks/waiting/resume");
        assertThat(client.state("waiting")).isEqualTo("running");

        // While it runs, too; and what is wrong changes nothing
        String again = other.replace("700ms", "800ms");
        client.call("put /tasks/{name}/parameters", path, again);
        assertThat(client.state("waiting")).isEqualTo("running");
        for (String wrong : List.of(
                "[]",
                other.replace("topics", "topic"),
                other.replace("700ms", "soon"),
                other.replace("700ms", "{{x}}"))) {
            assertThat(client.call("put /tasks/{name}/parameters", path, wrong).statusCode())
                    .isEqualTo(400);
        }
        assertThat(CaravanService.json(client.call("get /tasks/{name}", "/tasks/waiting"))
                        .path("parameters"))
                .isEqualTo(tree(again));
        assertThat(client.state("waiting")).isEqualTo("running");
        assertThat(client.call("put /tasks/{name}/parameters", "/tasks/nightly/parameters", other)
                        .statusCode())
                .isEqualTo(409);
        assertThat(client.call("put /tasks/{name}/restart", "/tasks/waiting/restart?onlyFailed=true")
                        .statusCode())
                .isEqualTo(204);
        for (String misspelt : List.of("onlyfailed=true", "onlyFailed=yes", "onlyFailed=true&onlyFailed=true")) {
            assertThat(client.call("put /tasks/{name}/restart", "/tasks/waiting/restart?" + misspelt)
                            .statusCode())
                    .as(misspelt)
                    .isEqualTo(400);
        }
        amending(client);
        stopping(client);
        client.call("delete /tasks/{name}", "/tasks/waiting");
    }

    /** What is not named stays. */
    private void amending(Client client) {
        String path = "/tasks/waiting/parameters";
        String amend = "patch /tasks/{name}/parameters";
        client.call(amend, path, "{\"max-age\":\"900ms\",\"zstdLevel\":5}");
        JsonNode changed = CaravanService.json(client.call("get /tasks/{name}/parameters", path));
        assertThat(changed)
                .isEqualTo(tree("{\"group\":\"" + topic + "-other\",\"max-age\":\"900ms\",\"topics\":\"" + topic
                        + "\",\"zstdLevel\":\"5\"}"));
        HttpResponse<String> back = client.call(amend, path, "{\"maxAge\":\"800ms\",\"zstdLevel\":null}");
        assertThat(CaravanService.json(back).path("parameters"))
                .isEqualTo(
                        tree("{\"group\":\"" + topic + "-other\",\"maxAge\":\"800ms\",\"topics\":\"" + topic + "\"}"));
        for (String wrong :
                List.of("[]", "{\"topics\":null}", "{\"maxAge\":\"soon\"}", "{\"maxAge\":[1]}", "{\"x\":1}")) {
            assertThat(client.call(amend, path, wrong).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(CaravanService.json(client.call("get /tasks/{name}/parameters", path)))
                .isEqualTo(CaravanService.json(back).path("parameters"));
        assertThat(client.call(amend, "/tasks/nightly/parameters", "{}").statusCode())
                .isEqualTo(409);
        assertThat(client.call(amend, "/tasks/none/parameters", "{}").statusCode())
                .isEqualTo(404);
        assertThat(client.state("waiting")).isEqualTo("running");
    }

    private void stopping(Client client) {
        String stop = "put /tasks/{name}/stop";
        assertThat(client.call(stop, "/tasks/waiting/stop").statusCode()).isEqualTo(204);
        assertThat(client.state("waiting")).isEqualTo("stopped");
        assertThat(client.call(stop, "/tasks/none/stop").statusCode()).isEqualTo(404);
        client.call("put /tasks/{name}/resume", "/tasks/waiting/resume");
        assertThat(client.state("waiting")).isEqualTo("running");
    }

    /** The same request makes a task, finds it as it is, or changes it. */
    private void putting(Client client) {
        String operation = "put /tasks/{name}";
        String task = "{\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"" + topic + "\",\"group\":\"" + topic
                + "-put\",\"maxAge\":\"700ms\"}}";
        assertThat(client.call(operation, "/tasks/put", task).statusCode()).isEqualTo(201);
        assertThat(client.call(operation, "/tasks/put", task).statusCode()).isEqualTo(200);
        HttpResponse<String> changed = client.call(operation, "/tasks/put", task.replace("700ms", "800ms"));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(CaravanService.json(changed)
                        .path("parameters")
                        .path("maxAge")
                        .asText())
                .isEqualTo("800ms");
        assertThat(client.call(operation, "/tasks/put", task.replace("kafka-backup", "kafka-restore"))
                        .statusCode())
                .isEqualTo(409);
        assertThat(client.call(operation, "/tasks/nightly", task).statusCode()).isEqualTo(409);
        assertThat(client.call(operation, "/tasks/put", task.replace("{\"template", "{\"name\":\"other\",\"template"))
                        .statusCode())
                .isEqualTo(400);
        client.call("delete /tasks/{name}", "/tasks/put");
    }

    /** A task that would take hours is made faster while it runs. */
    private void limiting(Client client, CaravanService service) {
        String large = topic + "-large";
        data.createTopic(large, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(large, 0, 100, 1_000));
        client.post("{\"name\":\"slow\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"" + large
                + "\",\"group\":\"" + large + "\",\"maxAge\":\"500ms\",\"maxRate\":1}}");
        service.until(() -> slow(client).at("/backup/storedRecords").asLong() > 0
                && slow(client).at("/backup/lagRecords").asLong() > 0);
        assertThat(slow(client).path("maxRate").asLong()).isEqualTo(1);

        String path = "/tasks/slow/rate";
        for (String wrong : List.of("{}", "{\"bytesPerSecond\":-1}", "{\"bytesPerSecond\":\"1\"}", "1")) {
            assertThat(client.call("put /tasks/{name}/rate", path, wrong).statusCode())
                    .isEqualTo(400);
        }
        assertThat(client.call("put /tasks/{name}/rate", "/tasks/none/rate", "{\"bytesPerSecond\":0}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(CaravanService.json(client.call("get /tasks/{name}/rate", path)))
                .isEqualTo(tree("{\"bytesPerSecond\":1}"));

        String fast = "{\"bytesPerSecond\":50000000}";
        assertThat(CaravanService.json(client.call("put /tasks/{name}/rate", path, fast)))
                .isEqualTo(tree(fast));
        service.until(() -> slow(client).at("/backup/storedRecords").asLong() == 100);
        client.call("delete /tasks/{name}", "/tasks/slow");
    }

    private static JsonNode slow(Client client) {
        return CaravanService.json(client.call("get /tasks/{name}/status", "/tasks/slow/status"));
    }

    private void validating(Client client) {
        String operation = "put /templates/{template}/validate";
        String path = "/templates/kafka-backup/validate";
        JsonNode right = CaravanService.json(client.call(operation, path, "{\"topics\":\"orders\"}"));
        assertThat(right.path("problems")).isEmpty();
        assertThat(right.path("parameters").path("topics").asText()).isEqualTo("orders");
        assertThat(right.path("parameters").path("maxAge").asText()).isNotEmpty();

        JsonNode wrong = CaravanService.json(
                client.call(operation, path, "{\"topcis\":\"orders\",\"maxAge\":\"soon\",\"group\":\"{{env:HOME}}\"}"));
        assertThat(wrong.path("problems").findValuesAsText("parameter"))
                .as("all that is wrong at once")
                .containsExactlyInAnyOrder("topcis", "topics", "maxAge", "group");
        assertThat(wrong.path("problems").findValuesAsText("hint")).contains("did you mean 'topics'?");
        JsonNode secret = CaravanService.json(client.call(
                operation, "/templates/secretive/validate", "{\"topics\":\"orders\",\"apiToken\":\"swordfish\"}"));
        assertThat(secret.path("problems").findValuesAsText("parameter")).containsExactly("apiToken");
        assertThat(secret.toString()).doesNotContain("swordfish");
        assertThat(client.call(operation, "/templates/kafka-bakcup/validate", "{}")
                        .statusCode())
                .isEqualTo(404);
    }

    private void loggers(Client client) {
        String path = "/admin/loggers/caravan.kafka";
        assertThat(CaravanService.json(client.call("get /admin/loggers", "/admin/loggers"))
                        .path("caravan")
                        .path("level")
                        .asText())
                .isEqualTo("INFO");
        client.call("put /admin/loggers/{logger}", path, "{\"level\":\"DEBUG\"}");
        assertThat(CaravanService.json(client.call("get /admin/loggers/{logger}", path))
                        .path("level")
                        .asText())
                .isEqualTo("DEBUG");
        client.call("put /admin/loggers/{logger}", path, "{\"level\":\"INFO\"}");
        for (String secretive : List.of("org.apache.http.wire", "ROOT", "caravanx")) {
            assertThat(client.call(
                                    "put /admin/loggers/{logger}",
                                    "/admin/loggers/" + secretive,
                                    "{\"level\":\"DEBUG\"}")
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(client.call("put /admin/loggers/{logger}", path, "{\"level\":\"TRACE\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.call("get /admin/loggers/{logger}", "/admin/loggers/a..b")
                        .statusCode())
                .isEqualTo(404);
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refusing(Client client, CaravanService service) {
        for (String name : List.of("nothing", "%2e%2e%2fnightly", "api-tasks")) {
            assertThat(List.of(
                            client.call("get /tasks/{name}", "/tasks/" + name),
                            client.call("get /tasks/{name}/status", "/tasks/" + name + "/status"),
                            client.call("put /tasks/{name}/pause", "/tasks/" + name + "/pause"),
                            client.call("put /tasks/{name}/resume", "/tasks/" + name + "/resume"),
                            client.call("put /tasks/{name}/restart", "/tasks/" + name + "/restart"),
                            client.call("delete /tasks/{name}", "/tasks/" + name),
                            client.call("get /restores/{id}", "/restores/" + name),
                            client.call("get /archive/topics/{topic}", "/archive/topics/" + name)))
                    .extracting(HttpResponse::statusCode)
                    .containsOnly(404);
        }
        assertThat(client.call("get /tasks/{name}", "/tasks/nigtly").body()).contains("did you mean nightly?");
        assertThat(client.call("delete /tasks/{name}", "/tasks/nightly").statusCode())
                .isEqualTo(409);
        assertThat(client.call("get /archive/topics/{topic}", "/archive/topics/" + topic + "?live=maybe")
                        .statusCode())
                .isEqualTo(400);
        assertThat(List.of(
                        "",
                        "{",
                        "[]",
                        "null",
                        "{} {}",
                        "{\"name\":\"a\",\"name\":\"b\",\"template\":\"kafka-backup\"}",
                        "{\"name\":\"a\"}",
                        "{\"name\":1,\"template\":\"kafka-backup\"}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parametres\":{}}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":[]}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":null}}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":{}}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":{\"topic\":\"x\"}}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"x\",\"maxBytes\":\"many\"}}",
                        "{\"name\":\"a\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"{{env:NOT_SET}}\"}}",
                        "{\"name\":\"a\",\"template\":\"kafka-bakcup\"}",
                        "{\"name\":\"a/b\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"x\"}}",
                        "{\"name\":\".a\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"x\"}}",
                        "{\"name\":\"\",\"template\":\"kafka-backup\",\"parameters\":{\"topics\":\"x\"}}"))
                .allSatisfy(body -> assertThat(client.post(body).statusCode()).isEqualTo(400));
        assertThat(client.post(task("api-tasks", "kafka-backup")).statusCode()).isEqualTo(409);
        assertThat(client.post(" ".repeat((1 << 20) + 1)).statusCode()).isEqualTo(413);
        // None of these is there, or comes back
        assertThat(CaravanService.json(client.call("get /tasks", "/tasks")).findValuesAsText("name"))
                .containsExactly("nightly");
        assertThat(client.post(task("a", "kafka-backup")).statusCode()).isEqualTo(201);
        client.call("delete /tasks/{name}", "/tasks/a");

        HttpResponse<String> wrongMethod = service.send("DELETE", "/tasks", "");
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET, POST");
        assertThat(CaravanService.json(wrongMethod).path("status").asInt()).isEqualTo(405);
        assertThat(CaravanService.json(service.send("POST", "/tasks/nightly/restart", ""))
                        .path("hint")
                        .asText())
                .startsWith("it has PUT; ");
        assertThat(service.send("HEAD", "/tasks", "").statusCode()).isEqualTo(405);
        for (HttpResponse<String> unknown : List.of(service.get("/nothing"), service.management("/nothing"))) {
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(CaravanService.json(unknown).path("hint").asText()).isNotEmpty();
        }
    }

    /** A route file is code; what comes over HTTP is values. */
    private void injecting(Client client, CaravanService service) {
        Path made = routes.resolve("made");
        String object = "#class:java.io.FileOutputStream('" + made + "')";
        assertThat(List.of(
                        task("evil", "kafka-backup", "group", object),
                        task("evil", "kafka-backup", "topics", object),
                        task("evil", "kafka-backup", "excludeTopics", object),
                        task("evil", "kafka-backup", "group", "{{env:AWS_SECRET_ACCESS_KEY}}"),
                        task("evil", "kafka-backup", "topics", "a&kafkaClientFactory=" + object),
                        task("evil", "kafka-backup-records", "step", "file:" + routes + "?fileName=made"),
                        task("evil", "kafka-backup-records", "step", "bean:api?method=tasks"),
                        task("evil", "secretive", "apiToken", object)))
                .allSatisfy(body -> {
                    HttpResponse<String> refused = client.post(body);
                    assertThat(refused.statusCode()).isEqualTo(400);
                    assertThat(refused.body()).startsWith("{\"error\":\"the parameter ");
                });
        assertThat(made).doesNotExist();
        for (String header : List.of("CamelBeanMethodName", "camelbeanmethodname", "CaMeLBeanMethodName")) {
            assertThat(CaravanService.json(service.get("/?" + header + "=tasks"))
                            .has("archiveId"))
                    .isTrue();
            assertThat(CaravanService.json(service.send(
                                    api(service, "/").header(header, "tasks").GET()))
                            .has("archiveId"))
                    .isTrue();
        }
    }

    private void secrets(Client client) {
        for (String plain : List.of("swordfish", "{{env:SINK_TOKEN:swordfish}}", "x{{env:SINK_TOKEN}}")) {
            HttpResponse<String> refused = client.post(task("sink", "secretive", "apiToken", plain));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("apiToken").doesNotContain("swordfish");
        }
        assertThat(client.post(task("sink", "secretive", "apiToken", "{{env:SINK_TOKEN}}"))
                        .statusCode())
                .isEqualTo(201);
        assertThat(client.call("get /tasks/{name}", "/tasks/sink").body()
                        + client.call("get /tasks/{name}/status", "/tasks/sink/status")
                                .body()
                        + new String(s3.read(bucket(), "archive/tasks/sink.json"), StandardCharsets.UTF_8))
                .contains("{{env:SINK_TOKEN}}")
                .doesNotContain("swordfish");
        client.call("delete /tasks/{name}", "/tasks/sink");
        assertThat(client.call("get /templates", "/templates").body())
                .contains("apiToken")
                .doesNotContain("swordfish");
    }

    /** What a restore would do is what the command says, and nothing is changed by asking. */
    private void planning(Client client) throws IOException {
        String operation = "put /restores/plan";
        String copy = topic + "-copy";
        String rename = "{\"topics\":\"" + topic + "\",\"rename\":\"" + topic + "=" + copy + "\"}";
        JsonNode plan = CaravanService.json(client.call(operation, "/restores/plan", rename));
        assertThat(plan)
                .isEqualTo(JSON.readTree(new CaravanCommands(broker.bootstrapServers(), s3)
                        .onStore(
                                "restore",
                                store,
                                "--output",
                                "json",
                                "--dry-run",
                                "--topics",
                                topic,
                                "--rename",
                                topic + "=" + copy,
                                "--bootstrap-servers",
                                broker.bootstrapServers())
                        .expect(0)
                        .out()));
        assertThat(plan.path("records").asLong()).isEqualTo(100);
        assertThat(plan.path("topics").path(0).path("exists").asBoolean(true)).isFalse();
        assertThat(client.call("get /topics/{topic}", "/topics/" + copy).statusCode())
                .isEqualTo(404);

        JsonNode refused =
                CaravanService.json(client.call(operation, "/restores/plan", "{\"topics\":\"" + topic + "\"}"));
        assertThat(refused.path("conflicts").toString()).contains(topic);
        for (String wrong :
                List.of("[]", "{\"topic\":\"a\"}", "{\"planDir\":\"/tmp\"}", "{\"fromOffset\":9,\"toOffset\":9}")) {
            assertThat(client.call(operation, "/restores/plan", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    private void browsing(Client client) {
        JsonNode all = CaravanService.json(client.call("get /topics", "/topics"));
        assertThat(all.path("kafkaError").isNull()).isTrue();
        JsonNode mine = topic(all, topic);
        assertThat(mine.path("inKafka").asBoolean() && mine.path("inArchive").asBoolean())
                .isTrue();
        assertThat(mine.path("partitions").asInt()).isEqualTo(2);
        assertThat(mine.path("kafkaRecords").asLong()).isEqualTo(100);
        assertThat(mine.path("archivedRecords").asLong()).isEqualTo(100);
        assertThat(mine.path("lagRecords").asLong(-1)).isEqualTo(0);
        assertThat(mine.path("tasks").toString()).isEqualTo("[\"nightly\"]");
        JsonNode copy = topic(all, topic + "-copy");
        assertThat(copy.path("inArchive").asBoolean(true)).isFalse();
        assertThat(copy.path("lagRecords").isNull()).isTrue();

        // What a task would back up
        JsonNode matching = CaravanService.json(
                client.call("get /topics", "/topics?match=" + encoded(topic + "(-copy)?") + "&exclude=" + topic));
        assertThat(matching.path("topics").findValuesAsText("topic")).containsExactly(topic + "-copy");
        assertThat(client.call("get /topics", "/topics?match=" + encoded("pay.(*"))
                        .statusCode())
                .isEqualTo(400);

        JsonNode live = CaravanService.json(client.call("get /topics/{topic}", "/topics/" + topic));
        assertThat(live.path("partitions").findValuesAsText("end")).containsExactly("100", "0");
        assertThat(live.path("configs").toString())
                .contains("{\"name\":\"retention.ms\",\"value\":\"-1\",\"source\":\"topic\"}");

        String coverage = "get /archive/topics/{topic}/coverage";
        JsonNode drawn = CaravanService.json(client.call(coverage, "/archive/topics/" + topic + "/coverage?pieces=3"));
        assertThat(drawn.path("partitions").path(0).path("pieces").findValuesAsText("kind"))
                .containsOnly("stored");
        assertThat(drawn.path("partitions").path(0).path("logEnd").asLong()).isEqualTo(100);
        assertThat(client.call(coverage, "/archive/topics/" + topic + "/coverage?pieces=0")
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.call(coverage, "/archive/topics/" + topic + "/coverage?timeline=x")
                        .statusCode())
                .isEqualTo(404);
        for (String name :
                List.of("nothing", "%2e%2e%2fnightly", "a%20b", "%00", "%3Cscript%3E", "%D0%BA", "a%252fb")) {
            assertThat(List.of(
                            client.call("get /topics/{topic}", "/topics/" + name),
                            client.call(coverage, "/archive/topics/" + name + "/coverage"),
                            client.call("get /messages/kafka/{topic}", "/messages/kafka/" + name),
                            client.call("get /messages/archive/{topic}", "/messages/archive/" + name),
                            client.call(
                                    "get /messages/kafka/{topic}/{partition}/{offset}",
                                    "/messages/kafka/" + name + "/0/0"),
                            client.call("get /verifications/{id}", "/verifications/" + name)))
                    .as(name)
                    .extracting(HttpResponse::statusCode)
                    .containsOnly(404);
        }
    }

    private static JsonNode topic(JsonNode all, String name) {
        for (JsonNode each : all.path("topics")) {
            if (each.path("topic").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no topic " + name + " in " + all);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The same records are seen in Kafka and in the archive, however they are asked for. */
    private void looking(Client client) {
        for (String query : List.of(
                "",
                "?limit=7",
                "?limit=7&end=true",
                "?partition=0&from=40&limit=5",
                "?from=0:95,1:0",
                "?time=" + (AwkwardRecords.SOME_TIME + 50),
                "?key=" + encoded("[37]$"),
                "?key=" + encoded("[37]$") + "&end=true&limit=3")) {
            JsonNode kafka =
                    CaravanService.json(client.call("get /messages/kafka/{topic}", "/messages/kafka/" + topic + query));
            JsonNode archived = CaravanService.json(
                    client.call("get /messages/archive/{topic}", "/messages/archive/" + topic + query));
            assertThat(archived.path("records")).as(query).isEqualTo(kafka.path("records"));
            assertThat(archived.path("next")).as(query).isEqualTo(kafka.path("next"));
            assertThat(kafka.path("records")).as(query).isNotEmpty();
            assertThat(kafka.path("complete").asBoolean()).isTrue();
        }
        JsonNode last = CaravanService.json(
                client.call("get /messages/kafka/{topic}", "/messages/kafka/" + topic + "?limit=7&end=true"));
        assertThat(last.path("records").findValuesAsText("offset"))
                .containsExactly("93", "94", "95", "96", "97", "98", "99");
        assertThat(last.path("scanned").asLong())
                .as("little more than is shown")
                .isEqualTo(7);

        JsonNode kafka = CaravanService.json(
                client.call("get /messages/kafka/{topic}/{partition}/{offset}", "/messages/kafka/" + topic + "/0/42"));
        JsonNode archived = CaravanService.json(client.call(
                "get /messages/archive/{topic}/{partition}/{offset}", "/messages/archive/" + topic + "/0/42"));
        assertThat(archived).isEqualTo(kafka);
        assertThat(kafka.path("offset").asLong()).isEqualTo(42);
        for (String place : List.of("0/100", "2/0", "x/0", "0/-1", "0/99999999999999999999")) {
            assertThat(client.call(
                                    "get /messages/kafka/{topic}/{partition}/{offset}",
                                    "/messages/kafka/" + topic + "/" + place)
                            .statusCode())
                    .as(place)
                    .isEqualTo(404);
        }
        for (String wrong : List.of("?from=5", "?limit=501", "?key=(", "?time=soon", "?offset=1", "?from=0:x")) {
            assertThat(List.of(
                            client.call("get /messages/kafka/{topic}", "/messages/kafka/" + topic + wrong),
                            client.call("get /messages/archive/{topic}", "/messages/archive/" + topic + wrong)))
                    .as(wrong)
                    .extracting(HttpResponse::statusCode)
                    .containsOnly(400);
        }
    }

    private void verifying(Client client, CaravanService service) {
        HttpResponse<String> begun = client.call(
                "post /verifications",
                "/verifications",
                "{\"topics\":\"" + topic + "\",\"data\":true,\"against\":true}");
        assertThat(begun.statusCode()).isEqualTo(201);
        String path = begun.headers().firstValue("Location").orElseThrow();
        service.until(() -> !CaravanService.json(client.call("get /verifications/{id}", path))
                .path("state")
                .asText()
                .equals("running"));
        JsonNode ended = CaravanService.json(client.call("get /verifications/{id}", path));
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("done");
        assertThat(ended.path("result").asText()).isEqualTo("ok");
        assertThat(ended.path("comparedRecords").asLong()).isEqualTo(100);
        assertThat(CaravanService.json(client.call("get /verifications", "/verifications")))
                .hasSize(1);
        assertThat(client.call("delete /verifications/{id}", path).statusCode()).isEqualTo(204);
        assertThat(client.call("get /verifications/{id}", path).statusCode()).isEqualTo(404);
        for (String wrong : List.of("[]", "{\"topics\":\"a(\"}", "{\"data\":1}", "{\"topic\":\"a\"}")) {
            assertThat(client.call("post /verifications", "/verifications", wrong)
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    /** A task that is written as a file. */
    private void writing(Client client) {
        HttpResponse<String> yaml = client.call("get /tasks/{name}/route", "/tasks/nightly/route?format=yaml");
        assertThat(yaml.body()).startsWith("- templatedRoute:\n    routeTemplateRef: kafka-backup\n");
        String operation = "put /templates/{template}/route";
        String path = "/templates/kafka-backup/route?format=";
        String body = "{\"name\":\"nightly\",\"parameters\":{\"topics\":\"" + topic + "\",\"maxAge\":\"500ms\"}}";
        assertThat(client.call(operation, path + "yaml", body).body()).isEqualTo(yaml.body());
        assertThat(client.call(operation, path + "xml", body).body())
                .isEqualTo(client.call("get /tasks/{name}/route", "/tasks/nightly/route?format=xml")
                        .body());
        assertThat(client.call(operation, path + "toml", body).statusCode()).isEqualTo(400);
        assertThat(client.call(operation, path + "yaml", body.replace("topics", "topcis"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.call(operation, "/templates/nothing/route", body).statusCode())
                .isEqualTo(404);
    }

    private static void listening(Client client, CaravanService service) throws Exception {
        HttpResponse<InputStream> answer =
                HttpClient.newHttpClient().send(api(service, "/events").build(), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (int event = 0; event < 2; event++) {
                assertThat(lines.readLine()).isEqualTo("event: status");
                JsonNode status = tree(lines.readLine().substring("data: ".length()));
                assertThat(status.path("tasks").path(0).path("name").asText()).isEqualTo("nightly");
                assertThat(lines.readLine()).isEmpty();
                client.checker().check("get /events", answer, "");
            }
        }
    }

    private static void openingTheConsole(CaravanService service) {
        HttpResponse<String> root = service.send(api(service, "/")
                .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
                .GET());
        assertThat(root.statusCode()).isEqualTo(302);
        assertThat(root.headers().firstValue("Location")).contains("/console/");
        assertThat(service.send(api(service, "/")
                                .header("Accept", "application/json, text/html")
                                .GET())
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> page = service.get("/console/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self';")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(service.send(api(service, "/console/")
                                .header("If-None-Match", tag)
                                .GET())
                        .statusCode())
                .isEqualTo(304);
        assertThat(service.get("/console").statusCode()).isEqualTo(302);
        Map.of(
                        "lib/lit-html/lit-html.js", "text/javascript; charset=utf-8",
                        "lib/lit-html/directives/repeat.js", "text/javascript; charset=utf-8",
                        "lib/uplot/dist/uPlot.esm.js", "text/javascript; charset=utf-8",
                        "lib/uplot/dist/uPlot.min.css", "text/css; charset=utf-8")
                .forEach((file, type) -> {
                    HttpResponse<String> library = service.get("/console/" + file);
                    assertThat(library.statusCode()).as(file).isEqualTo(200);
                    assertThat(library.headers().firstValue("Content-Type")).contains(type);
                });
        for (String path : List.of(
                "nothing.js",
                "lib/",
                "lib/lit-html/",
                "lib/vertx/web.js",
                "lib/uplot/README.md",
                "lib/lit-html/../../../../../jolokia-access.xml",
                "%2e%2e/%2e%2e/jolokia-access.xml",
                "..%2f..%2fopenapi.yaml",
                "..%5c..%5copenapi.yaml",
                "lib/lit-html/..%2f..%2fuplot%2f1.6.30%2fpackage.json",
                "%00index.html",
                "index.html%00")) {
            assertThat(service.get("/console/" + path).statusCode()).as(path).isIn(400, 404, 405);
        }
        assertThat(service.send("POST", "/console/", "{}").statusCode()).isEqualTo(405);
    }

    private void restoring(Client client, CaravanService service) {
        String copy = topic + "-copy";
        assertThat(client.post(task("drill", "kafka-restore", "rename", topic + "=" + copy))
                        .statusCode())
                .isEqualTo(201);
        service.until(() -> client.state("drill").equals("finished"));
        String id = CaravanService.json(client.call("get /tasks/{name}/status", "/tasks/drill/status"))
                .path("restore")
                .path("restoreId")
                .asText();
        service.until(() -> CaravanService.json(client.call("get /restores/{id}", "/restores/" + id))
                .has("endedAt"));
        JsonNode report = CaravanService.json(client.call("get /restores/{id}", "/restores/" + id));
        assertThat(report.path("state").asText()).isEqualTo("finished");
        assertThat(report.path("records").asLong()).isEqualTo(100);
        TopicContents.assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), copy));
        assertThat(client.call("put /tasks/{name}/pause", "/tasks/drill/pause").statusCode())
                .isEqualTo(409);
        client.call("delete /tasks/{name}", "/tasks/drill");
        assertThat(client.call("get /restores/{id}", "/restores/" + id).statusCode())
                .isEqualTo(200);
    }

    /** What a page in a browser could send. */
    private void notJson(Client client, CaravanService service) throws IOException {
        String body = task("forged", "kafka-backup");
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")) {
            assertThat(service.send(api(service, "/tasks")
                                    .header("Content-Type", type)
                                    .POST(BodyPublishers.ofString(body)))
                            .statusCode())
                    .isEqualTo(415);
        }
        String own = "http://127.0.0.1:" + service.httpPort();
        assertThat(status(service, "Origin", "https://evil.example")).isEqualTo(403);
        assertThat(status(service, "Origin", "null")).isEqualTo(403);
        assertThat(status(service, "Origin", "")).isEqualTo(403);
        assertThat(status(service, "Origin", "http://127.0.0.1")).isEqualTo(403);
        assertThat(status(service, "Sec-Fetch-Site", "cross-site")).isEqualTo(403);
        assertThat(status(service, "Origin", own)).isEqualTo(200);
        assertThat(status(service, "Sec-Fetch-Site", "same-origin")).isEqualTo(200);
        assertThat(firstLine(service.httpPort(), "/console/", "evil.example")).contains(" 403 ");
        for (int port : List.of(service.httpPort(), service.managementPort())) {
            String path = port == service.httpPort() ? "/tasks" : "/observe/jolokia/version";
            assertThat(firstLine(port, path, "evil.example:" + port)).contains(" 403 ");
            assertThat(firstLine(port, path, "127.evil.example")).contains(" 403 ");
            assertThat(firstLine(port, path, "localhost:" + port)).contains(" 200 ");
        }
        assertThat(service.send(CaravanService.request(service.managementPort(), "/observe/jolokia/version")
                                .header("Origin", "https://evil.example")
                                .GET())
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.call("get /tasks/{name}", "/tasks/forged").statusCode())
                .isEqualTo(404);
    }

    private static int status(CaravanService service, String header, String value) {
        return service.send(api(service, "/tasks").header(header, value).GET()).statusCode();
    }

    private static HttpRequest.Builder api(CaravanService service, String path) {
        return CaravanService.request(service.httpPort(), path);
    }

    /** Java's own client does not let a request name another host. */
    private static String firstLine(int port, String path, String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void whatWasMadeOverHttpOutlivesTheProcess() {
        // Given
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() ->
                    service.send("POST", "/tasks", task("kept", "kafka-backup")).statusCode() == 201);
            for (String name : List.of("asleep", "gone")) {
                assertThat(service.send("POST", "/tasks", task(name, "kafka-backup", "maxAge", "1h"))
                                .statusCode())
                        .isEqualTo(201);
            }
            service.send("PUT", "/tasks/asleep/pause", "");
            assertThat(service.send(
                                    "POST",
                                    "/tasks",
                                    ((ObjectNode) tree(task(
                                                    "never", "kafka-restore", "rename", topic + "=" + topic + "-2")))
                                            .put("paused", true)
                                            .toString())
                            .statusCode())
                    .isEqualTo(201);
            service.send("DELETE", "/tasks/gone", "");
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);

            // When
            service.process().kill();
        }
        Path made = routes.resolve("made");
        Map.of(
                        "broken", "{\"format\":1,\"na",
                        "later", document("later", "topics", topic).replace("\"format\":1", "\"format\":2"),
                        "null", document("null", "topics", topic).replace("\"" + topic + "\"", "null"),
                        "stranger", document("kept", "topics", topic),
                        "evil", document("evil", "topics", "#class:java.io.FileOutputStream('" + made + "')"))
                .forEach((name, document) -> s3.write(
                        bucket(), "archive/tasks/" + name + ".json", document.getBytes(StandardCharsets.UTF_8)));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));

        // Then
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 150);
            StoredObjects.of(s3, store).assertContiguous(topic, 0, 0, 150);
            JsonNode tasks = CaravanService.json(service.get("/tasks"));
            assertThat(tasks.findValuesAsText("name")).containsExactly("asleep", "kept", "never");
            assertThat(CaravanService.json(service.get("/tasks/never/status"))
                            .path("state")
                            .asText())
                    .as("a restore that nobody resumed yet")
                    .isEqualTo("paused");
            service.until(() -> CaravanService.json(service.get("/tasks/asleep/status"))
                    .path("state")
                    .asText()
                    .equals("paused"));
            assertThat(List.of("broken", "later", "null", "stranger", "evil"))
                    .allSatisfy(
                            name -> assertThat(service.process().err()).contains("the task " + name + " is left out"));
            assertThat(made).doesNotExist();

            // When: the broken one is made anew
            assertThat(service.send("POST", "/tasks", task("broken", "kafka-backup"))
                            .statusCode())
                    .isEqualTo(201);
            service.process().terminate().await().expect(0);
        }
    }

    @Test
    void servicesOnOneArchiveShareABackupAndDoARestoreOnce() {
        // Given: two that do not know of each other's tasks
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        data.send("none", AwkwardRecords.ordinary(topic, 1, 100, 100));
        String backup = task("shared", "kafka-backup");
        String restore = task("drill", "kafka-restore", "rename", topic + "=" + topic + "-copy");
        try (CaravanService one = CaravanService.started(environment);
                CaravanService other = CaravanService.started(environment)) {
            other.until(() ->
                    other.send("POST", "/tasks", task("first", "kafka-backup")).statusCode() == 201);
            other.send("DELETE", "/tasks/first", "");
            one.until(() -> one.send("POST", "/tasks", backup).statusCode() == 201);
            one.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 1, 0) == 100);

            // When: another task of that name, and the same
            HttpResponse<String> refused =
                    other.send("POST", "/tasks", backup.replace("\"" + topic + "\"", "\"" + topic + "-x\""));
            HttpResponse<String> again = other.send("POST", "/tasks", backup);

            // Then
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("another service");
            assertThat(again.statusCode()).isEqualTo(201);
            one.until(() -> partitions(one, "shared") == 1 && partitions(other, "shared") == 1);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
            data.send("none", AwkwardRecords.ordinary(topic, 1, 50, 100));
            for (int partition = 0; partition < 2; partition++) {
                int of = partition;
                one.until(() -> StoredObjects.of(s3, store).coveredTo(topic, of, 0) == 150);
                StoredObjects.of(s3, store).assertContiguous(topic, of, 0, 150);
            }

            // When: a restore, here and there
            assertThat(one.send("POST", "/tasks", restore).statusCode()).isEqualTo(201);
            one.until(() -> state(one, "drill").equals("finished"));
            assertThat(other.send("POST", "/tasks", restore).statusCode()).isEqualTo(201);

            // Then: it is done, and stays so
            other.until(() -> state(other, "drill").equals("finished"));
            assertThat(new String(s3.read(bucket(), "archive/tasks/drill.json"), StandardCharsets.UTF_8))
                    .contains("\"finished\"");
        }
    }

    @Test
    void aRestoreThatAnotherServiceWasDoingIsDoneWhenThatOneHasDoneIt() throws Exception {
        // Given
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        try (CaravanService one = CaravanService.started(environment)) {
            one.until(() ->
                    one.send("POST", "/tasks", task("shared", "kafka-backup")).statusCode() == 201);
            one.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            Files.writeString(
                    routes.resolve("drill.camel.yaml"),
                    """
                    - templatedRoute:
                        routeTemplateRef: kafka-restore
                        routeId: drill
                        parameters:
                          - name: topics
                            value: %s
                          - name: rename
                            value: %s=%s-copy
                    """
                            .formatted(topic, topic, topic));
        }

        // And: it fails in one service, and is done by another one
        String copy = topic + "-copy";
        data.createTopic(copy, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(copy, 0, 1, 100));
        try (CaravanService other = CaravanService.started(environment)) {
            other.until(() -> state(other, "drill").equals("failed"));
            broker.admin().deleteTopics(List.of(copy)).all().get();
            try (CaravanService one = CaravanService.started(environment)) {
                one.until(() -> state(one, "drill").equals("finished"));
            }

            // When
            assertThat(other.send("PUT", "/tasks/drill/restart?onlyFailed=true", "")
                            .statusCode())
                    .isEqualTo(204);

            // Then: it is not begun again, and what is kept stays
            other.until(() -> state(other, "drill").equals("finished"));
            assertThat(new String(s3.read(bucket(), "archive/tasks/drill.json"), StandardCharsets.UTF_8))
                    .contains("\"finished\"");
        }
    }

    @Test
    void whatWasPausedOfARouteFileStaysPausedAndTheFileWins() throws Exception {
        // Given
        Files.writeString(
                routes.resolve("nightly.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-backup
                    routeId: nightly
                    parameters:
                      - name: topics
                        value: %s
                      - name: maxAge
                        value: 200ms
                """
                        .formatted(topic));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 100);
            assertThat(service.send("PUT", "/tasks/nightly/pause", "").statusCode())
                    .isEqualTo(204);

            // When
            service.process().kill();
        }

        // Then
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> state(service, "nightly").equals("paused"));
            assertThat(service.send("PUT", "/tasks/nightly/resume", "").statusCode())
                    .isEqualTo(204);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
            service.until(() -> StoredObjects.of(s3, store).coveredTo(topic, 0, 0) == 150);
            service.process().kill();
        }

        // When: the archive has another task of that name
        s3.write(
                bucket(),
                "archive/tasks/nightly.json",
                document("nightly", "topics", topic + "-other").getBytes(StandardCharsets.UTF_8));

        // Then
        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> service.send("POST", "/tasks", task("later", "kafka-backup"))
                            .statusCode()
                    == 201);
            JsonNode nightly = CaravanService.json(service.get("/tasks/nightly"));
            assertThat(nightly.path("origin").asText()).isEqualTo("file");
            assertThat(nightly.at("/parameters/topics").asText()).isEqualTo(topic);
            assertThat(state(service, "nightly")).isEqualTo("running");
        }
    }

    private static int partitions(CaravanService service, String task) {
        return CaravanService.json(service.get("/tasks/" + task + "/status"))
                .path("backup")
                .path("partitions")
                .size();
    }

    private static String state(CaravanService service, String task) {
        return CaravanService.json(service.get("/tasks/" + task + "/status"))
                .path("state")
                .asText();
    }

    @Test
    void whoeverHasNoTokenIsSentAway() {
        environment.put("CARAVAN_HTTP_TOKEN", TOKEN);
        environment.put("CARAVAN_HTTP_HOST", "0.0.0.0");
        environment.put("CARAVAN_MANAGEMENT_HOST", "0.0.0.0");

        try (CaravanService service = CaravanService.started(environment)) {
            service.until(() -> service.get("/openapi.yaml").statusCode() == 200);
            OpenApiChecker checker =
                    new OpenApiChecker(service.get("/openapi.json").body());

            // Then: every operation but its description asks for it
            assertThat(checker.operations())
                    .filteredOn(operation -> !operation.contains("openapi"))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(operation -> {
                        String[] parts = operation.split(" ");
                        HttpResponse<String> answer =
                                service.send(parts[0].toUpperCase(Locale.ROOT), parts[1].replaceAll("[{}]", ""), "");
                        assertThat(answer.statusCode()).isEqualTo(401);
                        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                                .contains("Bearer realm=\"caravan\"");
                        checker.check(operation, answer);
                    });
            assertThat(service.get("/nothing").statusCode()).isEqualTo(401);
            for (String around : List.of("/openapi.yaml/../tasks", "/console/../tasks", "/console/%2e%2e/tasks", "/")) {
                assertThat(service.get(around).statusCode()).as(around).isEqualTo(401);
            }
            assertThat(service.get("/console/").statusCode()).isEqualTo(200);
            assertThat(service.send(api(service, "/")
                                    .header("Accept", "text/html")
                                    .GET())
                            .statusCode())
                    .isEqualTo(302);
            assertThat(service.management("/observe/jolokia/version").statusCode())
                    .isEqualTo(401);
            assertThat(service.management("/observe/health/../jolokia/version").statusCode())
                    .isEqualTo(401);
            assertThat(service.management("//observe/jolokia/version").statusCode())
                    .isEqualTo(401);
            assertThat(service.management("/observe/health").statusCode()).isEqualTo(200);
            assertThat(service.management("/observe/metrics").statusCode()).isEqualTo(200);

            for (String wrong : List.of(
                    "Bearer " + TOKEN.substring(1),
                    "Bearer " + TOKEN + "x",
                    "Bearer",
                    TOKEN,
                    "Basic " + TOKEN,
                    basic("caravan:wrong"))) {
                assertThat(statuses(service, wrong)).containsOnly(401);
            }
            for (String right : List.of("Bearer " + TOKEN, "bearer " + TOKEN, basic("anyone:" + TOKEN))) {
                assertThat(statuses(service, right)).containsOnly(200);
            }
            service.process().terminate();
            assertThat(service.process().await().expect(0).err()).doesNotContain(TOKEN);
        }
    }

    private static List<Integer> statuses(CaravanService service, String authorization) {
        return List.of(
                service.send(api(service, "/tasks")
                                .header("Authorization", authorization)
                                .GET())
                        .statusCode(),
                service.send(CaravanService.request(service.managementPort(), "/observe/jolokia/version")
                                .header("Authorization", authorization)
                                .GET())
                        .statusCode());
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aServiceThatCantListenOrMayNotSaysSo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            for (String which : List.of("CARAVAN_HTTP_PORT", "CARAVAN_MANAGEMENT_PORT")) {
                Map<String, String> clash = new HashMap<>(environment);
                clash.put(which, port);
                try (CaravanService service = CaravanService.starting(clash)) {
                    assertThat(service.process().await().expect(1).err())
                            .contains("error: can't listen on 127.0.0.1:" + port, "hint: ");
                }
            }
        }
        environment.put("CARAVAN_HTTP_HOST", "0.0.0.0");
        try (CaravanService service = CaravanService.starting(environment)) {
            assertThat(service.process().await().expect(2).err()).contains("needs a token", "CARAVAN_HTTP_TOKEN");
        }
    }

    private String task(String name, String template, String... parameters) {
        Map<String, String> all = new HashMap<>();
        all.put("topics", topic);
        if (!template.equals("kafka-restore")) {
            all.put("maxAge", "500ms");
            all.put("group", topic + "-" + name);
        }
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        return JSON.valueToTree(Map.of("name", name, "template", template, "parameters", all))
                .toString();
    }

    /** What somebody who may write the bucket could put there. */
    private static String document(String name, String parameter, String value) {
        return "{\"format\":1,\"name\":\"" + name + "\",\"template\":\"kafka-backup\",\"parameters\":{\"" + parameter
                + "\":\"" + value + "\"},\"origin\":\"api\",\"state\":\"active\",\"updatedAt\":0}";
    }

    private String bucket() {
        return store.substring("s3://".length(), store.lastIndexOf('/'));
    }
}
