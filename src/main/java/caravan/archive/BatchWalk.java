package caravan.archive;

import java.nio.ByteBuffer;
import java.util.Iterator;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * Goes from header to header over record batches of message format v2 that lie back to back. Nothing is copied or decoded,
 * unless records are asked for. Positions of the fields: {@code org.apache.kafka.common.record.DefaultRecordBatch}.
 */
final class BatchWalk {
    static final int HEADER_BYTES = 61;
    /** Base offset and length, which the length does not count. */
    static final int LENGTH_OVERHEAD = 12;

    private static final int LENGTH = 8;
    private static final int LEADER_EPOCH = 12;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int BASE_TIMESTAMP = 27;
    private static final int MAX_TIMESTAMP = 35;
    private static final int RECORDS = 57;

    private static final int CODEC_MASK = 0x07;
    private static final int LOG_APPEND_TIME = 0x08;
    private static final int CONTROL = 0x20;
    private static final int DELETE_HORIZON = 0x40;

    private final ByteBuffer batches;
    private int position;
    private int size;

    /** @param batches read from position to limit, which stay as they are */
    BatchWalk(ByteBuffer batches) {
        this.batches = batches.slice();
    }

    /**
     * Goes to the next batch; false at the end.
     *
     * @throws CorruptRecordException if what follows is no whole batch of format v2
     */
    boolean next() {
        position += size;
        size = 0;
        int left = batches.limit() - position;
        if (left == 0) {
            return false;
        }
        if (left < HEADER_BYTES) {
            throw new CorruptRecordException(left + " bytes are too few for a record batch");
        }
        size = size(batches, position);
        if (size > left) {
            throw new CorruptRecordException("a record batch of " + size + " bytes is cut after " + left);
        }
        if (baseOffset() < 0
                || lastOffset() < baseOffset()
                || count() < 0
                || count() > lastOffset() - baseOffset() + 1) {
            throw new CorruptRecordException("a record batch claims to hold " + count() + " records at offsets "
                    + baseOffset() + " to " + lastOffset());
        }
        return true;
    }

    /**
     * The size of the batch that begins at a position, bytes; at least 17 bytes must be there.
     *
     * @throws CorruptRecordException if it is no batch of format v2
     */
    static int size(ByteBuffer batches, int position) {
        int magic = batches.get(position + MAGIC);
        if (magic != RecordBatch.MAGIC_VALUE_V2) {
            throw new CorruptRecordException("a record batch is of message format " + magic + " instead of 2");
        }
        int length = batches.getInt(position + LENGTH);
        if (length < HEADER_BYTES - LENGTH_OVERHEAD || length > Integer.MAX_VALUE - LENGTH_OVERHEAD) {
            throw new CorruptRecordException("a record batch claims to be " + length + " bytes long");
        }
        return length + LENGTH_OVERHEAD;
    }

    /** Where the batch begins, in bytes from the first one's beginning. */
    int position() {
        return position;
    }

    /** Bytes of the whole batch. */
    int size() {
        return size;
    }

    long baseOffset() {
        return batches.getLong(position);
    }

    /** Offset of the last record that the batch once had, inclusive. */
    long lastOffset() {
        return baseOffset() + batches.getInt(position + LAST_OFFSET_DELTA);
    }

    /** Records in the batch. */
    int count() {
        return batches.getInt(position + RECORDS);
    }

    int leaderEpoch() {
        return batches.getInt(position + LEADER_EPOCH);
    }

    long maxTimestamp() {
        return batches.getLong(position + MAX_TIMESTAMP);
    }

    boolean logAppendTime() {
        return (attributes() & LOG_APPEND_TIME) != 0;
    }

    boolean control() {
        return (attributes() & CONTROL) != 0;
    }

    /** Whether the producer compressed it. */
    boolean compressed() {
        return (attributes() & CODEC_MASK) != 0;
    }

    private int attributes() {
        return batches.getShort(position + ATTRIBUTES);
    }

    /** Whether the batch's CRC-32C is that of its content. */
    boolean intact() {
        return Crc.CRC_32C.of(batches.slice(position + ATTRIBUTES, size - ATTRIBUTES))
                == batches.getInt(position + CRC);
    }

    /**
     * The smallest timestamp that can be told without unpacking, epoch millis: the broker's time where the broker set it, else the
     * first record's. Where a cleaner put a deadline in its place, that record is unpacked.
     */
    long baseTimestamp() {
        if (logAppendTime()) {
            return maxTimestamp();
        }
        if ((attributes() & DELETE_HORIZON) == 0) {
            return batches.getLong(position + BASE_TIMESTAMP);
        }
        try (CloseableIterator<Record> records = batch().skipKeyValueIterator(BufferSupplier.NO_CACHING)) {
            return records.next().timestamp();
        }
    }

    /** Records with offsets in [{@code from}, {@code next}); none in a control batch. Unpacks only a batch that straddles. */
    long count(long from, long next) {
        if (control() || count() == 0 || lastOffset() < from || baseOffset() >= next) {
            return 0;
        }
        if (from <= baseOffset() && lastOffset() < next) {
            return count();
        }
        long count = 0;
        try (CloseableIterator<Record> records = batch().skipKeyValueIterator(BufferSupplier.NO_CACHING)) {
            while (records.hasNext()) {
                long offset = records.next().offset();
                count += from <= offset && offset < next ? 1 : 0;
            }
        }
        return count;
    }

    /** The batch as Kafka's own class. */
    MutableRecordBatch batch() {
        Iterator<MutableRecordBatch> one =
                MemoryRecords.readableRecords(batches.slice(position, size)).batchIterator();
        return one.next();
    }
}
