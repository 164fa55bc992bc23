package caravan.manage;

import caravan.backup.BackupTask;
import caravan.catalog.ArchiveCheck;
import caravan.catalog.Finding;
import caravan.kafka.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Looks at the tasks at intervals: says when one begins to retry, fails, or goes on; how far backups are behind; and, where it is
 * due, what a check of the archive finds. */
public final class TaskWatch implements AutoCloseable {
    private static final long TICK_MILLIS = 1_000;
    /** After the start, at the latest: a service that is started anew each day would else never check at an interval of a day. */
    private static final Duration FIRST_CHECK = Duration.ofMinutes(5);

    /** After a check that could not be done. */
    private static final Duration RECHECK = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(TaskWatch.class);

    private final Tasks tasks;
    private final TaskMeters meters;
    private final TaskStates states;
    private final Map<String, String> told = new HashMap<>();
    private final Map<String, Instant> failedChecks = new HashMap<>();
    private final Instant started = Instant.now();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(3, runnable -> {
        Thread thread = new Thread(runnable, "caravan-watch");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param interval between two looks at how far backups are behind, which the cluster is asked
     */
    TaskWatch(Tasks tasks, TaskMeters meters, TaskStates states, Duration interval) {
        this.tasks = tasks;
        this.meters = meters;
        this.states = states;
        timer.scheduleWithFixedDelay(this::tell, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(this::observe, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(this::verify, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A line when something changes, not for every attempt. */
    private void tell() {
        tasks.all().forEach((name, task) -> {
            try {
                TaskState state = states.of(name, task);
                String why = TaskFailure.of(task).orElse("");
                String now = state + why;
                if (state == TaskState.STOPPED && !told.containsKey(name)) {
                    // It is being made.
                    return;
                }
                String before = told.put(name, now);
                if (!now.equals(before)) {
                    tell(name, state, why, before == null);
                }
            } catch (RuntimeException e) {
                LOG.debug("{} does not tell how it is", name, e);
            }
        });
    }

    /** Also what was done by JMX, which leaves no other trace. */
    private static void tell(String name, TaskState state, String why, boolean first) {
        switch (state) {
            case RETRYING -> LOG.warn("{} is retrying: {}", name, why);
            case FAILED -> LOG.error("{} failed: {}", name, why);
            case FINISHED, PAUSED, STOPPED -> LOG.info("{} is {}", name, state.text());
            case RUNNING -> {
                if (!first) {
                    LOG.info("{} goes on", name);
                }
            }
        }
    }

    private void observe() {
        tasks.all().forEach((name, task) -> {
            if (task instanceof BackupTask backup) {
                Set<String> missing = backup.missingTopics();
                try {
                    backup.observe();
                    backup.missingTopics().stream()
                            .filter(topic -> !missing.contains(topic))
                            .forEach(topic -> LOG.warn("{}: the cluster has no topic {}", name, topic));
                } catch (InterruptException e) {
                    LOG.debug("{} is not observed any more", name);
                } catch (RuntimeException e) {
                    LOG.debug("{}: the cluster can't be asked how far the backup is behind: {}", name, e.toString());
                }
                meters.observed(name, backup.lag());
            }
        });
    }

    private void verify() {
        tasks.all().forEach((name, task) -> {
            if (task instanceof BackupTask backup && due(name, backup)) {
                try {
                    ArchiveCheck check = backup.verify();
                    failedChecks.remove(name);
                    LOG.info(
                            "{}: checked {} objects of {} topics: {}",
                            name,
                            check.objects(),
                            check.topics(),
                            check.verdict());
                    check.findings().forEach(finding -> LOG.atLevel(
                                    finding.kind() == Finding.Kind.PRUNED ? Level.INFO : Level.WARN)
                            .log("{}: {}", name, finding.message()));
                } catch (RuntimeException e) {
                    failedChecks.put(name, Instant.now());
                    LOG.warn("{}: the archive could not be checked: {}", name, e.getMessage());
                }
            }
        });
    }

    private boolean due(String name, BackupTask backup) {
        Instant now = Instant.now();
        Instant failed = failedChecks.get(name);
        return next(backup.verifyInterval(), backup.verification().map(ArchiveCheck::at), started)
                .filter(next -> next.isBefore(now))
                .filter(next -> failed == null || failed.plus(RECHECK).isBefore(now))
                .isPresent();
    }

    /** When the archive is to be checked; empty where it never is. */
    static Optional<Instant> next(Duration interval, Optional<Instant> last, Instant started) {
        if (interval.isZero()) {
            return Optional.empty();
        }
        Duration first = interval.compareTo(FIRST_CHECK) < 0 ? interval : FIRST_CHECK;
        return Optional.of(last.map(at -> at.plus(interval)).orElseGet(() -> started.plus(first)));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
