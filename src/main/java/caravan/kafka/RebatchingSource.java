package caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;

/** Fetches records with Kafka's consumer, and puts them into batches again. */
final class RebatchingSource implements ChunkSource {
    private final Function<Duration, ConsumerRecords<Object, Object>> poll;
    private final ToLongFunction<TopicPartition> position;

    /**
     * @param poll the real consumer's
     * @param position the real consumer's, without waiting
     */
    RebatchingSource(
            Function<Duration, ConsumerRecords<Object, Object>> poll, ToLongFunction<TopicPartition> position) {
        this.poll = poll;
        this.position = position;
    }

    @Override
    public Fetch fetch(Duration timeout) {
        ConsumerRecords<Object, Object> records = poll.apply(timeout);
        return (partition, from) -> fetched(partition, from, records.records(partition));
    }

    private Optional<Fetched> fetched(
            TopicPartition partition, long from, List<ConsumerRecord<Object, Object>> records) {
        long next = next(partition, from, records);
        if (next == from) {
            return Optional.empty();
        }
        if (next < from) {
            throw new IllegalStateException(partition + ": position went back from " + from + " to " + next);
        }
        int epoch = -1;
        if (!records.isEmpty()) {
            ConsumerRecord<Object, Object> last = records.get(records.size() - 1);
            if (records.get(0).offset() < from || last.offset() >= next) {
                throw new IllegalStateException(partition + ": records ["
                        + records.get(0).offset() + ", " + last.offset() + "] outside of [" + from + ", " + next + ")");
            }
            // What lies behind the last record was not seen, and may be of a newer epoch.
            epoch = last.offset() == next - 1 ? last.leaderEpoch().orElse(-1) : -1;
        }
        return Optional.of(new Fetched(next, epoch, Rebatcher.batches(records)));
    }

    private long next(TopicPartition partition, long from, List<ConsumerRecord<Object, Object>> records) {
        try {
            return position.applyAsLong(partition);
        } catch (WakeupException | RetriableException e) {
            // The position is being checked against a new leader. What lies behind the last record comes with a later
            // fetch.
            return records.isEmpty() ? from : records.get(records.size() - 1).offset() + 1;
        }
    }
}
