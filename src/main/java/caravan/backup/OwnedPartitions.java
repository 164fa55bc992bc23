package caravan.backup;

import caravan.backup.Failures.Subject;
import caravan.backup.SpooledObject.State;
import caravan.kafka.Assignment;
import caravan.kafka.PartitionOwner;
import caravan.kafka.Refused;
import caravan.kafka.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this process backs up: a ledger for each assignment, from its start in the archive to its end.
 *
 * <p>What {@link PartitionOwner} declares is called by the polling thread. Starts are looked for by threads of their own, which
 * alone wait for Kafka and the store. Ledgers are also asked for by whoever completes or stores an object, or watches the task. An
 * assignment can end while its start is being looked for: whoever has found one looks again afterwards, and throws it away.
 */
final class OwnedPartitions implements PartitionOwner, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedPartitions.class);

    /** Objects of one partition that may be complete and not stored; one more can complete before fetching pauses. */
    private static final int MAX_WAITING = 3;

    private static final long FIRST_RETRY_MILLIS = 500;
    private static final long LAST_RETRY_MILLIS = 30_000;

    /** How often topics are asked whether their settings changed. */
    private static final long SNAPSHOT_MINUTES = 5;

    /** Attempts at records that a step of the user's fails, before their partition stops. */
    private static final int RECORD_ATTEMPTS = 5;

    /** Refusals by the leader, with nothing fetched between them, that one new start should have ended. */
    private static final int REFUSALS = 2;

    /**
     * A start that is looked for.
     *
     * @param retryMillis how long to wait where it can't be found yet
     */
    private record Search(
            Assignment assignment, Optional<Refused> refused, CompletableFuture<Start> found, long retryMillis) {
        private Search again() {
            return new Search(assignment, refused, found, Math.min(LAST_RETRY_MILLIS, retryMillis * 2));
        }
    }

    private final Supplier<PartitionStarts> starts;
    private final Queue<Search> searches = new ConcurrentLinkedQueue<>();
    private final Spool spool;
    private final Consumer<String> completeObject;
    private final SpoolWriters writers;
    private volatile boolean full;
    private final Progress progress;
    private final Map<Long, CommitLedger> ledgers = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Assignment> current = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Integer> fruitless = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Throwable> recordFailures = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();
    private final ScheduledExecutorService starter = Executors.newScheduledThreadPool(4, runnable -> {
        Thread thread = new Thread(runnable, "caravan-starts");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param starts where partitions start; asked for on threads of its own, as it may have to wait for Kafka and the store
     * @param completeObject completes the object with this correlation key
     */
    OwnedPartitions(
            Supplier<PartitionStarts> starts,
            Spool spool,
            SpoolWriters writers,
            Consumer<String> completeObject,
            Progress progress) {
        this.writers = writers;
        this.starts = starts;
        this.spool = spool;
        this.completeObject = completeObject;
        this.progress = progress;
        starter.scheduleWithFixedDelay(this::refreshSnapshots, SNAPSHOT_MINUTES, SNAPSHOT_MINUTES, TimeUnit.MINUTES);
    }

    /**
     * Notes what changed in the settings of the topics, and goes on in baselines that became complete; what fails is tried again the
     * next time.
     */
    void refreshSnapshots() {
        current.keySet().stream().map(TopicPartition::topic).distinct().forEach(topic -> {
            try {
                starts.get().refresh(topic);
                current.forEach((partition, assignment) -> {
                    if (partition.topic().equals(topic)) {
                        goOnInBaseline(assignment);
                    }
                });
            } catch (RuntimeException e) {
                LOG.warn("the settings of {} could not be read or stored: {}", topic, e.toString());
            }
        });
    }

    private void goOnInBaseline(Assignment assignment) {
        ledger(assignment.number())
                .flatMap(ledger -> starts.get().later(ledger.folder()))
                .ifPresent(baseline -> assignment.restart("the baseline " + baseline + " is complete"));
    }

    /** The ledger of an assignment that has begun and not ended. */
    Optional<CommitLedger> ledger(long assignment) {
        return Optional.ofNullable(ledgers.get(assignment));
    }

    /** The ledger that an object is entered in. */
    Optional<CommitLedger> ledgerOf(SpooledObject object) {
        return ledgers.values().stream().filter(ledger -> ledger.holds(object)).findFirst();
    }

    /** Offsets up to which (exclusive) the partitions are in the archive, of those whose start is known. */
    Map<TopicPartition, Long> stored() {
        return offsets(CommitLedger::storedUpTo);
    }

    /** Offsets up to which (exclusive) the route took the partitions, of those whose start is known. */
    Map<TopicPartition, Long> accepted() {
        return offsets(CommitLedger::accepted);
    }

    private Map<TopicPartition, Long> offsets(ToLongFunction<CommitLedger> of) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        current.forEach((partition, assignment) ->
                ledger(assignment.number()).ifPresent(ledger -> offsets.put(partition, of.applyAsLong(ledger))));
        return offsets;
    }

    /** The longest that an object has been complete without being stored. */
    Duration longestWait() {
        return ledgers.values().stream()
                .map(CommitLedger::longestWait)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** From now on, what reaches these offsets is stored at once. */
    void storeAtOnce(Map<TopicPartition, Long> reached) {
        ends.putAll(reached);
    }

    /** A step of the user's failed at a record of this partition. */
    void recordFailed(TopicPartition partition, Throwable cause) {
        recordFailures.put(partition, cause);
        progress.failures().failing(Subject.DATA, partition, cause);
    }

    @Override
    public CompletableFuture<Start> assigned(
            Assignment assignment, Optional<Assignment> predecessor, Optional<Refused> refused) {
        TopicPartition partition = assignment.partition();
        current.put(partition, assignment);
        Optional<CommitLedger> before = predecessor.flatMap(old -> ledger(old.number()));
        // Where the leader says how far the log is the same, each place is before the last: that comes to an end.
        long delay = refused.flatMap(Refused::common).isPresent() ? 0 : backOff(partition, before);
        Throwable failure = recordFailures.remove(partition);
        // What is open is stored before anything else: Kafka may not have it any more.
        CompletableFuture<Void> drained =
                before.map(this::drain).orElseGet(() -> CompletableFuture.completedFuture(null));
        if (refused.isPresent() && fruitless.getOrDefault(partition, 0) >= REFUSALS) {
            progress.failures()
                    .failing(Subject.DATA, partition, new IllegalStateException(partition + ": " + refused.get()));
        }
        if (failure != null && fruitless.getOrDefault(partition, 0) >= RECORD_ATTEMPTS) {
            return CompletableFuture.failedFuture(BackupException.record(partition, failure));
        }
        return drained.thenComposeAsync(nothing -> find(assignment, refused, delay), starter);
    }

    private CompletableFuture<Void> drain(CommitLedger ledger) {
        CompletableFuture<Void> drained = ledger.close();
        ledger.open().map(SpooledObject::correlationKey).ifPresent(completeObject);
        drained.thenRun(() -> ledgers.remove(ledger.assignment().number()));
        return drained;
    }

    /** Milliseconds to wait, where the assignment before brought nothing. */
    private long backOff(TopicPartition partition, Optional<CommitLedger> before) {
        boolean nothing = before.isPresent() && before.get().fruitless();
        if (!nothing) {
            fruitless.remove(partition);
            return 0;
        }
        int times = fruitless.merge(partition, 1, Integer::sum);
        return Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(times, 8));
    }

    private CompletableFuture<Start> find(Assignment assignment, Optional<Refused> refused, long delay) {
        CompletableFuture<Start> found = new CompletableFuture<>();
        later(new Search(assignment, refused, found, FIRST_RETRY_MILLIS), delay);
        return found;
    }

    private void later(Search search, long delayMillis) {
        starter.schedule(
                () -> {
                    searches.add(search);
                    // Behind those that are added now, too: a rebalance brings many partitions at once.
                    starter.execute(this::search);
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    /** Asks the cluster once for all partitions that wait; then each goes on by itself. */
    private void search() {
        List<Search> waiting = new ArrayList<>();
        Search next;
        while ((next = searches.poll()) != null) {
            if (!ended(next.assignment())) {
                waiting.add(next);
            }
        }
        if (waiting.isEmpty()) {
            return;
        }
        Optional<PartitionStarts.Facts> facts = Optional.empty();
        try {
            facts = Optional.of(starts.get()
                    .facts(waiting.stream()
                            .map(search -> search.assignment().partition())
                            .toList()));
        } catch (InterruptException e) {
            LOG.debug("{} starts are given up: the task ends", waiting.size());
            return;
        } catch (RuntimeException e) {
            LOG.debug("each partition is asked for by itself", e);
        } catch (Error e) {
            waiting.forEach(search -> search.found().completeExceptionally(e));
            return;
        }
        for (Search search : waiting) {
            Optional<PartitionStarts.Facts> known = facts;
            starter.execute(() -> tryToFind(search, known));
        }
    }

    private void tryToFind(Search search, Optional<PartitionStarts.Facts> known) {
        Assignment assignment = search.assignment();
        if (ended(assignment)) {
            return;
        }
        TopicPartition partition = assignment.partition();
        try {
            PartitionStarts there = starts.get();
            PartitionStarts.Facts facts = known.orElseGet(() -> there.facts(List.of(partition)));
            PartitionStarts.Found place = there.find(partition, facts, search.refused());
            begin(assignment, place);
            search.found().complete(place.start());
        } catch (BackupException | Error e) {
            search.found().completeExceptionally(e);
        } catch (InterruptException e) {
            LOG.debug("{} is given up: the task ends", assignment);
        } catch (RuntimeException e) {
            LOG.warn("the start of {} is not known yet, trying again: {}", partition, e.toString());
            progress.failures().failing(Subject.START, partition, e);
            later(search.again(), search.retryMillis());
        }
    }

    private void begin(Assignment assignment, PartitionStarts.Found place) {
        CommitLedger ledger = new CommitLedger(assignment, place, starts.get().archiveId(), writers, progress);
        ledgers.put(assignment.number(), ledger);
        if (ended(assignment)) {
            ledger.release();
            ledgers.remove(assignment.number());
        }
        place.truth()
                .ifPresent(truth ->
                        assignment.commit(place.start().offset(), place.start().leaderEpoch(), truth));
        progress.failures().recovered(Subject.START, assignment.partition());
    }

    private boolean ended(Assignment assignment) {
        return current.get(assignment.partition()) != assignment;
    }

    @Override
    public void released(Assignment assignment) {
        TopicPartition partition = assignment.partition();
        current.remove(partition, assignment);
        fruitless.remove(partition);
        progress.failures().forget(partition);
        // Earlier assignments of the partition may still be draining.
        ledgers.values().removeIf(ledger -> {
            boolean its = ledger.assignment().partition().equals(partition);
            if (its) {
                ledger.release();
            }
            return its;
        });
    }

    @Override
    public long accepted(Assignment assignment) {
        return ledger(assignment.number()).map(CommitLedger::accepted).orElse(-1L);
    }

    @Override
    public boolean hasRoom(Assignment assignment) {
        return !full
                && ledger(assignment.number())
                        .map(ledger -> ledger.waiting() < (ledger.awaitsFirst() ? 1 : MAX_WAITING))
                        .orElse(true);
    }

    @Override
    public void beforeFetch(Map<TopicPartition, Long> positions) {
        progress.polled();
        // The disk is asked once, and not for each partition.
        full = spool.full();
        if (full) {
            makeRoom();
        }
        positions.forEach((partition, position) -> {
            Long end = ends.get(partition);
            Assignment assignment = current.get(partition);
            if (end != null && position >= end && assignment != null) {
                ledger(assignment.number())
                        .flatMap(CommitLedger::open)
                        .map(SpooledObject::correlationKey)
                        .ifPresent(completeObject);
            }
        });
    }

    /** Nothing more can be fetched, so the largest open object goes; one at a time, as its upload makes room. */
    private void makeRoom() {
        boolean uploading = ledgers.values().stream().anyMatch(ledger -> ledger.waiting() > 0);
        if (!uploading) {
            ledgers.values().stream()
                    .flatMap(ledger -> ledger.open().stream())
                    .max(Comparator.comparingLong(SpooledObject::bytes))
                    .ifPresent(largest -> {
                        LOG.info("the spool is full: storing the largest open object, {}", largest);
                        completeObject.accept(largest.correlationKey());
                    });
        }
    }

    @Override
    public void fetched() {
        progress.failures().recovered(Subject.FETCH);
    }

    @Override
    public void fetchFailed(RuntimeException cause) {
        progress.failures().failing(Subject.FETCH, cause);
    }

    @Override
    public void fetchFailed(TopicPartition partition, RuntimeException cause) {
        progress.failures().failing(Subject.DATA, partition, cause);
    }

    @Override
    public void commitFailed(RuntimeException cause) {
        progress.failures().failing(Subject.COMMIT, cause);
    }

    @Override
    public void committed(Map<TopicPartition, Long> offsets) {
        progress.failures().recovered(Subject.COMMIT);
    }

    @Override
    public void failed(TopicPartition partition, Throwable cause) {
        LOG.error("{} stops: {}", partition, cause.getMessage());
        progress.fatal(cause);
    }

    /** Drops an object and stops its partition. */
    void stop(SpooledObject object, BackupException why) {
        failed(object.partition(), why);
        ledgerOf(object)
                .ifPresentOrElse(
                        ledger -> {
                            ledger.cutOff(object);
                            ledger.assignment().stop();
                        },
                        () -> object.end(State.DISCARDED));
    }

    @Override
    public void close() {
        starter.shutdownNow();
    }
}
