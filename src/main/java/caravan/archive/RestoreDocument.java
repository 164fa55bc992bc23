package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Objects;

/**
 * How a restore ended: its report.
 *
 * @param task name of the task that it was
 * @param clusterId the Kafka cluster that it filled; empty where it was not reached
 * @param startedAt epoch millis
 * @param endedAt epoch millis
 * @param records that were produced
 * @param objects that were read
 * @param bytes of these objects
 * @param attention what a person should look at, one sentence each
 * @param error why it could not be finished; empty where it was
 */
@JsonPropertyOrder({
    "format",
    "restoreId",
    "task",
    "clusterId",
    "startedAt",
    "endedAt",
    "outcome",
    "topics",
    "records",
    "objects",
    "bytes",
    "attention",
    "error"
})
public record RestoreDocument(
        String restoreId,
        String task,
        String clusterId,
        long startedAt,
        long endedAt,
        Outcome outcome,
        List<Topic> topics,
        long records,
        long objects,
        long bytes,
        List<String> attention,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String error)
        implements Document {

    /** Whether it came to its end. */
    public enum Outcome {
        @JsonProperty("finished")
        FINISHED,
        @JsonProperty("failed")
        FAILED
    }

    /** One restored topic. */
    @JsonPropertyOrder({"source", "target", "timeline", "partitions", "records"})
    public record Topic(String source, String target, String timeline, int partitions, long records) {
        public Topic {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(target, "target");
            Objects.requireNonNull(timeline, "timeline");
        }
    }

    public RestoreDocument {
        ArchiveLayout.checkName(restoreId);
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(outcome, "outcome");
        topics = List.copyOf(topics);
        attention = List.copyOf(attention);
        error = error == null ? "" : error;
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static RestoreDocument parse(byte[] json) {
        return Json.parse(json, RestoreDocument.class, "the restore's report");
    }
}
