package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is kept of a task beside its data: its configuration where it was made over HTTP, and what its operators did with it. Its
 * key is the only kind whose content may change.
 *
 * @param template the route template that it is made of
 * @param parameters as they were given; secrets only as references
 * @param restoreId of a finished restore, else empty
 * @param clusterId the Kafka cluster that a finished restore filled, else empty
 * @param updatedAt epoch millis
 */
@JsonPropertyOrder({"format", "name", "template", "parameters", "origin", "state", "restoreId", "clusterId", "updatedAt"
})
public record TaskDocument(
        String name,
        String template,
        Map<String, String> parameters,
        Origin origin,
        State state,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String restoreId,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String clusterId,
        long updatedAt)
        implements Document {

    /** Where the task's configuration is. */
    public enum Origin {
        /** In a route file: this document only says what was done with it. */
        @JsonProperty("file")
        FILE,
        /** Here. */
        @JsonProperty("api")
        API
    }

    /** What its operators, or its end, made of it. */
    public enum State {
        @JsonProperty("active")
        ACTIVE,
        @JsonProperty("paused")
        PAUSED,
        /** A restore that came to its end. */
        @JsonProperty("finished")
        FINISHED,
        /** Removed; the key stays, as nothing is ever deleted. */
        @JsonProperty("deleted")
        DELETED
    }

    public TaskDocument {
        ArchiveLayout.checkName(name);
        Objects.requireNonNull(template, "template");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(state, "state");
        parameters.values().forEach(value -> Objects.requireNonNull(value, "a parameter's value"));
        parameters = sorted(parameters);
        restoreId = restoreId == null ? "" : restoreId;
        clusterId = clusterId == null ? "" : clusterId;
    }

    private static SortedMap<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** A task that is to run. */
    public static TaskDocument active(
            String name, String template, Map<String, String> parameters, Origin origin, long now) {
        return new TaskDocument(name, template, parameters, origin, State.ACTIVE, "", "", now);
    }

    /** The same task in another state. */
    public TaskDocument with(State next, long now) {
        return new TaskDocument(name, template, parameters, origin, next, "", "", now);
    }

    /** The same task after its restore came to its end. */
    public TaskDocument finished(String restore, String cluster, long now) {
        return new TaskDocument(name, template, parameters, origin, State.FINISHED, restore, cluster, now);
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static TaskDocument parse(byte[] json) {
        return Json.parse(json, TaskDocument.class, "the task's document");
    }
}
