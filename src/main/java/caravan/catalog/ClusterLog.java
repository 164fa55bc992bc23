package caravan.catalog;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** A topic of a cluster: its committed records, up to where its last stable offsets were when it was first asked. */
public final class ClusterLog implements RecordLog {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> starts;
    private final Map<TopicPartition, Long> ends;
    private final String topic;

    /**
     * Asks the cluster. Blocking; throws {@link org.apache.kafka.common.KafkaException}.
     *
     * @param consumer reads committed records, has no reset policy, is a member of no group; closed with this object
     */
    public ClusterLog(Consumer<byte[], byte[]> consumer, String topic) {
        this.consumer = consumer;
        this.topic = topic;
        List<PartitionInfo> known = consumer.partitionsFor(topic);
        partitions = known == null
                ? List.of()
                : known.stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .sorted((one, other) -> Integer.compare(one.partition(), other.partition()))
                        .toList();
        starts = partitions.isEmpty() ? Map.of() : consumer.beginningOffsets(partitions);
        ends = partitions.isEmpty() ? Map.of() : consumer.endOffsets(partitions);
    }

    /** Empty where there is no such topic. */
    @Override
    public List<Integer> partitions() {
        return partitions.stream().map(TopicPartition::partition).toList();
    }

    @Override
    public Extent extent(int partition) {
        TopicPartition name = new TopicPartition(topic, partition);
        return new Extent(starts.get(name), Math.max(starts.get(name), ends.get(name)));
    }

    @Override
    public Reading read(int partition, long from, long next, OptionalLong time, Deadline deadline) {
        TopicPartition name = new TopicPartition(topic, partition);
        long begin = time.isPresent() ? Math.max(from, firstAt(name, time.getAsLong(), next)) : from;
        consumer.assign(List.of(name));
        if (begin < next) {
            consumer.seek(name, begin);
        }
        return new Polled(name, begin, next, deadline);
    }

    private long firstAt(TopicPartition name, long time, long otherwise) {
        OffsetAndTimestamp first = consumer.offsetsForTimes(Map.of(name, time)).get(name);
        return first == null ? otherwise : first.offset();
    }

    private final class Polled implements Reading {
        private final TopicPartition name;
        private final long next;
        private final Deadline deadline;
        private Iterator<ConsumerRecord<byte[], byte[]>> polled = Collections.emptyIterator();
        private ConsumerRecord<byte[], byte[]> ahead;
        private long position;
        private long reached;

        private Polled(TopicPartition name, long begin, long next, Deadline deadline) {
            this.name = name;
            this.next = next;
            this.deadline = deadline;
            this.position = Math.min(begin, next);
            this.reached = begin;
        }

        @Override
        public boolean hasNext() {
            while (ahead == null && !deadline.passed()) {
                if (polled.hasNext()) {
                    ConsumerRecord<byte[], byte[]> record = polled.next();
                    if (record.offset() >= next) {
                        reached = next;
                        polled = Collections.emptyIterator();
                    } else {
                        ahead = record;
                    }
                } else if (reached >= next) {
                    position = next;
                    return false;
                } else {
                    poll();
                }
            }
            return ahead != null;
        }

        private void poll() {
            Duration left = deadline.left();
            try {
                polled = consumer.poll(left.compareTo(POLL) < 0 ? left : POLL)
                        .records(name)
                        .iterator();
                reached = consumer.position(name);
            } catch (OffsetOutOfRangeException e) {
                // Retention was faster.
                long start = consumer.beginningOffsets(List.of(name)).get(name);
                consumer.seek(name, start);
                reached = start;
            }
        }

        @Override
        public LogRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            LogRecord record = LogRecord.of(ahead);
            position = ahead.offset() + 1;
            ahead = null;
            return record;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public void close() {
            // Records that were fetched ahead are forgotten with the assignment.
            consumer.unsubscribe();
        }
    }

    @Override
    public void close() {
        consumer.close(CLOSE);
    }
}
