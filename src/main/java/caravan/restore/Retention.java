package caravan.restore;

import caravan.restore.RestorePlan.TopicPlan;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What Kafka would delete of a topic once its own settings apply.
 *
 * @param deletes whether the cleanup policy has {@code delete}
 * @param millis age in milliseconds at which a segment is deleted, by its largest timestamp; -1 for never
 * @param bytes size of a partition in bytes beyond which its oldest segments are deleted; -1 for never
 */
record Retention(boolean deletes, long millis, long bytes) {

    /** By a topic's own settings, or what the brokers have where it has none. */
    static Retention of(List<ConfigEntry> now, Map<String, String> own) {
        return new Retention(
                value(now, own, TopicConfig.CLEANUP_POLICY_CONFIG, "delete").contains("delete"),
                Long.parseLong(value(now, own, TopicConfig.RETENTION_MS_CONFIG, "-1")),
                Long.parseLong(value(now, own, TopicConfig.RETENTION_BYTES_CONFIG, "-1")));
    }

    private static String value(List<ConfigEntry> now, Map<String, String> own, String name, String fallback) {
        if (own.containsKey(name)) {
            return own.get(name);
        }
        return now.stream()
                .filter(entry -> entry.name().equals(name))
                .flatMap(entry -> entry.synonyms().stream())
                .filter(synonym -> synonym.source() != ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .findFirst()
                .map(ConfigEntry.ConfigSynonym::value)
                .orElse(fallback);
    }

    /**
     * Whether any restored record is older or further back than retention reaches. Careful: a segment goes as a whole, by its
     * newest record, so not every such record would really go.
     */
    boolean wouldDelete(TopicPlan topic, RestoreProgress progress, long now) {
        if (!deletes) {
            return false;
        }
        boolean tooOld = millis >= 0 && topic.oldestMaxTimestamp() < now - millis;
        boolean tooLarge = bytes >= 0
                && topic.partitions().stream().anyMatch(partition -> progress.logBytes(partition.target()) > bytes);
        return tooOld || tooLarge;
    }
}
