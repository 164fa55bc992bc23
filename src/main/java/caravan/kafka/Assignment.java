package caravan.kafka;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * One period during which this process owns a partition and reads it without a jump. A partition that is taken away, or
 * that has to find its place anew, gets another assignment with another number when it comes back, so that nothing
 * fetched under the old one is mistaken for its continuation.
 *
 * <p>Safe for use by any thread; what is asked for here happens on the polling thread, as Kafka's consumer demands.
 */
public final class Assignment {
    private final long number;
    private final TopicPartition partition;
    private final ChunkConsumer consumer;

    Assignment(long number, TopicPartition partition, ChunkConsumer consumer) {
        this.number = number;
        this.partition = partition;
        this.consumer = consumer;
    }

    /** Unique among the assignments of a task in this process; greater than 0. */
    public long number() {
        return number;
    }

    public TopicPartition partition() {
        return partition;
    }

    /** Commits for the consumer group at the next poll, if this assignment is still the partition's. */
    public void commit(long offset, Optional<Integer> leaderEpoch, String metadata) {
        consumer.enqueue(this, new OffsetAndMetadata(offset, leaderEpoch, metadata));
    }

    /** Ends this assignment at the next poll; the partition finds its place in the archive again. */
    public void restart(String why) {
        consumer.requestRestart(this, why);
    }

    /** Stops fetching the partition until the route is started again. */
    public void stop() {
        consumer.requestStop(this);
    }

    @Override
    public String toString() {
        return partition + "#" + number;
    }
}
