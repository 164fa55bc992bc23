package org.apache.kafka.common.utils;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of Kafka's clients, in place of their own class of this name: the class path has Caravan's jar before theirs. It shows
 * the time of day, as theirs does, but is never set back.
 *
 * <p>Kafka's clients measure durations by the time of day ({@link Timer}, heartbeats, back-offs, ages of metadata). Where a machine's
 * clock is set back by an hour, theirs stand still for that hour: a consumer sends no heartbeat, loses its partitions, and
 * does not join its group again, without a word. They take no other clock from outside. ({@code org.apache.kafka:kafka-clients}
 * 3.9.1: {@code Timer.update} keeps the later time, {@code AbstractCoordinator.HeartbeatThread} asks such a timer.)
 *
 * <p>Should theirs be found first, only that comes back. A clock that is set forward is followed.
 */
class SystemTime implements Time {
    private static final Logger LOG = LoggerFactory.getLogger("caravan.kafka.SystemTime");

    /** Clocks are corrected by less all the time; timers wait that long. */
    private static final long TOLERATED_MILLIS = 1_000;

    private final LongSupplier timeOfDay;
    private volatile long ahead;
    private volatile long latest;

    /** @param timeOfDay in epoch milliseconds */
    SystemTime(LongSupplier timeOfDay) {
        this.timeOfDay = timeOfDay;
    }

    public static SystemTime getSystemTime() {
        return OfThisHost.CLOCK;
    }

    /** Epoch milliseconds; later than the time of day by all that it was set back since the process began. */
    @Override
    public long milliseconds() {
        // First: what was set back in between is noticed, and not counted twice.
        long lead = ahead;
        long now = timeOfDay.getAsLong() + lead;
        if (now < latest - TOLERATED_MILLIS) {
            return goOn();
        }
        if (now > latest) {
            latest = now;
        }
        return now;
    }

    private synchronized long goOn() {
        long now = timeOfDay.getAsLong() + ahead;
        long back = latest - now;
        if (back > TOLERATED_MILLIS) {
            ahead += back;
            LOG.warn("the clock was set back by {} s; Kafka's clients count on from where they were", back / 1_000);
        }
        return latest;
    }

    @Override
    public long nanoseconds() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long millis) {
        Utils.sleep(millis);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMillis)
            throws InterruptedException {
        synchronized (object) {
            while (!condition.get()) {
                long left = deadlineMillis - milliseconds();
                if (left <= 0) {
                    throw new TimeoutException("what was waited for did not come in time");
                }
                object.wait(left);
            }
        }
    }

    /** Not a constant of the class around it: {@link Time} asks for it while that is initialized. */
    private static final class OfThisHost {
        static final SystemTime CLOCK = new SystemTime(System::currentTimeMillis);
    }
}
