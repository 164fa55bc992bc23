package caravan.manage;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Changes of one task, one after the other in the order in which they were asked for. Those of other tasks rarely wait for them. */
final class Turns {
    /** Names share locks, so that names that somebody makes up take no memory. */
    private final ReentrantLock[] locks =
            Stream.generate(() -> new ReentrantLock(true)).limit(64).toArray(ReentrantLock[]::new);

    <T> T in(String task, Supplier<T> change) {
        ReentrantLock lock = locks[Math.floorMod(task.hashCode(), locks.length)];
        lock.lock();
        try {
            return change.get();
        } finally {
            lock.unlock();
        }
    }

    void run(String task, Runnable change) {
        in(task, () -> {
            change.run();
            return null;
        });
    }
}
