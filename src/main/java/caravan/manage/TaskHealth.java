package caravan.manage;

import caravan.backup.BackupTask;
import caravan.kafka.ChunkClients;
import caravan.kafka.KafkaErrors;
import caravan.kafka.Tasks;
import caravan.restore.RestoreTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Whether the tasks do what they should. Not ready: a backup that has not begun, fails for longer than half a minute, is refused by
 * the brokers, or needs a person; a restore that waits for Kafka or the store, or failed. Not alive: a consumer that has not polled
 * for five minutes although its route runs, which nothing but a new process mends. A task that somebody paused or stopped is neither.
 */
public final class TaskHealth extends AbstractHealthCheck {
    private static final Duration FAILING = Duration.ofSeconds(30);
    private static final Duration SILENT = Duration.ofMinutes(5);

    /** What is asked. */
    public enum Kind {
        LIVENESS,
        READINESS
    }

    private final TaskStates states;
    private final Tasks tasks;
    private final Kind kind;

    TaskHealth(TaskStates states, Tasks tasks, Kind kind) {
        super("caravan", "caravan-tasks-" + (kind == Kind.LIVENESS ? "alive" : "ready"));
        this.states = states;
        this.tasks = tasks;
        this.kind = kind;
    }

    @Override
    public boolean isLiveness() {
        return kind == Kind.LIVENESS;
    }

    @Override
    public boolean isReadiness() {
        return kind == Kind.READINESS;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.up();
        List<String> reasons = new ArrayList<>();
        tasks.all().forEach((name, task) -> {
            TaskState state = states.of(name, task);
            if (state == TaskState.PAUSED || state == TaskState.STOPPED) {
                builder.detail(name, state.text());
                return;
            }
            boolean down = kind == Kind.LIVENESS ? silent(task) : hindered(task);
            String standard = kind == Kind.READINESS ? "it has not begun" : "it has not polled for long";
            String how = down ? state.text() + ": " + TaskFailure.of(task).orElse(standard) : state.text();
            builder.detail(name, how);
            if (down) {
                builder.down();
                reasons.add(name + " is " + how);
            }
        });
        if (!reasons.isEmpty()) {
            // Told to those who ask without ?data=true, too.
            builder.message(String.join("; ", reasons));
        }
    }

    private static boolean silent(ChunkClients.Task task) {
        return task instanceof BackupTask backup
                && backup.progress().polls()
                && backup.progress().sinceLastPoll().compareTo(SILENT) > 0;
    }

    private static boolean hindered(ChunkClients.Task task) {
        if (task instanceof BackupTask backup) {
            return !backup.progress().polls()
                    || backup.progress().fatal().isPresent()
                    || backup.progress()
                            .failing()
                            .map(failing -> failing.lasting().compareTo(FAILING) > 0
                                    || KafkaErrors.refusal(failing.cause()).isPresent())
                            .orElse(false);
        }
        return task instanceof RestoreTask restore
                && (restore.done().isCompletedExceptionally()
                        || restore.hindrance().isPresent());
    }
}
