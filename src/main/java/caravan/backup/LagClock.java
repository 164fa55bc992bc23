package caravan.backup;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Since when a partition's log has been longer than what is stored of it, told from ends of the log that were seen at intervals.
 * Keeps a bounded number of them, however long the store is away; where it forgets one, it answers for too long and not for too
 * short a time.
 */
final class LagClock {
    private static final int MOST = 64;

    private record Seen(long end, long at) {}

    private final Deque<Seen> seen = new ArrayDeque<>();
    private long end = -1;

    /** The log ended here (exclusive) at this time, on the clock of {@link System#nanoTime}. */
    void ended(long offset, long now) {
        if (offset > end) {
            end = offset;
            seen.addLast(new Seen(offset, now));
            if (seen.size() > MOST) {
                thin();
            }
        }
    }

    /** The newest end that was seen; -1 before the first. */
    long end() {
        return end;
    }

    /** How long the offset {@code stored} has been there; zero where the log was never seen to reach it. */
    Duration waiting(long stored, long now) {
        while (!seen.isEmpty() && seen.peekFirst().end() <= stored) {
            seen.removeFirst();
        }
        return seen.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(now - seen.peekFirst().at());
    }

    /** Makes one of each pair: what both saw, since the earlier. */
    private void thin() {
        Deque<Seen> kept = new ArrayDeque<>();
        while (!seen.isEmpty()) {
            Seen first = seen.removeFirst();
            Seen second = seen.isEmpty() ? first : seen.removeFirst();
            kept.addLast(new Seen(second.end(), first.at()));
        }
        seen.addAll(kept);
    }
}
