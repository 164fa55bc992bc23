package caravan.archive;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.TimestampType;

/**
 * Records out of record batches that lie back to back. Batches may straddle the range that is asked for; records outside of it,
 * and control records, are left out. The buffers' positions and limits stay as they are.
 *
 * <p>All methods throw {@link org.apache.kafka.common.KafkaException} where the bytes are no record batches of format v2.
 */
public final class RecordBatches {

    /**
     * A record and what only its batch knows.
     *
     * @param timestampType what the record's timestamp is
     * @param leaderEpoch partition leader epoch; -1 where it is not known
     */
    public record Positioned(Record record, TimestampType timestampType, int leaderEpoch) {}

    /**
     * What the header of a batch says.
     *
     * @param from its first offset, inclusive; what was there may be gone
     * @param next the offset behind its last one, whether it still has a record there
     * @param leaderEpoch partition leader epoch of all of it; -1 where it is not known
     */
    public record Extent(long from, long next, int leaderEpoch) {}

    private RecordBatches() {}

    /** The number of records at offsets [{@code from}, {@code next}). Unpacks only batches that straddle the range. */
    public static long count(ByteBuffer batches, long from, long next) {
        long count = 0;
        BatchWalk walk = new BatchWalk(batches);
        while (walk.next()) {
            count += walk.count(from, next);
        }
        return count;
    }

    /**
     * The offset of one of the records at offsets [{@code from}, {@code next}).
     *
     * @param index how many of them lie before it
     * @throws java.util.NoSuchElementException if there are not so many
     */
    public static long offset(ByteBuffer batches, long from, long next, long index) {
        return record(batches, from, next, index).offset();
    }

    /**
     * One of the records at offsets [{@code from}, {@code next}).
     *
     * @param index how many of them lie before it
     * @throws java.util.NoSuchElementException if there are not so many
     */
    public static Record record(ByteBuffer batches, long from, long next, long index) {
        long before = index;
        BatchWalk walk = new BatchWalk(batches);
        while (walk.next()) {
            long count = walk.count(from, next);
            if (before < count) {
                Iterator<Record> records = records(
                                batches.slice(batches.position() + walk.position(), walk.size()), from, next)
                        .iterator();
                for (; before > 0; before--) {
                    records.next();
                }
                return records.next();
            }
            before -= count;
        }
        throw new NoSuchElementException("there are not " + (index + 1) + " records");
    }

    /** The batches that reach into [{@code from}, {@code next}), as a view; without those before and behind. */
    public static ByteBuffer within(ByteBuffer batches, long from, long next) {
        int begin = 0;
        int end = 0;
        BatchWalk walk = new BatchWalk(batches);
        while (walk.next() && walk.baseOffset() < next) {
            if (walk.lastOffset() < from) {
                begin = walk.position() + walk.size();
            }
            end = walk.position() + walk.size();
        }
        return batches.slice(batches.position() + begin, end - begin);
    }

    /** Last offset of the last batch, inclusive, whether it still has a record there; -1 without batches. */
    public static long lastOffset(ByteBuffer batches) {
        long last = -1;
        BatchWalk walk = new BatchWalk(batches);
        while (walk.next()) {
            last = walk.lastOffset();
        }
        return last;
    }

    /** What the headers of the batches say, in order; none is unpacked. */
    public static List<Extent> extents(ByteBuffer batches) {
        List<Extent> extents = new ArrayList<>();
        BatchWalk walk = new BatchWalk(batches);
        while (walk.next()) {
            extents.add(new Extent(walk.baseOffset(), walk.lastOffset() + 1, walk.leaderEpoch()));
        }
        return extents;
    }

    /** The records at offsets [{@code from}, {@code next}), in order; one batch is unpacked at a time. */
    public static Iterable<Record> records(ByteBuffer batches, long from, long next) {
        return () -> new Iterator<>() {
            private final Iterator<Positioned> positioned = new Records(batches, from, next);

            @Override
            public boolean hasNext() {
                return positioned.hasNext();
            }

            @Override
            public Record next() {
                return positioned.next().record();
            }
        };
    }

    /** The records at offsets [{@code from}, {@code next}), in order, with what their batches know. */
    public static Iterable<Positioned> positioned(ByteBuffer batches, long from, long next) {
        return () -> new Records(batches, from, next);
    }

    private static final class Records implements Iterator<Positioned> {
        private final BatchWalk walk;
        private final long from;
        private final long next;
        private Iterator<Record> batch = Collections.emptyIterator();
        private TimestampType timestampType = TimestampType.NO_TIMESTAMP_TYPE;
        private int leaderEpoch = -1;
        private Record ahead;

        private Records(ByteBuffer batches, long from, long next) {
            this.walk = new BatchWalk(batches);
            this.from = from;
            this.next = next;
        }

        @Override
        public boolean hasNext() {
            while (ahead == null) {
                if (batch.hasNext()) {
                    Record record = batch.next();
                    if (from <= record.offset() && record.offset() < next) {
                        ahead = record;
                    }
                } else if (walk.next()) {
                    open();
                } else {
                    return false;
                }
            }
            return true;
        }

        private void open() {
            if (!walk.control() && walk.lastOffset() >= from && walk.baseOffset() < next) {
                MutableRecordBatch opened = walk.batch();
                timestampType = opened.timestampType();
                leaderEpoch = opened.partitionLeaderEpoch();
                batch = opened.iterator();
            }
        }

        @Override
        public Positioned next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Positioned record = new Positioned(ahead, timestampType, leaderEpoch);
            ahead = null;
            return record;
        }
    }
}
