package caravan.manage;

import caravan.backup.BackupTask;
import caravan.backup.Progress;
import caravan.kafka.ChunkClients;
import caravan.restore.RestoreTask;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Why a task is not doing what it should, in one sentence. */
final class TaskFailure {
    private TaskFailure() {}

    /** Empty where nothing is wrong. */
    static Optional<String> of(ChunkClients.Task task) {
        return cause(task).map(TaskFailure::sentence);
    }

    private static Optional<Throwable> cause(ChunkClients.Task task) {
        if (task instanceof BackupTask backup) {
            return backup.progress()
                    .fatal()
                    .or(() -> backup.progress().failing().map(Progress.Failing::cause));
        }
        if (task instanceof RestoreTask restore && restore.done().isCompletedExceptionally()) {
            return Optional.of(restore.done()
                    .handle((report, failure) ->
                            failure instanceof CompletionException wrapped ? wrapped.getCause() : failure)
                    .join());
        }
        return task instanceof RestoreTask restore ? restore.hindrance() : Optional.empty();
    }

    private static String sentence(Throwable cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
