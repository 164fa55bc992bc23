package caravan.manage;

import caravan.archive.TopicSnapshot;
import caravan.kafka.Cluster;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;

/**
 * A topic of Kafka as it is now, as it is told in JSON.
 *
 * @param internal whether it is one of Kafka's own
 * @param configs effective settings, in the order of their names
 */
@JsonPropertyOrder({"topic", "topicId", "internal", "partitions", "configs"})
record ClusterTopic(String topic, String topicId, boolean internal, List<Partition> partitions, List<Setting> configs) {

    /**
     * One partition.
     *
     * @param leader id of a broker; null where there is none
     * @param start offset of the oldest record, inclusive; null where the leader does not tell
     * @param end of the log, exclusive; null where the leader does not tell
     */
    @JsonPropertyOrder({"partition", "leader", "replicas", "inSync", "start", "end"})
    record Partition(
            int partition, Integer leader, List<Integer> replicas, List<Integer> inSync, Long start, Long end) {}

    /**
     * One setting.
     *
     * @param value null where the brokers keep it to themselves
     */
    @JsonPropertyOrder({"name", "value", "source"})
    record Setting(String name, String value, TopicSnapshot.Source source) {}

    /**
     * Asks a cluster. Blocking; throws {@link org.apache.kafka.common.KafkaException}.
     *
     * @return empty where there is no such topic
     */
    static Optional<ClusterTopic> of(Cluster cluster, String name) {
        if (!Topic.isValid(name)) {
            return Optional.empty();
        }
        return cluster.layout(name).map(layout -> of(cluster, layout));
    }

    private static ClusterTopic of(Cluster cluster, Cluster.Layout layout) {
        String name = layout.topic().name();
        Map<TopicPartition, Cluster.Extent> extents = cluster.extents(Cluster.partitions(layout.topic()));
        return new ClusterTopic(
                name,
                layout.topic().id().toString(),
                Topic.isInternal(name),
                layout.partitions().stream()
                        .map(placement -> partition(
                                placement,
                                Optional.ofNullable(extents.get(new TopicPartition(name, placement.partition())))))
                        .toList(),
                cluster.configs(name).stream()
                        .sorted(Comparator.comparing(ConfigEntry::name))
                        .map(entry -> new Setting(entry.name(), entry.value(), Cluster.source(entry)))
                        .toList());
    }

    private static Partition partition(Cluster.Placement placement, Optional<Cluster.Extent> extent) {
        return new Partition(
                placement.partition(),
                placement.leader().isPresent() ? placement.leader().getAsInt() : null,
                placement.replicas(),
                placement.inSync(),
                extent.map(Cluster.Extent::start).orElse(null),
                extent.map(Cluster.Extent::end).orElse(null));
    }
}
