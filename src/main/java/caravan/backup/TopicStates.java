package caravan.backup;

import caravan.archive.TopicSnapshot;
import caravan.kafka.Cluster;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.ConfigEntry;

/** What is kept of a topic beside its records. */
final class TopicStates {
    private TopicStates() {}

    /** A topic as it is now, with the offsets at which its backup begins if this is its first snapshot. */
    static TopicSnapshot snapshot(Cluster cluster, String clusterId, Cluster.Topic topic) {
        Map<String, TopicSnapshot.Config> configs = new TreeMap<>();
        for (ConfigEntry entry : cluster.configs(topic.name())) {
            // The broker keeps the value of a sensitive setting to itself.
            if (entry.value() != null) {
                configs.put(entry.name(), new TopicSnapshot.Config(entry.value(), Cluster.source(entry)));
            }
        }
        Map<Integer, Long> starts = new TreeMap<>();
        cluster.logStarts(Cluster.partitions(topic))
                .forEach((partition, offset) -> starts.put(partition.partition(), offset));
        return new TopicSnapshot(
                topic.name(),
                topic.id(),
                topic.partitions(),
                topic.replicationFactor(),
                configs,
                clusterId,
                System.currentTimeMillis(),
                starts,
                Map.of());
    }
}
