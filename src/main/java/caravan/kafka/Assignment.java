package caravan.kafka;

import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * One period during which this process owns a partition and reads it without a jump. A partition that is taken away, or
 * that has to find its place anew, gets another assignment with another number when it comes back, so that nothing
 * fetched under the old one is mistaken for its continuation.
 *
 * <p>Safe for use by any thread; what is asked for here happens at the next poll, on the polling thread, as Kafka's consumer
 * demands, and not at all if the assignment has ended by then.
 */
public interface Assignment {

    /** Unique among the assignments of a task in this process; greater than 0. */
    long number();

    TopicPartition partition();

    /** Commits for the consumer group. */
    void commit(long offset, Optional<Integer> leaderEpoch, String metadata);

    /** Ends this assignment; the partition finds its place in the archive again. */
    void restart(String why);

    /** Stops fetching the partition until the route is started again. */
    void stop();
}
