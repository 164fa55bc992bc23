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
 * @param partitions what became of each partition that has records
 * @param missing what the archive did not have
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
    "partitions",
    "missing",
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
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Partition> partitions,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Missing> missing,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String error)
        implements Document {

    /** Whether it came to its end. */
    public enum Outcome {
        @JsonProperty("finished")
        FINISHED,
        @JsonProperty("failed")
        FAILED
    }

    /**
     * One restored topic.
     *
     * @param topicId its id in the cluster; empty in reports of versions that did not keep it
     */
    @JsonPropertyOrder({"source", "target", "timeline", "partitions", "records", "topicId"})
    public record Topic(
            String source,
            String target,
            String timeline,
            int partitions,
            long records,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String topicId) {
        public Topic {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(target, "target");
            Objects.requireNonNull(timeline, "timeline");
            topicId = topicId == null ? "" : topicId;
        }
    }

    /**
     * One restored partition.
     *
     * @param source topic in the archive
     * @param target topic in the cluster
     * @param startOffset where its first restored record lies in the cluster
     * @param nextOffset end of the restored records in the cluster, exclusive
     * @param offsets where the records of each object begin
     */
    @JsonPropertyOrder({"source", "target", "partition", "startOffset", "nextOffset", "offsets"})
    public record Partition(
            String source, String target, int partition, long startOffset, long nextOffset, List<Mapping> offsets) {
        public Partition {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(target, "target");
            offsets = List.copyOf(offsets);
        }
    }

    /**
     * The first restored record at or behind an offset in the archive lies at an offset in the cluster; those that follow lie side by
     * side.
     *
     * @param source offset in the archive
     * @param target offset in the cluster
     */
    @JsonPropertyOrder({"source", "target"})
    public record Mapping(long source, long target) {}

    /**
     * Offsets whose records were not restored, as the archive does not have them.
     *
     * @param source topic in the archive
     * @param reason one sentence
     */
    @JsonPropertyOrder({"source", "partition", "from", "next", "reason"})
    public record Missing(String source, int partition, long from, long next, String reason) {
        public Missing {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(reason, "reason");
        }
    }

    public RestoreDocument {
        ArchiveLayout.checkName(restoreId);
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(outcome, "outcome");
        topics = List.copyOf(topics);
        attention = List.copyOf(attention);
        partitions = partitions == null ? List.of() : List.copyOf(partitions);
        missing = missing == null ? List.of() : List.copyOf(missing);
        error = error == null ? "" : error;
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static RestoreDocument parse(byte[] json) {
        return Json.parse(json, RestoreDocument.class, "the restore's report");
    }
}
