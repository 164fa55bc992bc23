package caravan.restore;

import caravan.restore.RestorePlan.TopicPlan;
import java.util.List;
import org.apache.kafka.clients.admin.ConfigEntry;
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
    static Retention of(List<ConfigEntry> effective) {
        return new Retention(
                value(effective, TopicConfig.CLEANUP_POLICY_CONFIG).contains("delete"),
                Long.parseLong(value(effective, TopicConfig.RETENTION_MS_CONFIG)),
                Long.parseLong(value(effective, TopicConfig.RETENTION_BYTES_CONFIG)));
    }

    private static String value(List<ConfigEntry> effective, String name) {
        return effective.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .map(ConfigEntry::value)
                .orElseThrow(() -> new IllegalStateException("the cluster does not say what " + name + " is"));
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
