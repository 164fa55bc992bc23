package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Makes of a chunk what a broker takes: each batch as it is, with a header of ours, wherever a broker would take it so; the records
 * of the others in new batches. Nothing is handed out before the CRC-32C of each batch was compared with its content: the new
 * header gets a new one, which would bless damage.
 */
final class OutgoingBatches {
    /**
     * Batches below so many bytes, where several lie side by side, are put together: a broker takes one batch of a partition at a
     * time, and a round trip for each takes longer than unpacking and packing the records again. Measured once, on two busy
     * cores (uncompressed records of 90 bytes, 4 partitions, as they are against put together): batches of 2 KB 0.82 to 0.36 s,
     * of 17 KB 0.85 to 0.31 s, of 33 KB 0.40 to 0.29 s, where it no longer outweighs the work.
     */
    static final int SMALL_BATCH_BYTES = 32 << 10;

    private static final int PARTITION_LEADER_EPOCH = 12;
    private static final int ATTRIBUTES = 21;
    private static final int TRANSACTIONAL = 0x10;
    private static final int RECORD_OVERHEAD = 64;

    private final Compression compression;
    private final int batchBytes;
    private final boolean rebatchAll;

    /**
     * @param compression of new batches
     * @param batchBytes size of a new batch before compression; a larger record has one of its own
     * @param rebatchAll whether no batch goes as it is
     */
    OutgoingBatches(Compression compression, int batchBytes, boolean rebatchAll) {
        this.compression = compression;
        this.batchBytes = batchBytes;
        this.rebatchAll = rebatchAll;
    }

    /**
     * The records of a chunk, in order.
     *
     * @throws CorruptRecordException if a batch is not what its CRC-32C says
     */
    List<OutgoingBatch> of(Chunk chunk) {
        List<OutgoingBatch> all = new ArrayList<>();
        List<DefaultRecordBatch> run = new ArrayList<>();
        for (MutableRecordBatch any :
                MemoryRecords.readableRecords(chunk.batches().slice()).batches()) {
            DefaultRecordBatch batch = checked(chunk, any);
            if (batch.isControlBatch() || batch.lastOffset() < chunk.from() || batch.baseOffset() >= chunk.next()) {
                continue;
            }
            if (producible(batch, chunk) && batch.sizeInBytes() >= SMALL_BATCH_BYTES) {
                put(run, chunk, all);
                all.add(asItIs(batch));
            } else {
                run.add(batch);
            }
        }
        put(run, chunk, all);
        return all;
    }

    private static DefaultRecordBatch checked(Chunk chunk, MutableRecordBatch any) {
        if (!(any instanceof DefaultRecordBatch batch)) {
            throw new CorruptRecordException(
                    chunk + " has a batch of message format " + any.magic() + " at offset " + any.baseOffset());
        }
        if (!batch.isValid()) {
            throw new CorruptRecordException("the CRC-32C of the batch at offset " + batch.baseOffset() + " of "
                    + chunk.partition() + " is not that of its content");
        }
        return batch;
    }

    /** Whether a broker takes it as it is, and all of it is wanted. */
    private boolean producible(DefaultRecordBatch batch, Chunk chunk) {
        return !rebatchAll
                && batch.timestampType() == TimestampType.CREATE_TIME
                && batch.countOrNull() > 0
                && batch.lastOffset() - batch.baseOffset() + 1 == batch.countOrNull()
                && batch.baseOffset() >= chunk.from()
                && batch.lastOffset() < chunk.next()
                // Its base timestamp is a deadline. Without the bit it would be taken for its first record's.
                && batch.deleteHorizonMs().isEmpty();
    }

    private static OutgoingBatch asItIs(DefaultRecordBatch batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
        batch.writeTo(copy);
        copy.flip();
        copy.putLong(0, 0);
        copy.putInt(PARTITION_LEADER_EPOCH, RecordBatch.NO_PARTITION_LEADER_EPOCH);
        copy.putShort(ATTRIBUTES, (short) (copy.getShort(ATTRIBUTES) & ~TRANSACTIONAL));
        return new OutgoingBatch(copy, batch.countOrNull());
    }

    /** Empties the run. */
    private void put(List<DefaultRecordBatch> run, Chunk chunk, List<OutgoingBatch> all) {
        if (run.size() == 1 && producible(run.get(0), chunk)) {
            all.add(asItIs(run.get(0)));
        } else if (!run.isEmpty()) {
            int bytes = run.stream().mapToInt(DefaultRecordBatch::sizeInBytes).sum();
            Packing packing = new Packing(compression, batchBytes, bytes, all);
            for (DefaultRecordBatch batch : run) {
                for (Record record : batch) {
                    if (chunk.from() <= record.offset() && record.offset() < chunk.next()) {
                        packing.add(record);
                    }
                }
            }
            packing.close();
        }
        run.clear();
    }

    /**
     * Two batches with the records of one, for a broker to which it was too large.
     *
     * @param batch of at least two records; the second half is acknowledged in its place
     */
    List<OutgoingBatch> halves(OutgoingBatch batch) {
        List<OutgoingBatch> halves = new ArrayList<>();
        Iterator<Record> records = batch.content().records().iterator();
        for (int count : List.of(batch.records() / 2, batch.records() - batch.records() / 2)) {
            Packing packing = new Packing(compression, Integer.MAX_VALUE, batch.size(), halves);
            for (int i = 0; i < count; i++) {
                packing.add(records.next());
            }
            packing.close();
        }
        OutgoingBatch second = halves.get(1);
        halves.set(1, new OutgoingBatch(second.content().buffer(), second.records(), batch.acknowledged()));
        return halves;
    }

    /** Puts records into batches whose offsets begin at 0 and have no holes. */
    private static final class Packing {
        private final Compression compression;
        private final int batchBytes;
        private final int sizeHint;
        private final List<OutgoingBatch> packed;
        private MemoryRecordsBuilder builder;
        private int count;
        private int size;

        private Packing(Compression compression, int batchBytes, int sizeHint, List<OutgoingBatch> packed) {
            this.compression = compression;
            this.batchBytes = batchBytes;
            this.sizeHint = sizeHint;
            this.packed = packed;
        }

        private void add(Record record) {
            int bytes = RECORD_OVERHEAD + Math.max(0, record.keySize()) + Math.max(0, record.valueSize());
            if (count > 0 && bytes > batchBytes - size) {
                close();
            }
            if (builder == null) {
                open();
            }
            builder.appendWithOffset(count, record.timestamp(), record.key(), record.value(), record.headers());
            count++;
            size += bytes;
        }

        private void open() {
            builder = new MemoryRecordsBuilder(
                    new ByteBufferOutputStream(Math.min(batchBytes, sizeHint) + 512),
                    RecordBatch.MAGIC_VALUE_V2,
                    compression,
                    TimestampType.CREATE_TIME,
                    0,
                    RecordBatch.NO_TIMESTAMP,
                    RecordBatch.NO_PRODUCER_ID,
                    RecordBatch.NO_PRODUCER_EPOCH,
                    RecordBatch.NO_SEQUENCE,
                    false,
                    false,
                    RecordBatch.NO_PARTITION_LEADER_EPOCH,
                    Integer.MAX_VALUE);
        }

        private void close() {
            if (builder != null) {
                ByteBuffer bytes = builder.build().buffer();
                packed.add(new OutgoingBatch(bytes.slice(), count));
                builder = null;
                count = 0;
                size = 0;
            }
        }
    }
}
