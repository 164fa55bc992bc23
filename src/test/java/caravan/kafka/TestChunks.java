package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Chunks as they come out of the archive, batch by batch. */
final class TestChunks {
    static final TopicPartition SOURCE = new TopicPartition("orders", 3);
    static final long TIME = 1_700_000_000_000L;

    private final ByteBufferOutputStream out = new ByteBufferOutputStream(1024);
    private final Random random = new Random(7);
    private TimestampType type = TimestampType.CREATE_TIME;
    private boolean transactional;
    private long timestamp = TIME;
    private long deleteHorizon = RecordBatch.NO_TIMESTAMP;
    private long next;

    /** Batches come from a transaction from here on. */
    TestChunks transactional() {
        transactional = true;
        return this;
    }

    TestChunks logAppendTime() {
        type = TimestampType.LOG_APPEND_TIME;
        return this;
    }

    /** The time from which on the cleaner removes tombstones, epoch millis. */
    TestChunks deleteHorizon(long time) {
        deleteHorizon = time;
        return this;
    }

    TestChunks timestamp(long time) {
        timestamp = time;
        return this;
    }

    /** A batch of records at these offsets, each with a value of so many random bytes. */
    TestChunks batch(CompressionType codec, int valueBytes, long... offsets) {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                out,
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(codec).build(),
                type,
                offsets[0],
                TIME,
                transactional ? 4_711 : RecordBatch.NO_PRODUCER_ID,
                transactional ? (short) 5 : RecordBatch.NO_PRODUCER_EPOCH,
                transactional ? 17 : RecordBatch.NO_SEQUENCE,
                transactional,
                false,
                9,
                Integer.MAX_VALUE,
                deleteHorizon);
        for (long offset : offsets) {
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            Header[] headers = {new RecordHeader("at", Long.toString(offset).getBytes()), new RecordHeader("at", null)};
            builder.appendWithOffset(offset, timestamp, Long.toString(offset).getBytes(), value, headers);
            next = offset + 1;
        }
        builder.build();
        return this;
    }

    /** Consecutive records. */
    TestChunks batch(CompressionType codec, int valueBytes, long from, int count) {
        long[] offsets = new long[count];
        for (int i = 0; i < count; i++) {
            offsets[i] = from + i;
        }
        return batch(codec, valueBytes, offsets);
    }

    ByteBuffer bytes() {
        ByteBuffer all = out.buffer().duplicate();
        all.flip();
        return all;
    }

    Chunk chunk(long from, long end) {
        return new Chunk(SOURCE, Uuid.ONE_UUID, 0, from, end, -1, bytes(), false);
    }

    Chunk chunk() {
        return chunk(0, next);
    }

    static List<OutgoingBatch> outgoing(int count, int records) {
        List<OutgoingBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Chunk chunk = new TestChunks()
                    .batch(CompressionType.NONE, 100, i * (long) records, records)
                    .chunk(i * (long) records, (i + 1) * (long) records);
            batches.addAll(new OutgoingBatches(Compression.NONE, 1 << 20, false).of(chunk));
        }
        return batches;
    }
}
