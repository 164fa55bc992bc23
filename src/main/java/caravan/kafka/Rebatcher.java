package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Fills a chunk from consumer records: puts them into record batches again, uncompressed, at their own offsets.
 *
 * <p>A new batch begins after about 1 MiB, and where the leader epoch, the timestamp type or (LogAppendTime) the timestamp
 * changes, because a batch has one of each; and before offsets in it span 2<sup>30</sup>, because a record holds its offset
 * as a signed 32-bit delta.
 */
public final class Rebatcher {
    private static final int BATCH_BYTES = 1 << 20;
    private static final long MAX_SPAN = 1L << 30;
    private static final int RECORD_OVERHEAD = 64;

    private final ByteBufferOutputStream out;
    private MemoryRecordsBuilder batch;
    private long baseOffset;
    private int epoch;
    private TimestampType type;
    private long appendTime;
    private int batchBytes;

    private Rebatcher(int sizeHint) {
        out = new ByteBufferOutputStream(sizeHint);
    }

    /** Batches of these records, which are in offset order; empty if there are none. */
    public static ByteBuffer batches(List<? extends ConsumerRecord<?, ?>> records) {
        Rebatcher rebatcher = new Rebatcher(sizeOf(records));
        for (ConsumerRecord<?, ?> record : records) {
            rebatcher.add(
                    record.offset(),
                    record.timestamp(),
                    record.timestampType(),
                    record.leaderEpoch().orElse(RecordBatch.NO_PARTITION_LEADER_EPOCH),
                    (byte[]) record.key(),
                    (byte[]) record.value(),
                    record.headers().toArray());
        }
        return rebatcher.finish();
    }

    /** For records that come one by one. */
    public static Rebatcher sized(int bytes) {
        return new Rebatcher(Math.max(512, bytes));
    }

    /** Adds a record behind all that were added before. */
    public void add(
            long offset,
            long timestamp,
            TimestampType timestampType,
            int leaderEpoch,
            byte[] key,
            byte[] value,
            Header[] headers) {
        int size = RECORD_OVERHEAD + length(key) + length(value);
        boolean fits = batch != null
                && batchBytes + size <= BATCH_BYTES
                && leaderEpoch == epoch
                && timestampType == type
                && (type != TimestampType.LOG_APPEND_TIME || timestamp == appendTime)
                && offset - baseOffset < MAX_SPAN;
        if (!fits) {
            closeBatch();
            openBatch(offset, timestamp, timestampType, leaderEpoch);
        }
        batch.appendWithOffset(offset, timestamp, key, value, headers);
        batchBytes += size;
    }

    /** All batches, ready to be read. */
    public ByteBuffer finish() {
        closeBatch();
        ByteBuffer all = out.buffer().duplicate();
        all.flip();
        return all;
    }

    private void openBatch(long offset, long timestamp, TimestampType timestampType, int leaderEpoch) {
        baseOffset = offset;
        epoch = leaderEpoch;
        type = timestampType == TimestampType.LOG_APPEND_TIME ? timestampType : TimestampType.CREATE_TIME;
        appendTime = timestamp;
        batchBytes = 0;
        batch = new MemoryRecordsBuilder(
                out,
                RecordBatch.MAGIC_VALUE_V2,
                Compression.NONE,
                type,
                offset,
                type == TimestampType.LOG_APPEND_TIME ? timestamp : RecordBatch.NO_TIMESTAMP,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                leaderEpoch,
                Integer.MAX_VALUE);
    }

    private void closeBatch() {
        if (batch != null) {
            MemoryRecords closed = batch.build();
            if (closed.sizeInBytes() == 0) {
                throw new IllegalStateException("a batch without records at offset " + baseOffset);
            }
            batch = null;
        }
    }

    private static int sizeOf(List<? extends ConsumerRecord<?, ?>> records) {
        long bytes = 512;
        for (ConsumerRecord<?, ?> record : records) {
            bytes += RECORD_OVERHEAD
                    + Math.max(0, record.serializedKeySize())
                    + Math.max(0, record.serializedValueSize());
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE - 16);
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
