package caravan.cli;

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
import caravan.restore.Renames;
import caravan.store.Store;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;

/** Compares an archive's topics with a cluster's, partition after partition, and shows how that goes. */
final class Comparing implements AutoCloseable {
    private final Store store;
    private final Renames renames;
    private final String chosen;
    private final Cluster cluster;
    private final Consumer<byte[], byte[]> consumer;
    private final ProgressLine line;
    private long records;
    private long bytes;

    /**
     * @param chosen which of several timelines is compared: {@code newest}, a timeline's name, or ""
     */
    Comparing(Store store, KafkaSettings settings, Renames renames, String chosen, PrintWriter err) {
        this.store = store;
        this.renames = renames;
        this.chosen = chosen;
        this.cluster = new Cluster(settings);
        this.consumer = new KafkaConsumer<>(settings.reader());
        this.line = new ProgressLine(err);
    }

    /** Records that both had, so far. */
    long records() {
        return records;
    }

    /** Fails where somebody has to say which timeline of the topic is meant. */
    void requireChoice(TopicContents topic) {
        Optional<Cluster.Topic> target = cluster.topic(renames.target(topic.topic()));
        if (target.isPresent() && original(topic, target.get()).isEmpty()) {
            copied(topic);
        }
    }

    List<Finding> compare(TopicContents topic) {
        String name = renames.target(topic.topic());
        Optional<Cluster.Topic> target = cluster.topic(name);
        if (target.isEmpty()) {
            return List.of(Finding.ofTopic(
                    Severity.WARNING, Kind.MISSING_TOPIC, topic.topic(), "the cluster has no topic " + name));
        }
        Optional<TimelineContents> original = original(topic, target.get());
        TimelineContents contents = original.orElseGet(() -> copied(topic));
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
                (more, moreBytes) -> line.show("comparing", records + more, bytes + moreBytes, target.toString()));
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

    /** The timeline that a copy was made of. */
    private TimelineContents copied(TopicContents topic) {
        return Timelines.choose(topic, chosen);
    }

    @Override
    public void close() {
        line.end();
        consumer.close();
        cluster.close();
    }
}
