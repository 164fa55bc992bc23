package caravan.restore;

import caravan.archive.RecordBatches;
import caravan.kafka.Chunk;
import caravan.kafka.PendingChunk;
import caravan.restore.RestorePlan.ObjectPlan;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What of one partition is handed over to the producer and not acknowledged yet. Its bytes are bounded, and large enough that the
 * next chunks, and the next object, are read while these are on their way. Counts only what is acknowledged: a chunk when all of
 * its records are, an object when it was read to its end and all of its chunks are. After a failure nothing is handed over any
 * more.
 */
final class PartitionDelivery {

    /** Bytes of log that are read ahead of the acknowledgements. A larger chunk goes alone. */
    static final int WINDOW_BYTES = 4 << 20;

    private final RestoreProgress progress;
    private final Semaphore window = new Semaphore(WINDOW_BYTES, true);
    private final AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    /** Of each object that was begun: its chunks on their way, and one for the object itself until it was read. */
    private final Map<ObjectPlan, AtomicInteger> open = new ConcurrentHashMap<>();

    /** Offset in the target behind what was handed over. */
    private long next;

    /** @param start offset in the target where the first record must come to lie */
    PartitionDelivery(RestoreProgress progress, long start) {
        this.progress = progress;
        this.next = start;
    }

    /**
     * Takes a chunk in, for the producer; waits until there is room.
     *
     * @throws CompletionException if an earlier one failed, with the reason as its cause
     */
    PendingChunk begin(ObjectPlan object, Chunk chunk) throws InterruptedException {
        long records = RecordBatches.count(chunk.batches(), chunk.from(), chunk.next());
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
        PendingChunk pending = new PendingChunk(chunk, OptionalLong.of(next), acknowledged);
        next += records;
        return pending;
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
     */
    void await() throws InterruptedException {
        window.acquire(WINDOW_BYTES);
        window.release(WINDOW_BYTES);
        check();
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
