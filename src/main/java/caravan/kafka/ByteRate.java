package caravan.kafka;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many bytes of log a task moves in a second, at most; can be changed while it does. A piece may go as soon as those before it
 * are paid for by the time that has passed, however large it is: so a piece that is larger than a second's worth goes, too, and what
 * comes after it waits the longer. Of time in which nothing was moved, a quarter of a second is made up for. Safe for any thread.
 */
public final class ByteRate {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double BURST_SECONDS = 0.25;
    /** So that a wait ends soon after what it waits for changed. */
    private static final long LONGEST_WAIT_MILLIS = 100;

    private final LongSupplier clock;
    /** Who came first goes first, else a partition could wait for ever. */
    private final ReentrantLock turn = new ReentrantLock(true);

    private long bytesPerSecond;
    /** Bytes that may go now; negative where more went than was paid for. */
    private double credit;

    private long seen;

    /** No limit, until one is set. */
    public ByteRate() {
        this(System::nanoTime);
    }

    /** @param clock nanoseconds that only go forward */
    ByteRate(LongSupplier clock) {
        this.clock = clock;
        this.seen = clock.getAsLong();
    }

    /** The most bytes in a second; 0 where there is no limit. */
    public synchronized long bytesPerSecond() {
        return bytesPerSecond;
    }

    /**
     * Changes the limit, for whoever waits, too.
     *
     * @param limit bytes in a second; 0 for no limit
     * @throws IllegalArgumentException if it is negative
     */
    public synchronized void limit(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a rate can't be negative: " + limit);
        }
        fill();
        bytesPerSecond = limit;
        fill();
        notifyAll();
    }

    /** Takes account of what was moved, without waiting. */
    synchronized void moved(long bytes) {
        fill();
        if (bytesPerSecond > 0) {
            credit -= bytes;
        }
    }

    /** How long nothing more may be moved; 0 where something may be now. */
    synchronized long waitNanos() {
        fill();
        return credit >= 0 ? 0 : (long) Math.ceil(-credit / bytesPerSecond * NANOS);
    }

    private void fill() {
        long now = clock.getAsLong();
        if (bytesPerSecond == 0) {
            credit = 0;
        } else {
            credit = Math.min(BURST_SECONDS * bytesPerSecond, credit + (now - seen) / NANOS * bytesPerSecond);
        }
        seen = now;
    }

    /** Waits until something may be moved, and takes account of it. */
    public void await(long bytes) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            awaitCredit();
            moved(bytes);
        } finally {
            turn.unlock();
        }
    }

    private synchronized void awaitCredit() throws InterruptedException {
        long nanos;
        while ((nanos = waitNanos()) > 0) {
            wait(Math.min(LONGEST_WAIT_MILLIS, 1 + TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
    }
}
