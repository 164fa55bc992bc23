package caravan.backup;

import caravan.kafka.Cluster;
import caravan.kafka.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What was there when a backup until now began, and how much of it is safe: by the consumer group's commits, whoever stored what
 * lies before them. The archive has the last word.
 */
public final class UntilNow {

    /**
     * How far it is.
     *
     * @param left offsets before the high watermarks that are not committed
     * @param open partitions that are not done, and the offset each has to reach
     * @param done partitions that are done by the group's word, and the offset each had to reach
     * @param gone topics that were deleted or recreated meanwhile
     */
    public record Remaining(
            long left, Map<TopicPartition, Long> open, Map<TopicPartition, Long> done, List<String> gone) {}

    private final Cluster cluster;
    private final Map<String, Uuid> topics = new TreeMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    private UntilNow(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Notes the high watermarks of all partitions of these topics. */
    public static UntilNow note(Cluster cluster, TopicFilter filter) {
        UntilNow now = new UntilNow(cluster);
        for (String name : cluster.topics(filter)) {
            cluster.topic(name).ifPresent(topic -> {
                now.topics.put(name, topic.id());
                now.ends.putAll(cluster.highWatermarks(Cluster.partitions(topic)));
            });
        }
        return now;
    }

    public Map<TopicPartition, Long> ends() {
        return Map.copyOf(ends);
    }

    public Set<String> topics() {
        return Set.copyOf(topics.keySet());
    }

    /** Asks the cluster how far the group is. */
    public Remaining remaining(String group) {
        Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group);
        Map<TopicPartition, Long> open = new HashMap<>();
        Map<TopicPartition, Long> done = new HashMap<>();
        long left = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            OffsetAndMetadata commit = committed.get(end.getKey());
            if (commit == null || commit.offset() < end.getValue()) {
                open.put(end.getKey(), end.getValue());
                left += end.getValue() - (commit == null ? 0 : commit.offset());
            } else {
                done.put(end.getKey(), end.getValue());
            }
        }
        List<String> gone = new ArrayList<>();
        open.keySet().stream().map(TopicPartition::topic).distinct().forEach(name -> {
            Optional<Uuid> id = cluster.topic(name).map(Cluster.Topic::id);
            if (!id.equals(Optional.of(topics.get(name)))) {
                gone.add(name);
            }
        });
        open.keySet().removeIf(partition -> gone.contains(partition.topic()));
        return new Remaining(left, open, done, gone);
    }

    /** Sentences that name the transactions which hold partitions back; empty where none does. */
    public List<String> openTransactions(Remaining remaining) {
        List<String> sentences = new ArrayList<>();
        Map<TopicPartition, Long> stable =
                cluster.lastStableOffsets(remaining.open().keySet());
        remaining.open().forEach((partition, end) -> {
            if (stable.get(partition) < end) {
                sentences.add(cluster.oldestOpenTransaction(partition)
                        .map(transaction -> partition + " is held back at offset " + transaction.startOffset()
                                + " by an open transaction of producer id " + transaction.producerId())
                        .orElse(partition + " is held back at offset " + stable.get(partition)
                                + " by an open transaction"));
            }
        });
        return sentences;
    }
}
