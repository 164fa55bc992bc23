package caravan.manage;

import caravan.manage.TaskException.Kind;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A task that somebody wants made.
 *
 * @param parameters as text; numbers and truth values are taken as they are written
 */
record TaskRequest(String name, String template, Map<String, String> parameters) {
    private static final List<String> FIELDS = List.of("name", "template", "parameters");
    private static final String FORM = "send {\"name\": …, \"template\": …, \"parameters\": {…}}";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** @throws TaskException {@link Kind#INVALID} */
    static TaskRequest parse(byte[] body) {
        JsonNode request = read(body);
        if (!request.isObject()) {
            throw invalid("the body is no JSON object", FORM);
        }
        request.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw invalid(
                        "a task has no field '" + field + "'",
                        TaskTemplates.nearest(field, FIELDS)
                                .map(nearest -> "did you mean '" + nearest + "'?")
                                .orElse(FORM));
            }
        });
        return new TaskRequest(text(request, "name"), text(request, "template"), parameters(request));
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
            throw invalid("the body is no JSON: line " + line + ", column " + column, FORM);
        } catch (IOException e) {
            throw invalid("the body can't be read: " + e.getMessage(), FORM);
        }
    }

    private static String text(JsonNode request, String field) {
        JsonNode value = request.path(field);
        if (!value.isTextual()) {
            throw invalid("the field '" + field + "' is missing, or no text", FORM);
        }
        return value.textValue();
    }

    private static Map<String, String> parameters(JsonNode request) {
        Map<String, String> parameters = new LinkedHashMap<>();
        JsonNode given = request.path("parameters");
        if (!given.isObject() && !given.isMissingNode()) {
            throw invalid("the field 'parameters' is no object", FORM);
        }
        given.fields().forEachRemaining(parameter -> {
            if (!parameter.getValue().isValueNode() || parameter.getValue().isNull()) {
                throw invalid(
                        "the parameter " + parameter.getKey() + " is neither text, number nor truth value",
                        "leave it out for its default; GET /templates shows all");
            }
            parameters.put(parameter.getKey(), parameter.getValue().asText());
        });
        return parameters;
    }

    private static TaskException invalid(String what, String hint) {
        return new TaskException(Kind.INVALID, what, hint);
    }
}
