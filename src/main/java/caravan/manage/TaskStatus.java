package caravan.manage;

import caravan.archive.RestoreDocument;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * How a task is.
 *
 * @param origin file or api
 * @param state running, retrying, paused, stopped, failed or finished
 * @param maxRate bytes of log that it moves in a second, at most; 0 where there is no limit
 * @param failure what it fails at; null where nothing does
 * @param backup null for a restore
 * @param restore null for a backup
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"name", "template", "origin", "parameters", "state", "maxRate", "failure", "backup", "restore"})
public record TaskStatus(
        String name,
        String template,
        String origin,
        Map<String, String> parameters,
        String state,
        long maxRate,
        String failure,
        Backup backup,
        Restore restore) {

    boolean is(TaskState other) {
        return state.equals(other.text());
    }

    /**
     * How far a backup is; counts are since the task was made in this process.
     *
     * @param lagSeconds how long the oldest offset that is not stored has been known to this process
     * @param verification ok, warning or failure; null before the first check
     */
    @JsonPropertyOrder({
        "lagRecords",
        "lagSeconds",
        "storedRecords",
        "storedObjects",
        "storedBytes",
        "storedLogBytes",
        "uploadFailures",
        "gaps",
        "truncations",
        "secondsSinceLastSuccess",
        "verification",
        "missingTopics",
        "partitions"
    })
    public record Backup(
            long lagRecords,
            double lagSeconds,
            long storedRecords,
            long storedObjects,
            long storedBytes,
            long storedLogBytes,
            long uploadFailures,
            long gaps,
            long truncations,
            double secondsSinceLastSuccess,
            String verification,
            List<String> missingTopics,
            List<Partition> partitions) {}

    /**
     * One partition of this process.
     *
     * @param stored offset up to which (exclusive) everything is stored
     * @param end of the log, exclusive, when the cluster was last asked
     */
    @JsonPropertyOrder({"topic", "partition", "stored", "end", "lagRecords", "lagSeconds"})
    public record Partition(String topic, int partition, long stored, long end, long lagRecords, double lagSeconds) {}

    /**
     * How far a restore is.
     *
     * @param plannedRecords an upper bound where objects overlap
     * @param topics restored ones, at the end
     */
    @JsonPropertyOrder({
        "restoreId",
        "records",
        "plannedRecords",
        "objects",
        "bytes",
        "plannedBytes",
        "topics",
        "attention"
    })
    public record Restore(
            String restoreId,
            long records,
            long plannedRecords,
            long objects,
            long bytes,
            long plannedBytes,
            List<RestoreDocument.Topic> topics,
            List<String> attention) {}
}
