package caravan.backup;

import caravan.kafka.Chunk;
import caravan.kafka.LogView;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Tells where tombstones may have been compacted away before they were read. The log cleaner keeps a tombstone for
 * {@code delete.retention.ms} at least (KIP-534). So nothing can be missing as long as everything is read within that time of when
 * the log was seen to end there; and nothing is missing where all offsets are there. The watch is of one assignment, and follows
 * when the log ended how far: what was written behind an end that was seen, was written later than that.
 *
 * <p>A copy that begins with the log's first record is right in the same way: what deletes a record that it has read has been there
 * since, or came later. It begins when its first chunk comes.
 */
final class TombstoneWatch {
    /** What {@code delete.retention.ms} is where nobody says. */
    static final long DEFAULT_RETENTION_MILLIS = 86_400_000;

    /** A reserve for clocks that differ, and replicas that are behind: a tenth, or this much. */
    private static final long LARGEST_RESERVE_MILLIS = 600_000;

    /** An end of the log that was seen, and is not reached yet. */
    private record Ahead(long end, long at) {}

    private final LongSupplier retentionMillis;
    private OptionalLong asOf;
    private Optional<Ahead> ahead = Optional.empty();
    private boolean named;

    /**
     * @param asOf when the log ended where the assignment begins, or before, epoch millis; empty where nothing was stored yet
     * @param retentionMillis the topic's {@code delete.retention.ms} as it is now
     */
    TombstoneWatch(OptionalLong asOf, LongSupplier retentionMillis) {
        this.asOf = asOf;
        this.retentionMillis = retentionMillis;
    }

    /** How long after the log ended somewhere what lies behind that can be read, and no tombstone has gone. */
    static long patience(long retentionMillis) {
        return retentionMillis - Math.min(retentionMillis / 10, LARGEST_RESERVE_MILLIS);
    }

    /** Takes the next chunk; what it returns has to be in the archive before the chunk is. Told once for all up to a log's end. */
    Optional<LateRead> take(Chunk chunk) {
        LogView view = chunk.view();
        if (view.at() < 0) {
            return Optional.empty();
        }
        if (view.endedAt() >= 0) {
            reached(view.endedAt());
        }
        if (asOf.isEmpty()) {
            reached(view.at());
        }
        if (ahead.isEmpty() && view.end() < Long.MAX_VALUE) {
            ahead = Optional.of(new Ahead(view.end(), view.at()));
        }
        Optional<LateRead> late = Optional.empty();
        if (!named
                && view.missing().isPresent()
                && view.at() - asOf.getAsLong() >= patience(retentionMillis.getAsLong())) {
            long end = Math.max(chunk.next(), ahead.map(Ahead::end).orElse(chunk.next()));
            late = view.missing().map(missing -> new LateRead(missing, end));
            named = true;
        }
        if (ahead.isPresent() && chunk.next() >= ahead.get().end()) {
            reached(ahead.get().at());
            ahead = Optional.empty();
        }
        return late;
    }

    private void reached(long at) {
        if (asOf.isEmpty() || at > asOf.getAsLong()) {
            asOf = OptionalLong.of(at);
            named = false;
        }
    }

    /** When the log ended where what was taken ends, or before; epoch millis. Empty where nothing is known of it. */
    OptionalLong asOf() {
        return asOf;
    }
}
