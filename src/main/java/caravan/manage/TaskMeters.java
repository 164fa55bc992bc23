package caravan.manage;

import caravan.backup.BackupTask;
import caravan.backup.PartitionLag;
import caravan.backup.Progress;
import caravan.catalog.ArchiveCheck;
import caravan.kafka.ChunkClients;
import caravan.kafka.Tasks;
import caravan.restore.RestoreTask;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** Meters of each task, tagged with its name. Prometheus sees {@code caravan.lag.records} as {@code caravan_lag_records}. */
public final class TaskMeters implements Tasks.Listener {
    private static final String TASK = "task";

    private final MeterRegistry registry;
    private final TaskStates states;
    private final Map<String, LagMeters> lags = new ConcurrentHashMap<>();

    /**
     * @param states tells the state of a task by its name
     */
    TaskMeters(MeterRegistry registry, TaskStates states) {
        this.registry = registry;
        this.states = states;
        String version = TaskMeters.class.getPackage().getImplementationVersion();
        Gauge.builder("caravan.build.info", () -> 1)
                .description("Always 1; says what is running")
                .tag("version", version == null ? "unknown" : version)
                .register(registry);
    }

    @Override
    public void entered(String name, ChunkClients.Task task) {
        left(name, task);
        for (TaskState state : TaskState.values()) {
            Gauge.builder("caravan.task.state", task, its -> states.of(name, its) == state ? 1 : 0)
                    .description("1 for the state that the task is in")
                    .tag(TASK, name)
                    .tag("state", state.text())
                    .register(registry);
        }
        if (task instanceof BackupTask backup) {
            backup(name, backup);
        } else if (task instanceof RestoreTask restore) {
            restore(name, restore);
        }
    }

    private void backup(String name, BackupTask task) {
        counter(name, task, "caravan.stored.records", "Records in objects that were stored", Progress::recordsStored);
        counter(name, task, "caravan.stored.objects", "Objects that were stored", Progress::objectsStored);
        counter(name, task, "caravan.stored.bytes", "Bytes of objects that were stored", Progress::bytesStored);
        counter(name, task, "caravan.stored.log.bytes", "Bytes of log that were stored", Progress::logBytesStored);
        counter(name, task, "caravan.upload.failures", "Attempts to store that failed", Progress::uploadFailures);
        counter(
                name,
                task,
                "caravan.gaps",
                "Gaps: ranges deleted or compacted by Kafka before they were stored",
                Progress::gaps);
        counter(
                name,
                task,
                "caravan.truncations",
                "Logs that were truncated, and are backed up again from there on",
                Progress::truncations);
        gauge(
                name,
                task,
                "caravan.last.success.age.seconds",
                "Seconds since something was stored, or everything was seen to be",
                backup -> BackupBean.seconds(backup.progress().sinceLastSuccess()));
        gauge(
                name,
                task,
                "caravan.last.poll.age.seconds",
                "Seconds since the consumer last polled",
                backup -> BackupBean.seconds(backup.progress().sinceLastPoll()));
        gauge(
                name,
                task,
                "caravan.failing",
                "1 while Kafka or the store fails or refuses",
                backup -> backup.progress().failing().isPresent()
                                || backup.progress().fatal().isPresent()
                        ? 1
                        : 0);
        gauge(name, task, "caravan.spool.bytes", "Bytes in the spool of the process", BackupTask::spoolBytes);
        gauge(name, task, "caravan.spool.capacity.bytes", "Most bytes of that spool", BackupTask::spoolCapacity);
        gauge(
                name,
                task,
                "caravan.missing.topics",
                "Topics meant by name that the cluster does not have",
                backup -> backup.missingTopics().size());
        gauge(
                name,
                task,
                "caravan.verify.warnings",
                "Findings to look at, in the last check",
                backup -> backup.verification().map(ArchiveCheck::warnings).orElse(0L));
        gauge(
                name,
                task,
                "caravan.verify.failures",
                "Findings that are damage, in the last check",
                backup -> backup.verification().map(ArchiveCheck::failures).orElse(0L));
        gauge(
                name,
                task,
                "caravan.verify.timestamp.seconds",
                "When the archive was last checked, epoch seconds",
                backup -> backup.verification()
                        .map(ArchiveCheck::at)
                        .map(Instant::getEpochSecond)
                        .orElse(0L));
        gauge(
                name,
                task,
                "caravan.verify.interval.seconds",
                "Seconds between two checks, 0 for never",
                backup -> BackupBean.seconds(backup.verifyInterval()));
        lags.put(name, new LagMeters(registry, Tags.of(TASK, name)));
    }

    private void restore(String name, RestoreTask task) {
        gauge(name, task, "caravan.restored.records", "Records that were produced", restore -> restore.progress()
                .records());
        gauge(name, task, "caravan.restore.planned.records", "Records of the plan", restore -> restore.progress()
                .plan()
                .records());
        gauge(name, task, "caravan.restored.bytes", "Bytes of objects that were restored", restore -> restore.progress()
                .bytes());
        gauge(name, task, "caravan.restore.planned.bytes", "Bytes of objects of the plan", restore -> restore.progress()
                .plan()
                .bytes());
        gauge(
                name,
                task,
                "caravan.restore.finished",
                "1 when the restore came to its end",
                restore -> restore.report().isPresent() ? 1 : 0);
        gauge(
                name,
                task,
                "caravan.restore.failed",
                "1 when the restore could not be finished",
                restore -> restore.done().isCompletedExceptionally() ? 1 : 0);
    }

    /** Brings the meters of single partitions up to date. */
    void observed(String name, List<PartitionLag> partitions) {
        Optional.ofNullable(lags.get(name)).ifPresent(meters -> meters.observed(partitions));
    }

    private void counter(
            String name, BackupTask task, String meter, String description, ToDoubleFunction<Progress> value) {
        FunctionCounter.builder(meter, task.progress(), value)
                .description(description)
                .tag(TASK, name)
                .register(registry);
    }

    private <T> void gauge(String name, T task, String meter, String description, ToDoubleFunction<T> value) {
        Gauge.builder(meter, task, value)
                .description(description)
                .tag(TASK, name)
                .register(registry);
    }

    @Override
    public void left(String name, ChunkClients.Task task) {
        lags.remove(name);
        List<Meter> its = registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("caravan.")
                        && name.equals(meter.getId().getTag(TASK)))
                .toList();
        its.forEach(registry::remove);
    }
}
