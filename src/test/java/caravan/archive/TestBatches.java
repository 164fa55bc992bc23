package caravan.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Record batches to put into objects, and their records to compare. */
final class TestBatches {
    static final long TIME = 1_700_000_000_000L;

    /** A record by value. */
    record Rec(long offset, long timestamp, byte[] key, byte[] value, List<Header> headers) {
        static Rec of(Record record) {
            return new Rec(
                    record.offset(),
                    record.timestamp(),
                    bytes(record.key()),
                    bytes(record.value()),
                    Arrays.asList(record.headers()));
        }

        static Rec at(long offset) {
            return new Rec(offset, TIME + offset, ("k" + offset).getBytes(UTF_8), noise(offset, 20), List.of());
        }

        Rec withTimestamp(long other) {
            return new Rec(offset, other, key, value, headers);
        }

        Rec withValue(byte[] other) {
            return new Rec(offset, timestamp, key, other, headers);
        }

        Rec withKey(byte[] other) {
            return new Rec(offset, timestamp, other, value, headers);
        }

        Rec withHeaders(List<Header> others) {
            return new Rec(offset, timestamp, key, value, others);
        }

        private static byte[] bytes(ByteBuffer buffer) {
            if (buffer == null) {
                return null;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Rec rec
                    && offset == rec.offset
                    && timestamp == rec.timestamp
                    && Arrays.equals(key, rec.key)
                    && Arrays.equals(value, rec.value)
                    && headers.equals(rec.headers);
        }

        @Override
        public int hashCode() {
            return Objects.hash(offset, timestamp);
        }

        @Override
        public String toString() {
            return offset + "@" + timestamp + " " + Arrays.toString(key) + "=" + Arrays.toString(value) + " " + headers;
        }
    }

    private CompressionType codec = CompressionType.NONE;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private long appendTime = RecordBatch.NO_TIMESTAMP;
    private long deleteHorizon = RecordBatch.NO_TIMESTAMP;
    private boolean control;
    private int epoch = 3;
    private long baseOffset = -1;

    static TestBatches plain() {
        return new TestBatches();
    }

    TestBatches codec(CompressionType other) {
        codec = other;
        return this;
    }

    TestBatches logAppendTime(long time) {
        timestampType = TimestampType.LOG_APPEND_TIME;
        appendTime = time;
        return this;
    }

    /** As the cleaner leaves a batch with tombstones. */
    TestBatches deleteHorizon(long deadline) {
        deleteHorizon = deadline;
        return this;
    }

    TestBatches control() {
        control = true;
        return this;
    }

    TestBatches epoch(int other) {
        epoch = other;
        return this;
    }

    /** The offset of a first record that the cleaner removed. */
    TestBatches baseOffset(long other) {
        baseOffset = other;
        return this;
    }

    ByteBuffer batch(Rec... records) {
        return batch(List.of(records));
    }

    ByteBuffer batch(List<Rec> records) {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(1024),
                RecordBatch.MAGIC_VALUE_V2,
                org.apache.kafka.common.compress.Compression.of(codec).build(),
                timestampType,
                baseOffset >= 0 ? baseOffset : records.get(0).offset(),
                appendTime,
                control ? 7 : RecordBatch.NO_PRODUCER_ID,
                control ? 0 : RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                control,
                control,
                epoch,
                Integer.MAX_VALUE,
                deleteHorizon);
        for (Rec rec : records) {
            if (control) {
                builder.appendEndTxnMarker(
                        rec.timestamp(),
                        new org.apache.kafka.common.record.EndTransactionMarker(
                                org.apache.kafka.common.record.ControlRecordType.COMMIT, 0));
            } else {
                builder.appendWithOffset(
                        rec.offset(),
                        rec.timestamp(),
                        rec.key(),
                        rec.value(),
                        rec.headers().toArray(Header[]::new));
            }
        }
        MemoryRecords built = builder.build();
        return built.buffer().duplicate();
    }

    /** What the cleaner leaves of a batch that lost all its records. */
    static ByteBuffer empty(long baseOffset, long lastOffset) {
        ByteBuffer buffer = ByteBuffer.allocate(61);
        org.apache.kafka.common.record.DefaultRecordBatch.writeEmptyHeader(
                buffer,
                RecordBatch.MAGIC_VALUE_V2,
                7,
                (short) 0,
                0,
                baseOffset,
                lastOffset,
                3,
                TimestampType.CREATE_TIME,
                TIME,
                false,
                false);
        return buffer.flip();
    }

    static ByteBuffer join(ByteBuffer... batches) {
        return join(List.of(batches));
    }

    static ByteBuffer join(List<ByteBuffer> batches) {
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(ByteBuffer::remaining).sum());
        batches.forEach(batch -> all.put(batch.duplicate()));
        return all.flip();
    }

    /** Records of [{@code from}, {@code next}). */
    static List<Rec> records(long from, long next) {
        List<Rec> records = new ArrayList<>();
        for (long offset = from; offset < next; offset++) {
            records.add(Rec.at(offset));
        }
        return records;
    }

    static List<Rec> records(ByteBuffer batches, long from, long next) {
        List<Rec> records = new ArrayList<>();
        RecordBatches.records(batches, from, next).forEach(record -> records.add(Rec.of(record)));
        return records;
    }

    /** Bytes that do not compress, the same for the same seed. */
    static byte[] noise(long seed, int length) {
        byte[] value = new byte[length];
        new Random(seed).nextBytes(value);
        return value;
    }

    static Header header(String key, byte[] value) {
        return new RecordHeader(key, value);
    }
}
