package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.utils.Crc32C;

/**
 * One record batch on its way to a partition: its offsets begin at 0, and whose it is is written into its header when its turn has
 * come. Positions of the fields: {@code org.apache.kafka.common.record.DefaultRecordBatch}.
 */
final class OutgoingBatch {
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int PRODUCER_ID = 43;
    private static final int PRODUCER_EPOCH = 51;
    private static final int BASE_SEQUENCE = 53;

    private final ByteBuffer bytes;
    private final int records;
    private final CompletableFuture<Long> acknowledged;

    /** @param bytes the whole batch, from position 0; its header is changed here */
    OutgoingBatch(ByteBuffer bytes, int records) {
        this(bytes, records, new CompletableFuture<>());
    }

    OutgoingBatch(ByteBuffer bytes, int records, CompletableFuture<Long> acknowledged) {
        this.bytes = bytes;
        this.records = records;
        this.acknowledged = acknowledged;
    }

    int size() {
        return bytes.remaining();
    }

    int records() {
        return records;
    }

    /** Its offset in the partition, once the broker has it; -1 where it had it long ago, and does not know any more. */
    CompletableFuture<Long> acknowledged() {
        return acknowledged;
    }

    /** Writes the producer into the header, and the CRC-32C that follows. */
    void stamp(long producerId, short epoch, int sequence) {
        bytes.putLong(PRODUCER_ID, producerId);
        bytes.putShort(PRODUCER_EPOCH, epoch);
        bytes.putInt(BASE_SEQUENCE, sequence);
        bytes.putInt(CRC, (int) Crc32C.compute(bytes, ATTRIBUTES, size() - ATTRIBUTES));
    }

    MemoryRecords content() {
        return MemoryRecords.readableRecords(bytes.duplicate());
    }
}
