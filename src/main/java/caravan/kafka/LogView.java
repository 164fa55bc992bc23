package caravan.kafka;

import caravan.archive.OffsetRange;
import java.util.Optional;

/**
 * What a fetch told of the log around the batches that it brought.
 *
 * @param missing the first offsets of the range that hold neither a record nor a marker any more, because the log cleaner took it
 *     away; empty where it took nothing
 * @param end of what can be read of the log (last stable offset), exclusive, as the broker knew it; {@code Long.MAX_VALUE} where it
 *     did not say
 * @param at when the answer came, epoch millis; -1 where it was no fetch
 * @param endedAt when an answer last told that the log ends where the range begins, epoch millis; -1 where none did since the
 *     assignment began
 */
public record LogView(Optional<OffsetRange> missing, long end, long at, long endedAt) {

    /** Nothing was told: the batches come from elsewhere. */
    public static final LogView NONE = new LogView(Optional.empty(), Long.MAX_VALUE, -1, -1);

    /** What one answer told, before it is known when it came. */
    static LogView of(Optional<OffsetRange> missing, long end) {
        return new LogView(missing, end, -1, -1);
    }

    LogView seen(long when, long ended) {
        return new LogView(missing, end, when, ended);
    }
}
