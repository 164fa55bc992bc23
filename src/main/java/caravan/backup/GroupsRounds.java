package caravan.backup;

import caravan.kafka.KafkaErrors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots of consumer groups while a backup runs: when it starts, at intervals, and when it is told to. A snapshot that can't
 * be taken holds nothing up; why not is said once. Safe for any thread.
 */
final class GroupsRounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupsRounds.class);

    /** A consumer polls twice a second, also where its route is suspended; where it is stopped, nothing is to be done. */
    private static final Duration STOPPED = Duration.ofMinutes(1);

    private final Supplier<GroupsBackup> groups;
    private final Progress progress;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "caravan-groups");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicBoolean begun = new AtomicBoolean();
    private GroupsBackup opened;
    private volatile Optional<Integer> kept = Optional.empty();
    private volatile List<String> missing = List.of();
    private volatile Optional<String> problem = Optional.empty();

    /**
     * @param groups asked for until it answers; may have to wait for Kafka and the store
     */
    GroupsRounds(Supplier<GroupsBackup> groups, Progress progress) {
        this.groups = groups;
        this.progress = progress;
    }

    /** Takes the first one soon, and others at this interval. Done once, however often it is asked for. */
    void begin(Duration interval) {
        // Without the lock, which one that waits for the cluster holds.
        if (begun.compareAndSet(false, true)) {
            timer.scheduleWithFixedDelay(this::round, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void round() {
        if (!progress.polls() || progress.sinceLastPoll().compareTo(STOPPED) < 0) {
            take(true);
        }
    }

    /** Takes one now. */
    void take() {
        take(false);
    }

    private synchronized void take(boolean inTurn) {
        try {
            if (opened == null) {
                opened = groups.get();
            }
            kept = Optional.of(opened.take(inTurn));
            missing = opened.missing();
            if (problem.isPresent()) {
                LOG.info("the offsets of consumer groups are kept again");
            }
            problem = Optional.empty();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        String why = e instanceof KafkaException kafka
                ? KafkaErrors.message(kafka) + " (" + KafkaErrors.hint(kafka) + ")"
                : String.valueOf(e.getMessage());
        if (timer.isShutdown() || problem.equals(Optional.of(why))) {
            LOG.debug("the offsets of consumer groups are not kept", e);
        } else {
            LOG.warn("the offsets of consumer groups are not kept: {}", why);
        }
        kept = Optional.empty();
        problem = Optional.of(why);
    }

    /** How many groups have offsets in the newest snapshot for the backup's topics; empty where it could not be taken. */
    Optional<Integer> kept() {
        return kept;
    }

    /** Groups that were named and had no offsets when the last snapshot was taken. */
    List<String> missing() {
        return missing;
    }

    /** Why the last snapshot could not be taken; empty where it could, or none was tried yet. */
    Optional<String> problem() {
        return problem;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
