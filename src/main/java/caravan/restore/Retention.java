package caravan.restore;

import caravan.archive.ObjectKey;
import caravan.archive.PartitionKey;
import caravan.archive.PlanDocument;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What Kafka would delete of a topic once its own settings apply.
 *
 * @param deletes whether the cleanup policy has {@code delete}
 * @param millis age in milliseconds at which a segment is deleted, by its largest timestamp; -1 for never
 * @param bytes size of a partition in bytes beyond which its oldest segments are deleted; -1 for never
 */
record Retention(boolean deletes, long millis, long bytes) {

    /** By a topic's effective settings, its own or the brokers'. */
    static Retention of(Map<String, String> effective) {
        return new Retention(
                effective.get(TopicConfig.CLEANUP_POLICY_CONFIG).contains("delete"),
                Long.parseLong(effective.get(TopicConfig.RETENTION_MS_CONFIG)),
                Long.parseLong(effective.get(TopicConfig.RETENTION_BYTES_CONFIG)));
    }

    /**
     * Whether any restored record is older or further back than retention reaches. Careful: a segment goes as a whole, by its
     * newest record, so not every such record would really go; and what size a partition has that nobody knows is taken
     * for too large.
     */
    boolean wouldDelete(PlanDocument.Topic topic, GuardSettlement.LogBytes logBytes, long now) {
        if (!deletes) {
            return false;
        }
        OptionalLong oldest = topic.partitions().stream()
                .flatMap(partition -> partition.objects().stream())
                .flatMap(object -> PartitionKey.parse(object.file()).stream())
                .filter(ObjectKey.class::isInstance)
                .mapToLong(key -> ((ObjectKey) key).maxTimestamp())
                .min();
        boolean tooOld = millis >= 0 && oldest.isPresent() && oldest.getAsLong() < now - millis;
        boolean tooLarge = bytes >= 0
                && IntStream.range(0, PlanDocuments.partitionCount(topic))
                        .mapToObj(partition -> new TopicPartition(topic.target().topic(), partition))
                        .anyMatch(partition -> logBytes.of(partition).orElse(Long.MAX_VALUE) > bytes);
        return tooOld || tooLarge;
    }
}
