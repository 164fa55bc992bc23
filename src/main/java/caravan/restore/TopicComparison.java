package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.catalog.Finding;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.catalog.PartitionComparison;
import caravan.catalog.PartitionContents;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.MissingAclException;
import caravan.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;

/** Compares an archive's topics with a cluster's, partition after partition, and tells how that goes. */
public final class TopicComparison implements AutoCloseable {

    /** Hears how far it is; what it throws ends the comparison. */
    public interface Progress {
        /**
         * @param records that both had, so far
         * @param bytes of these records, in the archive, uncompressed
         * @param partition of the cluster, that is being compared
         */
        void compared(long records, long bytes, TopicPartition partition);
    }

    private final Store store;
    private final Renames renames;
    private final Choice choice;
    private final Cluster cluster;
    private final Consumer<byte[], byte[]> consumer;
    private final Progress progress;
    private long records;
    private long bytes;

    /** Says which of a topic's timelines a copy was made of, or throws where nobody can tell. */
    @FunctionalInterface
    public interface Choice {
        TimelineContents of(TopicContents topic);
    }

    /**
     * @param choice which of several timelines is compared with a topic that is none of them
     */
    public TopicComparison(Store store, KafkaSettings settings, Renames renames, Choice choice, Progress progress) {
        this.store = store;
        this.renames = renames;
        this.choice = choice;
        this.cluster = new Cluster(settings);
        this.consumer = new KafkaConsumer<>(settings.reader());
        this.progress = progress;
    }

    /** Records that both had, so far. */
    public long records() {
        return records;
    }

    /** Fails where somebody has to say which timeline of the topic is meant. */
    public void requireChoice(TopicContents topic) {
        Optional<Cluster.Topic> target = cluster.topic(renames.target(topic.topic()));
        if (target.isPresent() && original(topic, target.get()).isEmpty()) {
            choice.of(topic);
        }
    }

    public List<Finding> compare(TopicContents topic) {
        String name = renames.target(topic.topic());
        Optional<Cluster.Topic> target = cluster.topic(name);
        if (target.isEmpty()) {
            return List.of(Finding.ofTopic(
                    Severity.WARNING, Kind.MISSING_TOPIC, topic.topic(), "the cluster has no topic " + name));
        }
        Optional<TimelineContents> original = original(topic, target.get());
        TimelineContents contents = original.orElseGet(() -> choice.of(topic));
        List<Finding> findings = new ArrayList<>();
        for (PartitionContents partition : contents.partitions()) {
            if (partition.partition() < target.get().partitions()) {
                findings.addAll(compare(partition, name, original.isPresent()));
            } else if (partition.records() > 0) {
                findings.add(Finding.ofTopic(
                        Severity.FAILURE,
                        Kind.DIFFERENCE,
                        topic.topic(),
                        name + "-" + partition.partition() + ": the cluster does not have this partition"));
            }
        }
        return findings;
    }

    private List<Finding> compare(PartitionContents partition, String name, boolean original) {
        TopicPartition target = new TopicPartition(name, partition.partition());
        try {
            return compare(partition, target, original);
        } catch (DamagedObjectException e) {
            return List.of(Finding.ofTopic(
                    Severity.FAILURE,
                    Kind.OBJECT,
                    partition.folder().topic(),
                    target + ": can't be compared further: " + e.getMessage()));
        }
    }

    private List<Finding> compare(PartitionContents partition, TopicPartition target, boolean original) {
        long records = this.records;
        long bytes = this.bytes;
        PartitionComparison comparison = new PartitionComparison(
                store,
                partition,
                consumer,
                target,
                compacted(target.topic()),
                (more, moreBytes) -> progress.compared(records + more, bytes + moreBytes, target));
        try {
            List<Finding> findings = original ? comparison.byOffset() : comparison.byOrder();
            this.records = records + comparison.compared();
            this.bytes = bytes + comparison.bytes();
            return findings;
        } catch (AuthorizationException e) {
            throw MissingAclException.ofConsumer(e);
        }
    }

    private boolean compacted(String name) {
        return cluster.configs(name).stream()
                .anyMatch(config -> config.name().equals(TopicConfig.CLEANUP_POLICY_CONFIG)
                        && config.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    /** What a restore would take of the cluster's own topic; empty where the archive has none of its life. */
    private static Optional<TimelineContents> original(TopicContents topic, Cluster.Topic target) {
        return Stream.concat(topic.restorable().stream(), topic.timelines().stream())
                .filter(timeline -> timeline.timeline().topicId().equals(target.id()))
                .findFirst();
    }

    @Override
    public void close() {
        consumer.close();
        cluster.close();
    }
}
