package caravan.backup;

import caravan.kafka.Cluster;
import caravan.kafka.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What was there when a backup until now began, and how much of it is safe. Done when the consumer group's commits have reached
 * the high watermarks, whoever stored what lies before them, and the archive holds what they stand for: a group may have commits
 * of another program, of another archive, of a topic's earlier life, or for objects that somebody deleted.
 */
public final class UntilNow {

    /**
     * How far it is.
     *
     * @param left offsets before the high watermarks that are not committed
     * @param open partitions that are not done, and the offset each has to reach
     * @param gone topics that were deleted or recreated meanwhile
     */
    public record Remaining(long left, Map<TopicPartition, Long> open, List<String> gone) {}

    /** Whether the archive holds all of one life of a partition before an offset, as a commit says. */
    @FunctionalInterface
    interface Archive {
        boolean holds(TopicPartition partition, Uuid topicId, OffsetAndMetadata commit, long end);
    }

    private final Cluster cluster;
    private final Set<TopicPartition> safe = new HashSet<>();
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

    /** Asks the cluster how far the group is, and the archive once for each partition that is done. */
    Remaining remaining(String group, Archive archive) {
        Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group);
        Map<TopicPartition, Long> open = new HashMap<>();
        long left = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            TopicPartition partition = end.getKey();
            OffsetAndMetadata commit = committed.get(partition);
            boolean reached = commit != null && commit.offset() >= end.getValue();
            if (safe.contains(partition)
                    || reached && archive.holds(partition, topics.get(partition.topic()), commit, end.getValue())) {
                safe.add(partition);
            } else {
                open.put(partition, end.getValue());
                left += reached ? 0 : end.getValue() - (commit == null ? 0 : commit.offset());
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
        return new Remaining(left, open, gone);
    }

    /**
     * Sentences that name the transactions which hold partitions back; empty where more is missing than what they hold back.
     */
    List<String> openTransactions(String group, Remaining remaining) {
        List<String> sentences = new ArrayList<>();
        Map<TopicPartition, Long> stable =
                cluster.lastStableOffsets(remaining.open().keySet());
        Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group);
        for (Map.Entry<TopicPartition, Long> end : remaining.open().entrySet()) {
            TopicPartition partition = end.getKey();
            long last = stable.get(partition);
            OffsetAndMetadata commit = committed.get(partition);
            if (last >= end.getValue() || commit == null || commit.offset() < last) {
                return List.of();
            }
            sentences.add(cluster.oldestOpenTransaction(partition)
                    .map(transaction -> partition + " is held back at offset " + transaction.startOffset()
                            + " by an open transaction of producer id " + transaction.producerId())
                    .orElse(partition + " is held back at offset " + last + " by an open transaction"));
        }
        return sentences;
    }
}
