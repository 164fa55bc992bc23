package caravan.manage;

import java.lang.ref.SoftReference;
import java.util.function.Supplier;

/**
 * What was read a moment ago: read again only after some times as long as reading took. So those who look again and again, or all at
 * once, cost little where it is large, and see what is new at once where it is small. Let go where memory is scarce.
 */
final class Recent<T> {
    private static final long TIMES = 5;

    private SoftReference<T> value = new SoftReference<>(null);
    private long until;

    /** One reads at a time, and the others wait for it. What reading throws is not kept. */
    synchronized T get(Supplier<T> reading) {
        T known = value.get();
        if (known != null && System.nanoTime() - until < 0) {
            return known;
        }
        long began = System.nanoTime();
        T read = reading.get();
        long ended = System.nanoTime();
        value = new SoftReference<>(read);
        until = ended + TIMES * (ended - began);
        return read;
    }
}
