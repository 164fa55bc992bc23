package caravan.kafka;

import caravan.archive.OffsetRange;
import caravan.kafka.LogView.Missing;
import caravan.kafka.Refused.EpochEnd;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Fetches records with Kafka's consumer, and puts them into batches again. What counts for the rate are these batches; the consumer
 * fetches some of what comes next ahead of it.
 */
final class RebatchingSource implements ChunkSource {
    private final ShieldedConsumer consumer;
    private final ByteRate rate;

    /** @param rate how much is handed out in a second */
    RebatchingSource(ShieldedConsumer consumer, ByteRate rate) {
        this.consumer = consumer;
        this.rate = rate;
    }

    @Override
    public void begin(TopicPartition partition, Start start) {
        consumer.place(partition, new OffsetAndMetadata(start.offset(), start.leaderEpoch(), ""));
    }

    @Override
    public void end(TopicPartition partition) {
        // What Kafka's consumer still holds of it goes when it is placed anew, or revoked.
    }

    @Override
    public void fetchOnly(Set<TopicPartition> wanted) {
        Set<TopicPartition> partitions = rate.waitNanos() > 0 ? Set.of() : wanted;
        Set<TopicPartition> held = consumer.held();
        Set<TopicPartition> hold = new HashSet<>(consumer.assignment());
        hold.removeAll(held);
        hold.removeAll(partitions);
        consumer.hold(hold);
        Set<TopicPartition> release = new HashSet<>(held);
        release.retainAll(partitions);
        consumer.release(release);
    }

    @Override
    public Fetch fetch(Duration timeout) {
        try {
            ConsumerRecords<Object, Object> records = consumer.fetchRecords(patience(timeout));
            return (partition, from) -> fetched(partition, from, records.records(partition));
        } catch (OffsetOutOfRangeException e) {
            return new RefusedFetch(refusals(e));
        }
    }

    /** Nothing comes while the rate has to wait, but for word of the group: it is not waited for longer than that. */
    private Duration patience(Duration timeout) {
        long owed = rate.waitNanos();
        return owed == 0 || timeout.toNanos() < owed ? timeout : Duration.ofNanos(owed);
    }

    private static Map<TopicPartition, Refused> refusals(OffsetOutOfRangeException e) {
        Map<TopicPartition, Refused> refusals = new HashMap<>();
        e.offsetOutOfRangePartitions()
                .forEach((partition, position) -> refusals.put(partition, Refused.outOfRange(position)));
        if (e instanceof LogTruncationException truncation) {
            refusals.replaceAll((partition, refused) -> {
                OffsetAndMetadata divergence = truncation.divergentOffsets().get(partition);
                return Refused.truncated(
                        refused.position(), Optional.ofNullable(divergence).flatMap(RebatchingSource::end));
            });
        }
        return refusals;
    }

    private static Optional<EpochEnd> end(OffsetAndMetadata divergence) {
        return divergence.leaderEpoch().map(epoch -> new EpochEnd(epoch, divergence.offset()));
    }

    private record RefusedFetch(Map<TopicPartition, Refused> refused) implements Fetch {
        @Override
        public Optional<Fetched> of(TopicPartition partition, long position) {
            return Optional.empty();
        }
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
        ByteBuffer batches = Rebatcher.batches(records);
        rate.moved(batches.remaining());
        LogView view = new LogView(missing(from, next, records), end(partition, next), System.currentTimeMillis(), -1);
        return Optional.of(new Fetched(next, epoch, batches, view));
    }

    /** The first offsets without a record: the consumer does not tell markers from what the log cleaner took away. */
    private static Optional<Missing> missing(long from, long next, List<ConsumerRecord<Object, Object>> records) {
        long expected = from;
        for (ConsumerRecord<Object, Object> each : records) {
            if (each.offset() > expected) {
                return Optional.of(new Missing(new OffsetRange(expected, each.offset()), -1));
            }
            expected = each.offset() + 1;
        }
        return next > expected ? Optional.of(new Missing(new OffsetRange(expected, next), -1)) : Optional.empty();
    }

    private long end(TopicPartition partition, long next) {
        OptionalLong lag = consumer.currentLag(partition);
        return lag.isPresent() ? next + lag.getAsLong() : Long.MAX_VALUE;
    }

    private long next(TopicPartition partition, long from, List<ConsumerRecord<Object, Object>> records) {
        try {
            return consumer.position(partition, Duration.ZERO);
        } catch (WakeupException | RetriableException e) {
            // The position is being checked against a new leader. What lies behind the last record comes with a later
            // fetch.
            return records.isEmpty() ? from : records.get(records.size() - 1).offset() + 1;
        }
    }

    @Override
    public void nudge() {
        // Kafka's consumer can only be woken up with an exception.
    }

    @Override
    public void close() {
        // The consumer is closed by whom it belongs to.
    }
}
