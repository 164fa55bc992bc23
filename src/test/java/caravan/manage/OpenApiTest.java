package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The document that describes the HTTP API, against the routes that serve it. */
class OpenApiTest {
    private static final List<String> METHODS = List.of("get", "post", "put", "delete", "patch", "head", "options");

    /** What no route answers, as it goes on and on. */
    private static final Set<String> STREAMS = Set.of("get " + StatusEvents.PATH + " events");

    private final JsonNode document = new OpenApi().json();

    @Test
    void theServerHasExactlyTheOperationsThatTheDocumentHas() throws Exception {
        Set<String> served = served();
        assertThat(served).doesNotContainAnyElementsOf(STREAMS);
        served.addAll(STREAMS);
        assertThat(served).isEqualTo(documented());
    }

    @Test
    void everyOperationIsAMethodOfTheBean() {
        for (JsonNode path : document.path("paths")) {
            path.fields().forEachRemaining(operation -> {
                if (METHODS.contains(operation.getKey())) {
                    String id = operation.getValue().path("operationId").asText();
                    if (STREAMS.stream().anyMatch(stream -> stream.endsWith(" " + id))) {
                        return;
                    }
                    assertThat(Api.class).as(id).satisfies(type -> assertThat(type.getMethod(id, Exchange.class))
                            .isNotNull());
                }
            });
        }
    }

    @Test
    void everySchemaIsOne() {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        assertThat(document.path("components").path("schemas")).isNotEmpty().allSatisfy(schema -> assertThat(
                        factory.getSchema("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}")
                                .validate(schema))
                .isEmpty());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<JsonNode> references = document.findValues("$ref");
        assertThat(references).hasSizeGreaterThan(20).allSatisfy(reference -> assertThat(
                        document.at(reference.asText().substring(1)).isMissingNode())
                .as(reference.asText())
                .isFalse());
    }

    @Test
    void aPathTellsItsMethods() {
        assertThat(new OpenApi().methods("/tasks")).containsExactly("GET", "POST");
        assertThat(new OpenApi().methods("/tasks/a/pause")).containsExactly("PUT");
        assertThat(new OpenApi().methods("/restores/plan")).containsExactly("GET", "PUT");
        assertThat(new OpenApi().methods("/messages/archive/a/0/17")).containsExactly("GET");
        assertThat(new OpenApi().methods("/nothing")).isEmpty();
    }

    private Set<String> documented() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        operations.add(operation.getKey() + " " + path.getKey() + " "
                                + operation.getValue().path("operationId").asText());
                    }
                }));
        return operations;
    }

    private static Set<String> served() throws IOException {
        Object file = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(Path.of("routes/service/api.camel.yaml")));
        Set<String> operations = new TreeSet<>();
        for (JsonNode entry : new ObjectMapper().<JsonNode>valueToTree(file)) {
            JsonNode rest = entry.path("rest");
            String root = rest.path("path").asText().replaceAll("/$", "");
            for (String method : METHODS) {
                for (JsonNode operation : rest.path(method)) {
                    String path = root + operation.path("path").asText();
                    String bean = operation.path("to").asText().replace("bean:api?method=", "");
                    operations.add(method + " " + path + " " + bean);
                }
            }
        }
        return operations;
    }
}
