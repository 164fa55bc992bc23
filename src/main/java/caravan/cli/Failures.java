package caravan.cli;

import caravan.archive.DamagedObjectException;
import caravan.archive.UnsupportedFormatException;
import caravan.backup.BackupException;
import caravan.kafka.KafkaErrors;
import caravan.manage.TaskException;
import caravan.restore.RestoreException;
import caravan.store.StoreException;
import caravan.store.StoreLocationException;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever ended a command into an exit code, and into what a person can act on. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** Prints {@code error:} and {@code hint:} lines; returns the exit code. */
    static int explain(Throwable failure, PrintWriter err, boolean debug) {
        CommandException known = known(failure);
        err.println("error: " + known.getMessage());
        if (!known.hint().isEmpty()) {
            err.println("hint: " + known.hint());
        }
        if (debug) {
            LOG.error("where it came from", failure);
        }
        err.flush();
        return known.exitCode();
    }

    private static CommandException known(Throwable failure) {
        if (failure instanceof CommandException command) {
            return command;
        }
        if (failure instanceof BackupException backup) {
            return CommandException.couldNot(backup.getMessage(), backup.hint());
        }
        if (failure instanceof RestoreException restore) {
            return new CommandException(exitCode(restore.kind()), restore.getMessage(), restore.hint(), restore);
        }
        if (failure instanceof StoreException store) {
            return CommandException.couldNot(store.getMessage(), store.hint());
        }
        if (failure instanceof TaskException task) {
            return CommandException.usage(task.getMessage(), task.hint());
        }
        if (failure instanceof StoreLocationException location) {
            return CommandException.usage(location.getMessage(), location.hint());
        }
        if (failure instanceof DamagedObjectException) {
            return new CommandException(
                    ExitCode.DAMAGE, failure.getMessage(), "see what is damaged with 'verify --data'", failure);
        }
        if (failure instanceof UnsupportedFormatException) {
            return new CommandException(
                    ExitCode.COULD_NOT, failure.getMessage(), "use a later version of Caravan", failure);
        }
        if (failure instanceof KafkaException kafka) {
            return CommandException.couldNot("Kafka: " + KafkaErrors.message(kafka), KafkaErrors.hint(kafka));
        }
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        if (failure.getCause() != null && (wrapper || failure instanceof RuntimeException)) {
            return known(failure.getCause());
        }
        return CommandException.couldNot(String.valueOf(failure), "run it again with --debug for the stack trace");
    }

    private static int exitCode(RestoreException.Kind kind) {
        return switch (kind) {
            case NOT_POSSIBLE -> ExitCode.COULD_NOT;
            case CHOICE_NEEDED -> ExitCode.USAGE;
            case DAMAGED -> ExitCode.DAMAGE;
        };
    }
}
