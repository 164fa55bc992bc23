package caravan.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Since when a partition's log has been longer than what is stored of it, told from ends of the log that were seen at intervals.
 * Keeps a bounded number of them, however long the store is away; where it forgets one, it answers for too long and not for too
 * short a time.
 */
final class LagClock {
    private static final int MOST = 64;

    private record Seen(long end, long at) {}

    private final List<Seen> seen = new ArrayList<>();
    private long end = -1;

    /** The log ended here (exclusive) at this time, on the clock of {@link System#nanoTime}. */
    void ended(long offset, long now) {
        if (offset > end) {
            end = offset;
            seen.add(new Seen(offset, now));
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
        while (!seen.isEmpty() && seen.get(0).end() <= stored) {
            seen.remove(0);
        }
        return seen.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(now - seen.get(0).at());
    }

    /** Makes one of the two neighbours that are closest in time: what both saw, since the earlier. */
    private void thin() {
        int closest = 0;
        for (int i = 1; i < seen.size() - 1; i++) {
            if (apart(i) < apart(closest)) {
                closest = i;
            }
        }
        Seen later = seen.remove(closest + 1);
        seen.set(closest, new Seen(later.end(), seen.get(closest).at()));
    }

    private long apart(int i) {
        return seen.get(i + 1).at() - seen.get(i).at();
    }
}
