package caravan.torture;

import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A record on its way to the brokers. */
final class Sent {
    private final RecordId id;
    private final int partition;
    private final Fingerprint print;
    private final Long timestamp;
    private final long size;
    private RecordMetadata metadata;
    private Exception failure;

    Sent(RecordId id, ProducerRecord<byte[], byte[]> message) {
        this.id = id;
        this.partition = message.partition();
        this.print = Fingerprint.of(message.key(), message.value(), message.headers());
        this.timestamp = message.timestamp();
        this.size = size(message.key()) + size(message.value());
    }

    private static long size(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    int partition() {
        return partition;
    }

    /** Bytes of key and value. */
    long size() {
        return size;
    }

    /** What the producer was told. */
    synchronized void answered(RecordMetadata told, Exception failed) {
        failure = failed;
        metadata = failed == null ? told : null;
    }

    /** Whether the brokers have it, by their word. */
    synchronized boolean isAcknowledged() {
        return metadata != null;
    }

    synchronized Entry entry(Fate fate) {
        Optional<RecordMetadata> told = Optional.ofNullable(metadata);
        long offset = told.filter(RecordMetadata::hasOffset)
                .map(RecordMetadata::offset)
                .orElse(-1L);
        return new Entry(id, fate, offset, timestamp(told), print);
    }

    /**
     * The record's own, where it has one: of a batch that was sent again, after the first answer was lost, brokers answer with the
     * newest time of the batch, whoever stamped it.
     */
    private long timestamp(Optional<RecordMetadata> told) {
        if (timestamp != null) {
            return timestamp;
        }
        return told.filter(RecordMetadata::hasTimestamp)
                .map(RecordMetadata::timestamp)
                .orElse(-1L);
    }

    @Override
    public synchronized String toString() {
        return id + (failure == null ? "" : " failed: " + failure);
    }
}
