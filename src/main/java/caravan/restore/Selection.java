package caravan.restore;

import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionNumbers;
import caravan.archive.TimeWindow;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which records of a topic are wanted.
 *
 * @param partitions which of its partitions
 * @param window record timestamps
 * @param slackMillis how much older than its predecessors a record can be, in milliseconds; empty where nobody knows
 * @param fromOffset first offset in the source, inclusive
 * @param toOffset end of the offsets in the source, exclusive
 * @param limit most records of each partition, counted from the first that is wanted
 */
public record Selection(
        PartitionNumbers partitions,
        TimeWindow window,
        OptionalLong slackMillis,
        long fromOffset,
        long toOffset,
        long limit) {

    /** Every record. */
    public static final Selection ALL = new Selection(
            PartitionNumbers.ALL, TimeWindow.ALL, OptionalLong.empty(), 0, Long.MAX_VALUE, Long.MAX_VALUE);

    /** Whether a record's timestamp has to be looked at. */
    boolean byTime() {
        return !window.isAll();
    }

    /** Whether of a partition all is wanted. */
    boolean wholePartitions() {
        return !byTime() && fromOffset == 0 && toOffset == Long.MAX_VALUE && limit == Long.MAX_VALUE;
    }

    /**
     * What of an object has to be read; empty where it can't hold a wanted record. Its largest timestamp is known, and so objects
     * before the window are left out. Its smallest is not, so those behind the window are only left out where the slack
     * allows it.
     *
     * @param from of the offsets that the object answers for, inclusive
     * @param next of these, exclusive
     */
    Optional<OffsetRange> of(ObjectKey object, long from, long next) {
        long first = Math.max(from, fromOffset);
        long end = Math.min(next, toOffset);
        if (first >= end || object.records() == 0) {
            return Optional.empty();
        }
        if (window.from().isPresent() && object.maxTimestamp() < window.from().getAsLong()) {
            return Optional.empty();
        }
        boolean behind = window.to().isPresent()
                && slackMillis.isPresent()
                && object.baseTimestamp() >= window.to().getAsLong() + slackMillis.getAsLong();
        return behind ? Optional.empty() : Optional.of(new OffsetRange(first, end));
    }

    /** What of a range of offsets is wanted; empty where nothing is. */
    Optional<OffsetRange> of(long from, long next) {
        long first = Math.max(from, fromOffset);
        long end = Math.min(next, toOffset);
        return first < end ? Optional.of(new OffsetRange(first, end)) : Optional.empty();
    }
}
