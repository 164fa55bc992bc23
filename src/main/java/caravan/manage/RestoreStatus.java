package caravan.manage;

import caravan.archive.RestoreDocument;
import caravan.restore.RestoreProgress;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreTask;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * How one run of a restore goes, or how it ended.
 *
 * @param state running, retrying, paused, stopped, failed or finished
 * @param clusterId the Kafka cluster that it filled; null while it runs
 * @param startedAt epoch millis
 * @param endedAt epoch millis; null while it runs
 * @param records that were produced and acknowledged
 * @param plannedRecords an upper bound where objects overlap; null where it ended
 * @param objects that were read
 * @param bytes of these objects
 * @param plannedBytes null where it ended
 * @param topics restored ones, at the end
 * @param attention what a person should look at, one sentence each
 * @param error why it could not be finished; null where it was
 */
@JsonInclude(Include.NON_NULL)
@JsonPropertyOrder({
    "restoreId",
    "task",
    "state",
    "clusterId",
    "startedAt",
    "endedAt",
    "records",
    "plannedRecords",
    "objects",
    "bytes",
    "plannedBytes",
    "topics",
    "attention",
    "error"
})
record RestoreStatus(
        String restoreId,
        String task,
        String state,
        String clusterId,
        long startedAt,
        Long endedAt,
        long records,
        Long plannedRecords,
        long objects,
        long bytes,
        Long plannedBytes,
        List<RestoreDocument.Topic> topics,
        List<String> attention,
        String error) {

    /** From its report. */
    static RestoreStatus of(RestoreDocument report) {
        return new RestoreStatus(
                report.restoreId(),
                report.task(),
                (report.outcome() == RestoreDocument.Outcome.FINISHED ? TaskState.FINISHED : TaskState.FAILED).text(),
                report.clusterId().isEmpty() ? null : report.clusterId(),
                report.startedAt(),
                report.endedAt(),
                report.records(),
                null,
                report.objects(),
                report.bytes(),
                null,
                report.topics(),
                report.attention(),
                report.error().isEmpty() ? null : report.error());
    }

    /** From the task that runs it. */
    static RestoreStatus of(String name, RestoreTask task, TaskState state) {
        RestoreProgress progress = task.progress();
        return new RestoreStatus(
                task.restoreId(),
                name,
                state.text(),
                null,
                task.startedAt(),
                null,
                progress.records(),
                progress.plan().records(),
                progress.objects(),
                progress.bytes(),
                progress.plan().bytes(),
                task.report().map(TaskReading::topics).orElse(List.of()),
                task.report().map(RestoreReport::attention).orElse(List.of()),
                TaskFailure.of(task).orElse(null));
    }
}
