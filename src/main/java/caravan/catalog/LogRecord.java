package caravan.catalog;

import caravan.archive.RecordBatches;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.TimestampType;

/**
 * A record of a partition, wherever it was read. Key, value and the headers' values may be null; they may be parts of something
 * larger.
 *
 * @param timestamp epoch millis; -1 where it has none
 * @param leaderEpoch of its batch; empty where it is not known
 */
public record LogRecord(
        int partition,
        long offset,
        long timestamp,
        TimestampType timestampType,
        OptionalInt leaderEpoch,
        ByteBuffer key,
        ByteBuffer value,
        Header[] headers) {

    static LogRecord of(int partition, RecordBatches.Positioned stored) {
        Record record = stored.record();
        return new LogRecord(
                partition,
                record.offset(),
                record.timestamp(),
                stored.timestampType(),
                stored.leaderEpoch() < 0 ? OptionalInt.empty() : OptionalInt.of(stored.leaderEpoch()),
                record.key(),
                record.value(),
                record.headers());
    }

    static LogRecord of(ConsumerRecord<byte[], byte[]> record) {
        return new LogRecord(
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.leaderEpoch().map(OptionalInt::of).orElseGet(OptionalInt::empty),
                RecordDifference.buffer(record.key()),
                RecordDifference.buffer(record.value()),
                record.headers().toArray());
    }
}
