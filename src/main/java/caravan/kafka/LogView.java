package caravan.kafka;

import caravan.archive.OffsetRange;
import java.util.Optional;

/**
 * What a fetch told of the log around the batches that it brought.
 *
 * @param missing the first of the range that the log cleaner took away; empty where it took nothing
 * @param end of what can be read of the log (last stable offset), exclusive, as the broker knew it; {@code Long.MAX_VALUE} where it
 *     did not say
 * @param at when the answer came, epoch millis; -1 where it was no fetch
 * @param endedAt when an answer last told that the log ends where the range begins, epoch millis; -1 where none did since the
 *     assignment began
 */
public record LogView(Optional<Missing> missing, long end, long at, long endedAt) {

    /**
     * Offsets in a row that hold neither a record nor a marker any more.
     *
     * @param epoch partition leader epoch of what lies before them; -1 where it is not known
     */
    public record Missing(OffsetRange offsets, int epoch) {}

    /** Nothing was told: the batches come from elsewhere. */
    public static final LogView NONE = new LogView(Optional.empty(), Long.MAX_VALUE, -1, -1);

    /** What one answer told, before it is known when it came. */
    static LogView of(Optional<Missing> missing, long end) {
        return new LogView(missing, end, -1, -1);
    }

    /**
     * @param from where the range begins
     * @param epochBefore partition leader epoch of what lies before the range
     */
    LogView seen(long when, long ended, long from, Optional<Integer> epochBefore) {
        Optional<Missing> known =
                missing.map(first -> first.epoch() < 0 && first.offsets().from() == from
                        ? new Missing(first.offsets(), epochBefore.orElse(-1))
                        : first);
        return new LogView(known, end, when, ended);
    }
}
