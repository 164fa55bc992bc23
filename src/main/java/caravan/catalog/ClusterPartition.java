package caravan.catalog;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Committed records of one partition of a cluster, in the order of the log, up to where its last stable offset was. */
public final class ClusterPartition implements Iterator<ConsumerRecord<byte[], byte[]>> {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final long end;
    private long logStart;
    private Iterator<ConsumerRecord<byte[], byte[]>> polled = Collections.emptyIterator();
    private Optional<ConsumerRecord<byte[], byte[]>> ahead = Optional.empty();

    /**
     * @param consumer reads committed records, has no reset policy, and is used for nothing else meanwhile
     */
    public ClusterPartition(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        this.consumer = consumer;
        this.partition = partition;
        consumer.assign(List.of(partition));
        this.end = consumer.endOffsets(List.of(partition)).get(partition);
        seekToLogStart();
    }

    /** The last stable offset when reading began, exclusive. */
    long end() {
        return end;
    }

    /** Offset of the log's oldest record, as last asked for. */
    long logStart() {
        return logStart;
    }

    /** Asks for the log start again: retention may have moved it. */
    long logStartNow() {
        logStart = consumer.beginningOffsets(List.of(partition)).get(partition);
        return logStart;
    }

    /** Begins at an offset instead of the log start. */
    public void from(long offset) {
        if (offset > logStart) {
            consumer.seek(partition, offset);
        }
    }

    private void seekToLogStart() {
        consumer.seek(partition, logStartNow());
    }

    @Override
    public boolean hasNext() {
        while (ahead.isEmpty() && (polled.hasNext() || poll())) {
            ahead = polled.hasNext() ? Optional.of(polled.next()).filter(record -> record.offset() < end) : ahead;
        }
        return ahead.isPresent();
    }

    /** Moves on; false at the end. */
    private boolean poll() {
        long position = consumer.position(partition);
        for (long began = System.nanoTime(); System.nanoTime() - began < PATIENCE.toNanos(); ) {
            if (position >= end) {
                return false;
            }
            try {
                polled = consumer.poll(POLL).records(partition).iterator();
            } catch (OffsetOutOfRangeException e) {
                // Retention was faster.
                seekToLogStart();
            }
            if (polled.hasNext() || consumer.position(partition) != position) {
                return true;
            }
        }
        throw new TimeoutException(partition + " can't be read at offset " + position + ": nothing came for "
                + PATIENCE.toSeconds() + " s");
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ConsumerRecord<byte[], byte[]> record = ahead.orElseThrow();
        ahead = Optional.empty();
        return record;
    }
}
