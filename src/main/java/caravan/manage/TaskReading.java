package caravan.manage;

import caravan.archive.RestoreDocument;
import caravan.backup.BackupTask;
import caravan.backup.PartitionLag;
import caravan.backup.Progress;
import caravan.catalog.ArchiveCheck;
import caravan.kafka.ChunkClients;
import caravan.restore.RestoreProgress;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreTask;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Reads a task's status off it. */
final class TaskReading {
    private TaskReading() {}

    static TaskStatus of(TaskDefinition definition, ChunkClients.Task task, TaskState state) {
        return new TaskStatus(
                definition.name(),
                definition.template(),
                definition.origin().name().toLowerCase(Locale.ROOT),
                Secrets.hidden(definition.parameters()),
                state.text(),
                task.rate().bytesPerSecond(),
                TaskFailure.of(task).orElse(null),
                task instanceof BackupTask backup ? backup(backup) : null,
                task instanceof RestoreTask restore ? restore(restore) : null);
    }

    private static TaskStatus.Backup backup(BackupTask task) {
        List<PartitionLag> lag = task.lag();
        Progress progress = task.progress();
        return new TaskStatus.Backup(
                lag.stream().mapToLong(PartitionLag::records).sum(),
                BackupBean.seconds(lag.stream()
                        .map(PartitionLag::waiting)
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO)),
                progress.recordsStored(),
                progress.objectsStored(),
                progress.bytesStored(),
                progress.logBytesStored(),
                progress.uploadFailures(),
                progress.gaps(),
                progress.truncations(),
                BackupBean.seconds(progress.sinceLastSuccess()),
                task.verification().map(ArchiveCheck::verdict).orElse(null),
                List.copyOf(task.missingTopics()),
                lag.stream().map(TaskReading::partition).toList());
    }

    private static TaskStatus.Partition partition(PartitionLag lag) {
        return new TaskStatus.Partition(
                lag.partition().topic(),
                lag.partition().partition(),
                lag.stored(),
                lag.end(),
                lag.records(),
                BackupBean.seconds(lag.waiting()));
    }

    private static TaskStatus.Restore restore(RestoreTask task) {
        RestoreProgress progress = task.progress();
        return new TaskStatus.Restore(
                task.restoreId(),
                progress.records(),
                progress.plan().records(),
                progress.objects(),
                progress.bytes(),
                progress.plan().bytes(),
                task.report().map(TaskReading::topics).orElse(List.of()),
                task.report().map(RestoreReport::attention).orElse(List.of()));
    }

    static List<RestoreDocument.Topic> topics(RestoreReport report) {
        return report.topics().stream()
                .map(topic -> new RestoreDocument.Topic(
                        topic.source(), topic.target(), topic.timeline(), topic.partitions(), topic.records(), ""))
                .toList();
    }
}
