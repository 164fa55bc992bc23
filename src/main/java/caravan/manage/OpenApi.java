package caravan.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The document that describes the HTTP API, as it lies in the jar. */
final class OpenApi {
    private static final String RESOURCE = "/openapi.yaml";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final byte[] yaml;
    private final JsonNode document;

    OpenApi() {
        try (InputStream resource = OpenApi.class.getResourceAsStream(RESOURCE)) {
            yaml = resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Object loaded = new Load(LoadSettings.builder().build()).loadFromString(new String(yaml, UTF_8));
        document = new ObjectMapper().valueToTree(loaded);
    }

    byte[] yaml() {
        return yaml.clone();
    }

    JsonNode json() {
        return document;
    }

    /** Methods that the path has, in upper case, in order; empty where it is none of the API's. */
    Set<String> methods(String path) {
        Set<String> methods = new TreeSet<>();
        document.path("paths").fields().forEachRemaining(known -> {
            if (path.matches(known.getKey().replaceAll("\\{[^}]+}", "[^/]+"))) {
                known.getValue().fieldNames().forEachRemaining(field -> {
                    if (METHODS.contains(field)) {
                        methods.add(field.toUpperCase(Locale.ROOT));
                    }
                });
            }
        });
        return methods;
    }
}
