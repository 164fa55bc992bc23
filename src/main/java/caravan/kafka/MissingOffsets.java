package caravan.kafka;

import caravan.archive.OffsetRange;
import java.util.Optional;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * Finds offsets that nothing lies at any more. The log cleaner alone takes records out of the middle of a log; it leaves the
 * offsets of what it keeps as they were, and the borders of a batch, too ({@code org.apache.kafka.storage.internals.log.Cleaner}).
 */
final class MissingOffsets {
    private MissingOffsets() {}

    /**
     * The first offsets from one on, to the end of a batch, at which nothing lies. Only a batch that lacks some is unpacked.
     *
     * @param expected where what lies before the batch ended; it may begin before that
     */
    static Optional<OffsetRange> before(RecordBatch batch, long expected) {
        if (batch.baseOffset() > expected) {
            return Optional.of(new OffsetRange(expected, batch.baseOffset()));
        }
        Integer count = batch.countOrNull();
        if (count != null && count == batch.lastOffset() - batch.baseOffset() + 1) {
            return Optional.empty();
        }
        return inside(batch, expected);
    }

    private static Optional<OffsetRange> inside(RecordBatch batch, long expected) {
        long reached = expected;
        try (CloseableIterator<Record> records = batch.streamingIterator(BufferSupplier.NO_CACHING)) {
            while (records.hasNext()) {
                long offset = records.next().offset();
                if (offset > reached) {
                    return Optional.of(new OffsetRange(reached, offset));
                }
                reached = Math.max(reached, offset + 1);
            }
        }
        return batch.nextOffset() > reached
                ? Optional.of(new OffsetRange(reached, batch.nextOffset()))
                : Optional.empty();
    }
}
