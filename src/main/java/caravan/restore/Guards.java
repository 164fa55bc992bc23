package caravan.restore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Settings that a topic has while it is restored, so that the broker keeps what arrives as it arrives: nothing is deleted for
 * its age or size, nothing compacted, no timestamp replaced or refused, no batch too large, nothing compressed again.
 */
final class Guards {
    private static final String NO_LIMIT = Long.toString(Long.MAX_VALUE);

    /** A batch must fit into one request ({@code socket.request.max.bytes}, 100 MiB unless set) with room for its envelope. */
    private static final String MAX_BATCH = Integer.toString(100 * 1024 * 1024 - 64 * 1024);

    private static final Map<String, String> WHILE_RESTORING = new LinkedHashMap<>();

    static {
        WHILE_RESTORING.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
        WHILE_RESTORING.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        WHILE_RESTORING.put(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, NO_LIMIT);
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, NO_LIMIT);
        WHILE_RESTORING.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MAX_BATCH);
        WHILE_RESTORING.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(1 << 30));
        WHILE_RESTORING.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
    }

    private Guards() {}

    /** Changes that set the guards on a topic. */
    static List<AlterConfigOp> set() {
        List<AlterConfigOp> changes = new ArrayList<>();
        WHILE_RESTORING.forEach(
                (name, value) -> changes.add(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
        return changes;
    }

    /** The settings of a topic that is created with the guards. */
    static Map<String, String> over(Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>(own);
        all.putAll(WHILE_RESTORING);
        return all;
    }

    /** Whether a topic has all of them, as one has whose restore did not come to its end. */
    static boolean standing(List<ConfigEntry> configs) {
        Map<String, String> values = new LinkedHashMap<>();
        configs.stream().filter(Guards::ofTopic).forEach(config -> values.put(config.name(), config.value()));
        return WHILE_RESTORING.entrySet().stream()
                .allMatch(guard -> guard.getValue().equals(values.get(guard.getKey())));
    }

    /**
     * Changes that put a topic's own settings back, each only where the value still is the guard's.
     *
     * @param now the topic's settings as they are
     * @param own the settings that the topic is to have
     * @param leave names of guards that are to stay
     */
    static List<AlterConfigOp> settle(List<ConfigEntry> now, Map<String, String> own, List<String> leave) {
        List<AlterConfigOp> changes = new ArrayList<>();
        for (ConfigEntry entry : now) {
            String guard = WHILE_RESTORING.get(entry.name());
            if (guard == null || !ofTopic(entry) || !guard.equals(entry.value()) || leave.contains(entry.name())) {
                continue;
            }
            Optional<String> value = Optional.ofNullable(own.get(entry.name()));
            if (value.isEmpty() || !value.get().equals(guard)) {
                changes.add(value.map(old -> new AlterConfigOp(new ConfigEntry(entry.name(), old), OpType.SET))
                        .orElseGet(() -> new AlterConfigOp(new ConfigEntry(entry.name(), null), OpType.DELETE)));
            }
        }
        return changes;
    }

    private static boolean ofTopic(ConfigEntry entry) {
        return entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
    }
}
