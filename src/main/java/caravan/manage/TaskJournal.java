package caravan.manage;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.RestoreDocument;
import caravan.archive.TaskDocument;
import caravan.archive.TaskDocument.State;
import caravan.archive.UnsupportedFormatException;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.Tasks;
import caravan.restore.RestoreJournal;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreTask;
import caravan.store.Store;
import caravan.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of tasks in the archive itself, so that it survives the loss of this host and of Kafka: {@code tasks/} and
 * the reports under {@code restores/}.
 */
public final class TaskJournal implements RestoreJournal {
    private static final Logger LOG = LoggerFactory.getLogger(TaskJournal.class);
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long LAST_RETRY_MILLIS = 10_000;

    private final Store store;
    private final KafkaSettings kafka;
    private final Tasks tasks;
    private final Function<String, Optional<TaskDefinition>> definitions;

    /**
     * @param definitions of the tasks that there are, by name
     */
    public TaskJournal(
            Store store, KafkaSettings kafka, Tasks tasks, Function<String, Optional<TaskDefinition>> definitions) {
        this.store = store;
        this.kafka = kafka;
        this.tasks = tasks;
        this.definitions = definitions;
    }

    /**
     * What is kept of a task; empty where there is nothing.
     *
     * @throws StoreException where the store does not answer
     */
    public Optional<TaskDocument> read(String name) {
        try {
            TaskDocument document = TaskDocument.parse(store.read(new ArchiveKey.Task(name).path()));
            if (!document.name().equals(name)) {
                // What is done with the task would be kept under another key, and this one come back.
                throw new DamagedObjectException("the document of the task " + name + " is of another one");
            }
            return Optional.of(document);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * What is kept of all tasks, in the order of their names. A document that can't be read is left out, and logged.
     *
     * @throws StoreException where the store does not answer
     */
    public List<TaskDocument> readAll() {
        return store.list(ArchiveLayout.TASKS)
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .filter(ArchiveKey.Task.class::isInstance)
                .flatMap(key -> readable(((ArchiveKey.Task) key).name()).stream())
                .toList();
    }

    private Optional<TaskDocument> readable(String name) {
        try {
            return read(name);
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            LOG.error("the task {} is left out: {}", name, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Keeps this of a task, instead of what was kept before.
     *
     * @throws StoreException where the store does not take it
     */
    public void write(TaskDocument document) {
        store.put(new ArchiveKey.Task(document.name()).path(), document.toJson());
    }

    /**
     * The report of a restore that ended; empty where there is none.
     *
     * @throws StoreException where the store does not answer
     */
    public Optional<RestoreDocument> report(String restoreId) {
        try {
            return Optional.of(RestoreDocument.parse(store.read(new ArchiveKey.Report(restoreId).path())));
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Optional<RestoreReport> finished(RestoreTask restore) throws InterruptedException {
        long retry = FIRST_RETRY_MILLIS;
        while (true) {
            try {
                return before(restore);
            } catch (StoreException | KafkaException e) {
                LOG.debug("{} waits", tasks.nameOf(restore).orElse("restore"), e);
                restore.hindered(e);
            }
            restore.pause(Duration.ofMillis(retry));
            retry = Math.min(LAST_RETRY_MILLIS, retry * 2);
        }
    }

    /** How the same restore of the same task into the same cluster ended. */
    private Optional<RestoreReport> before(RestoreTask restore) {
        String cluster = clusterId();
        store.check();
        Optional<TaskDefinition> definition = tasks.nameOf(restore).flatMap(definitions);
        return definition
                .flatMap(now -> read(now.name()))
                .filter(kept -> kept.state() == State.FINISHED
                        && kept.clusterId().equals(cluster)
                        && kept.parameters().equals(definition.get().parameters())
                        && kept.template().equals(definition.get().template()))
                .flatMap(kept -> report(kept.restoreId()))
                .map(document -> {
                    restore.was(document.restoreId());
                    return RestoreReport.earlier(document);
                });
    }

    private String clusterId() {
        try (Cluster cluster = new Cluster(kafka)) {
            return cluster.id();
        }
    }

    @Override
    public void ended(RestoreTask restore, RestoreReport report) {
        String name = tasks.nameOf(restore).orElse("restore");
        try {
            String cluster = clusterId();
            definitions
                    .apply(name)
                    .ifPresent(definition -> write(definition
                            .document(System.currentTimeMillis())
                            .finished(report.restoreId(), cluster, System.currentTimeMillis())));
        } catch (RuntimeException e) {
            LOG.warn(
                    "that the restore {} ended could not be stored, so it begins again after a restart: {}",
                    name,
                    e.getMessage());
        }
    }
}
