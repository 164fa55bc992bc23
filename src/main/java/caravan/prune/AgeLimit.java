package caravan.prune;

import caravan.archive.ObjectKey;
import caravan.catalog.StoredKey;
import java.time.Duration;
import java.time.Instant;

/**
 * Which objects are old: those whose newest record is. A time that no record can have, as it lies in the future or there is none, says
 * nothing; then it counts when the object was stored.
 */
final class AgeLimit {
    private final Instant now;
    private final Instant limit;

    /**
     * @param age older objects are old
     */
    AgeLimit(Instant now, Duration age) {
        this.now = now;
        this.limit = now.minus(age);
    }

    /** Before it everything is old. */
    Instant limit() {
        return limit;
    }

    /** Whether an object that has records is old. */
    boolean isOld(StoredKey stored) {
        long newest = ((ObjectKey) stored.key()).maxTimestamp();
        Instant time = newest < 0 || newest > now.toEpochMilli() ? stored.storedAt() : Instant.ofEpochMilli(newest);
        return time.isBefore(limit);
    }
}
