package caravan.manage;

import caravan.backup.BackupTask;
import caravan.kafka.ChunkClients;
import caravan.restore.RestoreTask;
import java.util.Locale;
import org.apache.camel.ServiceStatus;

/** What a task is doing, as those who operate it see it. */
public enum TaskState {
    /** It backs up, or restores. */
    RUNNING,
    /** Kafka or the store is away, or refuses; it tries again until it succeeds. */
    RETRYING,
    /** Its route is suspended: a backup keeps its place and its membership in the consumer group. */
    PAUSED,
    /** Its route is stopped. */
    STOPPED,
    /** It needs a person: a partition of a backup stopped, or a restore could not be finished. */
    FAILED,
    /** A restore came to its end. */
    FINISHED;

    /**
     * @param route what Camel says of the task's route
     */
    static TaskState of(ChunkClients.Task task, ServiceStatus route) {
        if (task instanceof RestoreTask restore && restore.done().isDone()) {
            return restore.done().isCompletedExceptionally() ? FAILED : FINISHED;
        }
        if (route == null || route.isStopping() || route.isStopped()) {
            return STOPPED;
        }
        if (route.isSuspending() || route.isSuspended()) {
            return PAUSED;
        }
        if (task instanceof BackupTask backup) {
            if (backup.progress().fatal().isPresent()) {
                return FAILED;
            }
            return backup.progress().failing().isPresent() ? RETRYING : RUNNING;
        }
        return task instanceof RestoreTask restore && restore.hindrance().isPresent() ? RETRYING : RUNNING;
    }

    /** As it is printed: in lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
