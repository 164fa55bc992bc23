package caravan.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares a server's answers with what its OpenAPI document promises. */
public final class OpenApiChecker {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
    private static final String BASE = "https://caravan.test/openapi.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode document;
    private final JsonSchemaFactory schemas;
    private final Set<String> seen = new TreeSet<>();

    /**
     * @param document in JSON, as the server serves it
     */
    public OpenApiChecker(String document) {
        this.document = read(document);
        schemas = JsonSchemaFactory.getInstance(
                VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(BASE, document))));
    }

    /** Operations of the document, as {@code get /tasks/{name}}. */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        operations.add(method + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** Operations that answered with success. */
    public Set<String> succeeded() {
        return new TreeSet<>(seen);
    }

    /**
     * Fails unless this is an answer that the document has for the operation: its status, its content type, its headers, its body.
     *
     * @param operation one of {@link #operations()}
     */
    public HttpResponse<String> check(String operation, HttpResponse<String> answer) {
        check(operation, answer, answer.body());
        return answer;
    }

    /**
     * The same of an answer that goes on and on.
     *
     * @param body what has come of it
     */
    public void check(String operation, HttpResponse<?> answer, String body) {
        String[] parts = operation.split(" ", 2);
        String pointer = "/paths/" + parts[1].replace("/", "~1") + "/" + parts[0] + "/responses";
        JsonNode responses = document.at(pointer);
        String status = Integer.toString(answer.statusCode());
        if (!responses.has(status) && (answer.statusCode() < 400 || !responses.has("default"))) {
            throw new AssertionError(operation + " answers " + status + ", which its document has not: " + body);
        }
        String response = pointer + "/" + (responses.has(status) ? status : "default");
        String reference = document.at(response).path("$ref").asText("");
        checkAnswer(operation, reference.isEmpty() ? response : reference.substring(1), answer, body);
        if (answer.statusCode() < 400) {
            seen.add(operation);
        }
    }

    private void checkAnswer(String operation, String pointer, HttpResponse<?> answer, String body) {
        JsonNode response = document.at(pointer);
        response.path("headers").fields().forEachRemaining(header -> {
            if (answer.headers().firstValue(header.getKey()).isEmpty()) {
                throw new AssertionError(operation + " answers without " + header.getKey());
            }
        });
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            if (!body.isEmpty()) {
                throw new AssertionError(operation + " answers with a body: " + body);
            }
            return;
        }
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (!content.has(type)) {
            throw new AssertionError(operation + " answers with " + type + ": " + body);
        }
        if (content.path(type).has("schema")) {
            String schema = pointer + "/content/" + type.replace("/", "~1") + "/schema";
            JsonSchema compiled = schemas.getSchema(SchemaLocation.of(BASE + "#" + schema));
            if (!compiled.validate(read(body)).isEmpty()) {
                throw new AssertionError(operation + ": " + compiled.validate(read(body)) + "\n" + body);
            }
        }
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }
}
