package caravan.manage;

import caravan.manage.TaskException.Kind;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A task that somebody wants made.
 *
 * @param parameters as text; numbers and truth values are taken as they are written
 * @param paused whether it waits to be resumed before it does anything
 */
record TaskRequest(String name, String template, Map<String, String> parameters, boolean paused) {
    private static final List<String> FIELDS = List.of("name", "template", "parameters", "paused");
    private static final String FORM = "send {\"name\": …, \"template\": …, \"parameters\": {…}}";
    private static final String PARAMETERS = "send the parameters as an object: {\"topics\": …}";
    private static final Pattern TWICE = Pattern.compile("^Duplicate field '([^']*)'");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** @throws TaskException {@link Kind#INVALID} */
    static TaskRequest parse(byte[] body) {
        JsonNode request = object(body, FORM);
        return parse(request, text(request, "name"));
    }

    /**
     * A task whose name is known; where the body has one, it is the same.
     *
     * @throws TaskException {@link Kind#INVALID}
     */
    static TaskRequest parse(byte[] body, String name) {
        JsonNode request = object(body, FORM);
        if (request.has("name") && !request.path("name").asText().equals(name)) {
            throw invalid("the field 'name' is not the name in the path, " + name, "leave it out");
        }
        return parse(request, name);
    }

    /**
     * A task of a template that is known; where the body has one, it is the same.
     *
     * @throws TaskException {@link Kind#INVALID}
     */
    static TaskRequest parseOf(byte[] body, String template) {
        String form = "send {\"name\": …, \"parameters\": {…}}";
        JsonNode request = object(body, form);
        if (request.has("template") && !request.path("template").asText().equals(template)) {
            throw invalid("the field 'template' is not the template in the path, " + template, "leave it out");
        }
        return parse(((ObjectNode) request).put("template", template), text(request, "name"));
    }

    private static TaskRequest parse(JsonNode request, String name) {
        request.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw invalid(
                        "a task has no field '" + field + "'",
                        TaskTemplates.nearest(field, FIELDS)
                                .map(nearest -> "did you mean '" + nearest + "'?")
                                .orElse(FORM));
            }
        });
        JsonNode given = request.path("parameters");
        if (!given.isObject() && !given.isMissingNode()) {
            throw invalid("the field 'parameters' is no object", FORM);
        }
        JsonNode paused = request.path("paused");
        if (!paused.isBoolean() && !paused.isMissingNode()) {
            throw invalid("the field 'paused' is neither true nor false", "leave it out, or write true");
        }
        return new TaskRequest(name, text(request, "template"), parameters(given), paused.asBoolean(false));
    }

    /**
     * Parameters alone.
     *
     * @throws TaskException {@link Kind#INVALID}
     */
    static Map<String, String> parseParameters(byte[] body) {
        return parameters(object(body, PARAMETERS));
    }

    /**
     * Parameters that shall change: empty for one that is null, which takes a value away.
     *
     * @throws TaskException {@link Kind#INVALID}
     */
    static Map<String, Optional<String>> parseChanges(byte[] body) {
        JsonNode given = object(body, "send what shall change as an object: {\"maxAge\": …}");
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        given.fields()
                .forEachRemaining(parameter -> changes.put(
                        parameter.getKey(),
                        parameter.getValue().isNull()
                                ? Optional.empty()
                                : Optional.of(value(parameter.getKey(), parameter.getValue()))));
        return changes;
    }

    /** The level that a logger shall have: {@code {"level": "DEBUG"}}. */
    static String parseLevel(byte[] body) {
        String form = "send {\"level\": \"DEBUG\"}";
        JsonNode level = object(body, form).path("level");
        if (!level.isTextual()) {
            throw invalid("the field 'level' is missing, or no text", form);
        }
        return level.textValue();
    }

    /** How fast a task shall move, at most: {@code {"bytesPerSecond": 20000000}}. */
    static TaskRate parseRate(byte[] body) {
        String form = "send {\"bytesPerSecond\": 20000000}, or 0 for no limit";
        JsonNode rate = object(body, form).path("bytesPerSecond");
        if (!rate.isIntegralNumber() || !rate.canConvertToLong() || rate.longValue() < 0) {
            throw invalid("the field 'bytesPerSecond' is missing, or no number of bytes", form);
        }
        return new TaskRate(rate.longValue());
    }

    /** What shall be verified: {@code {"topics": "orders", "data": true, "against": false}}, each of which can be left out. */
    static Verifications.Wanted parseVerification(byte[] body) {
        String form = "send {\"topics\": \"orders,pay.*\", \"data\": true, \"against\": false}; each can be left out";
        JsonNode request = object(body, form);
        request.fieldNames().forEachRemaining(field -> {
            if (!List.of("topics", "data", "against").contains(field)) {
                throw invalid("a verification has no field '" + field + "'", form);
            }
        });
        JsonNode topics = request.path("topics");
        if (!topics.isTextual() && !topics.isNull() && !topics.isMissingNode()) {
            throw invalid("the field 'topics' is no text", form);
        }
        return new Verifications.Wanted(
                topics.textValue(), truth(request, "data", form), truth(request, "against", form));
    }

    private static boolean truth(JsonNode request, String field, String form) {
        JsonNode value = request.path(field);
        if (!value.isBoolean() && !value.isMissingNode()) {
            throw invalid("the field '" + field + "' is neither true nor false", form);
        }
        return value.asBoolean(false);
    }

    private static JsonNode object(byte[] body, String form) {
        JsonNode request = read(body, form);
        if (!request.isObject()) {
            throw invalid("the body is no JSON object", form);
        }
        return request;
    }

    private static JsonNode read(byte[] body, String form) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
            Matcher twice = TWICE.matcher(String.valueOf(e.getOriginalMessage()));
            if (twice.find()) {
                throw invalid("the field '" + twice.group(1) + "' is given twice", "give it once");
            }
            throw invalid("the body is no JSON: line " + line + ", column " + column, form);
        } catch (IOException e) {
            throw invalid("the body can't be read: " + e.getMessage(), form);
        }
    }

    private static String text(JsonNode request, String field) {
        JsonNode value = request.path(field);
        if (!value.isTextual()) {
            throw invalid("the field '" + field + "' is missing, or no text", FORM);
        }
        return value.textValue();
    }

    private static Map<String, String> parameters(JsonNode given) {
        Map<String, String> parameters = new LinkedHashMap<>();
        given.fields()
                .forEachRemaining(parameter ->
                        parameters.put(parameter.getKey(), value(parameter.getKey(), parameter.getValue())));
        return parameters;
    }

    private static String value(String parameter, JsonNode given) {
        if (!given.isValueNode() || given.isNull()) {
            throw invalid(
                    "the parameter " + parameter + " is neither text, number nor truth value",
                    "leave it out for its default; GET /templates shows all");
        }
        return given.asText();
    }

    private static TaskException invalid(String what, String hint) {
        return new TaskException(Kind.INVALID, what, hint);
    }
}
