package caravan.restore;

import caravan.archive.RecordBatches;
import caravan.archive.TimeWindow;
import caravan.kafka.Rebatcher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.utils.Utils;

/**
 * Takes the records of a time window out of record batches, record by record: of a batch header only the largest timestamp can be
 * relied upon. A batch that lies in the window as a whole stays as it is; what is wanted of another one goes into new
 * batches, at its own offsets.
 */
final class TimeSelection {
    private final TimeWindow window;

    TimeSelection(TimeWindow window) {
        this.window = window;
    }

    /**
     * The batches, less what is not wanted; the same buffer where all is.
     *
     * @param batches whose CRC-32C was compared
     * @param from first offset that is looked at, inclusive
     * @param next end of these, exclusive
     */
    ByteBuffer of(ByteBuffer batches, long from, long next) {
        List<ByteBuffer> wanted = new ArrayList<>();
        boolean all = true;
        int position = batches.position();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(batches.slice()).batches()) {
            ByteBuffer whole = batches.slice(position, batch.sizeInBytes());
            position += batch.sizeInBytes();
            long records = RecordBatches.count(whole, from, next);
            long inside = window.from().isPresent()
                            && batch.maxTimestamp() < window.from().getAsLong()
                    ? 0
                    : inside(whole, from, next);
            if (inside == records) {
                wanted.add(whole);
            } else {
                all = false;
                if (inside > 0) {
                    wanted.add(some(whole, from, next));
                }
            }
        }
        return all ? batches : joined(wanted);
    }

    private long inside(ByteBuffer batch, long from, long next) {
        long inside = 0;
        for (Record record : RecordBatches.records(batch, from, next)) {
            inside += window.includes(record.timestamp()) ? 1 : 0;
        }
        return inside;
    }

    private ByteBuffer some(ByteBuffer batch, long from, long next) {
        Rebatcher some = Rebatcher.sized(batch.remaining());
        for (RecordBatches.Positioned positioned : RecordBatches.positioned(batch, from, next)) {
            Record record = positioned.record();
            if (window.includes(record.timestamp())) {
                some.add(
                        record.offset(),
                        record.timestamp(),
                        positioned.timestampType(),
                        positioned.leaderEpoch(),
                        Utils.toNullableArray(record.key()),
                        Utils.toNullableArray(record.value()),
                        record.headers());
            }
        }
        return some.finish();
    }

    private static ByteBuffer joined(List<ByteBuffer> wanted) {
        ByteBuffer joined = ByteBuffer.allocate(
                wanted.stream().mapToInt(ByteBuffer::remaining).sum());
        wanted.forEach(joined::put);
        return joined.flip();
    }
}
