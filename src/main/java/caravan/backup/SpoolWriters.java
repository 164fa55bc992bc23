package caravan.backup;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that write, and compress, what was fetched into the spool; those of a process, for all of its tasks. What waits for
 * them is bounded in bytes: whoever brings more waits, for some tenths of a second at most, as nothing but the local disk is waited
 * for.
 */
public final class SpoolWriters implements AutoCloseable {
    private static final int MAX_WAITING_BYTES = 32 << 20;

    private final ExecutorService threads;
    private final Semaphore room = new Semaphore(MAX_WAITING_BYTES, true);

    /** @param count threads, at least 1 */
    public SpoolWriters(int count) {
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(count, runnable -> {
            Thread thread = new Thread(runnable, "caravan-spool-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Waits for room for so many bytes. To be called without a lock that a step needs. */
    void take(int bytes) {
        room.acquireUninterruptibly(Math.min(bytes, MAX_WAITING_BYTES));
    }

    /** Gives room back. */
    void give(int bytes) {
        room.release(Math.min(bytes, MAX_WAITING_BYTES));
    }

    /**
     * Does a step when the one before it is done, and gives its room back then.
     *
     * @param before where it failed, the step is not done, and fails as well
     * @param bytes that were {@link #take taken} for it
     */
    CompletableFuture<Void> after(CompletableFuture<Void> before, int bytes, Runnable step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        before.whenComplete((nothing, failure) -> {
            try {
                if (failure != null) {
                    throw failure;
                }
                threads.execute(new Step(step, bytes, done));
            } catch (Throwable e) {
                give(bytes);
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** What is waiting is not written any more, and whoever waits for it is told so. */
    @Override
    public void close() {
        threads.shutdownNow().forEach(waiting -> ((Step) waiting).drop());
    }

    private final class Step implements Runnable {
        private final Runnable step;
        private final int bytes;
        private final CompletableFuture<Void> done;

        private Step(Runnable step, int bytes, CompletableFuture<Void> done) {
            this.step = step;
            this.bytes = bytes;
            this.done = done;
        }

        @Override
        public void run() {
            try {
                step.run();
                give(bytes);
                done.complete(null);
            } catch (Throwable e) {
                give(bytes);
                done.completeExceptionally(e);
            }
        }

        private void drop() {
            give(bytes);
            done.completeExceptionally(new CancellationException("the spool was closed"));
        }
    }
}
