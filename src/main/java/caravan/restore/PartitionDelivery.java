package caravan.restore;

import caravan.archive.RecordBatches;
import caravan.archive.RestoreDocument.Mapping;
import caravan.kafka.Chunk;
import caravan.kafka.PendingChunk;
import caravan.restore.RestoreException.Kind;
import caravan.restore.RestorePlan.ObjectPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.Record;

/**
 * What of one partition is handed over to the producer and not acknowledged yet. Its bytes are bounded, and large enough that the
 * next chunks, and the next object, are read while these are on their way. Counts only what is acknowledged: a chunk when all of
 * its records are, an object when it was read to its end and all of its chunks are. After a failure nothing is handed over any
 * more.
 *
 * <p>Records of the plan are counted from the first one on. Those that the target holds already, from an earlier run of the same
 * plan, are passed over; so are those beyond the limit.
 */
final class PartitionDelivery {

    /** Bytes of log that are read ahead of the acknowledgements. A larger chunk goes alone. */
    static final int WINDOW_BYTES = 4 << 20;

    /** Compares a record of the archive with the last one that the target holds. */
    interface LastRecord {
        /** @throws RestoreException if it is another one */
        void mustBe(Record record);
    }

    private final RestoreProgress progress;
    private final TopicPartition target;
    private final PartitionTarget begun;
    private final long limit;
    private final LastRecord last;
    private final Semaphore window = new Semaphore(WINDOW_BYTES, true);
    private final AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    /** Of each object that was begun: its chunks on their way, and one for the object itself until it was read. */
    private final Map<ObjectPlan, AtomicInteger> open = new ConcurrentHashMap<>();

    private final List<Mapping> offsets = Collections.synchronizedList(new ArrayList<>());

    /** Records of the plan that were handed over, or passed over because the target holds them. */
    private long position;

    /**
     * @param begun where in the target the first record comes to lie, and how many it holds already
     * @param limit most records that are wanted
     * @param last is shown the last record that the target should hold, if it holds any
     */
    PartitionDelivery(
            RestoreProgress progress, TopicPartition target, PartitionTarget begun, long limit, LastRecord last) {
        this.progress = progress;
        this.target = target;
        this.begun = begun;
        this.limit = limit;
        this.last = last;
    }

    /**
     * Whether an object has to be read. It has not where the target holds all of its records, and others behind them, or where the
     * limit is reached.
     *
     * @param exact whether its key tells how many of its records are delivered
     */
    boolean wanted(ObjectPlan object, boolean exact) {
        if (position >= limit) {
            progress.passed(object, 0);
            return false;
        }
        offsets.add(new Mapping(object.from(), begun.start() + position));
        long records = object.object().records();
        if (exact && object.whole() && position + records < begun.records()) {
            position += records;
            progress.passed(object, records);
            return false;
        }
        return true;
    }

    /**
     * Takes a chunk in, for the producer; waits until there is room. Empty where the target holds all of its records, or none is
     * wanted any more.
     *
     * @throws CompletionException if an earlier one failed, with the reason as its cause
     */
    Optional<PendingChunk> begin(ObjectPlan object, Chunk chunk) throws InterruptedException {
        long records = RecordBatches.count(chunk.batches(), chunk.from(), chunk.next());
        long take = Math.min(records, limit - position);
        long held = Math.max(0, Math.min(take, begun.records() - position));
        if (held > 0) {
            if (position + held == begun.records()) {
                last.mustBe(RecordBatches.record(chunk.batches(), chunk.from(), chunk.next(), held - 1));
            }
            position += held;
            progress.produced(object, held, 0);
        }
        if (held >= take) {
            check();
            return Optional.empty();
        }
        return Optional.of(send(object, cut(chunk, held, take, records), take - held));
    }

    /** What lies between two of a chunk's records. */
    private static Chunk cut(Chunk chunk, long first, long end, long records) {
        long from =
                first == 0 ? chunk.from() : RecordBatches.offset(chunk.batches(), chunk.from(), chunk.next(), first);
        long next =
                end == records ? chunk.next() : RecordBatches.offset(chunk.batches(), chunk.from(), chunk.next(), end);
        return chunk.within(from, next);
    }

    private PendingChunk send(ObjectPlan object, Chunk chunk, long records) throws InterruptedException {
        long logBytes = chunk.batches().remaining();
        int bytes = Math.max(1, Math.min(WINDOW_BYTES, chunk.batches().remaining()));
        window.acquire(bytes);
        try {
            check();
        } catch (CompletionException e) {
            window.release(bytes);
            throw e;
        }
        open(object).incrementAndGet();
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        acknowledged.whenComplete((done, refused) -> {
            if (refused == null) {
                progress.produced(object, records, logBytes);
                settle(object);
            } else {
                fail(refused);
            }
            window.release(bytes);
        });
        PendingChunk pending = new PendingChunk(
                chunk, OptionalLong.of(begun.start() + position), PartitionTarget.sequence(position), acknowledged);
        position += records;
        return pending;
    }

    /** Where the records of each object lie in the target, in order. */
    List<Mapping> offsets() {
        return List.copyOf(offsets);
    }

    /** Where the first record lies in the target. */
    long start() {
        return begun.start();
    }

    /** An object was read to its end. */
    void read(ObjectPlan object) {
        open(object);
        settle(object);
    }

    private AtomicInteger open(ObjectPlan object) {
        return open.computeIfAbsent(object, key -> new AtomicInteger(1));
    }

    private void settle(ObjectPlan object) {
        if (open(object).decrementAndGet() == 0) {
            open.remove(object);
            progress.restored(object);
        }
    }

    /**
     * Waits until all is acknowledged.
     *
     * @throws CompletionException if something was not, with the reason as its cause
     * @throws RestoreException if the target held more than the plan has
     */
    void await() throws InterruptedException {
        window.acquire(WINDOW_BYTES);
        window.release(WINDOW_BYTES);
        check();
        if (position < begun.records()) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    target + " holds " + begun.records() + " records, and the restore wrote " + position
                            + " of them at most: another program has written to it",
                    "delete the topic, and run the restore again");
        }
    }

    private void fail(Throwable why) {
        failure.compareAndSet(Optional.empty(), Optional.of(why));
    }

    private void check() {
        failure.get().ifPresent(why -> {
            throw new CompletionException(why);
        });
    }
}
