package caravan.manage;

import caravan.backup.BackupException;
import caravan.backup.BackupTask;
import caravan.backup.Progress;
import caravan.kafka.ChunkClients;
import caravan.kafka.KafkaErrors;
import caravan.restore.RestoreException;
import caravan.restore.RestoreTask;
import caravan.store.StoreException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;

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

    /** What is wrong, and, where that is known, what to do about it in parentheses. */
    static String sentence(Throwable cause) {
        String what = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        String hint = hint(cause);
        return hint.isEmpty() ? what : what + " (" + hint + ")";
    }

    private static String hint(Throwable cause) {
        if (cause instanceof RestoreException restore) {
            return restore.hint();
        }
        if (cause instanceof BackupException backup) {
            return backup.hint();
        }
        if (cause instanceof StoreException store) {
            return store.hint();
        }
        return cause instanceof KafkaException kafka ? KafkaErrors.hint(kafka) : "";
    }
}
