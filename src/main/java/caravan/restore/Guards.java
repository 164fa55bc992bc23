package caravan.restore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Settings that a topic has while it is restored, so that the broker keeps what arrives as it arrives: nothing is deleted for
 * its age or size, nothing compacted, no timestamp replaced or refused, no batch too large, nothing compressed again. Brokers
 * refuse a setting that their version does not have.
 */
final class Guards {
    private static final String NO_LIMIT = Long.toString(Long.MAX_VALUE);

    /** A batch must fit into one request ({@code socket.request.max.bytes}, 100 MiB unless set) with room for its envelope. */
    private static final String MAX_BATCH = Integer.toString(100 * 1024 * 1024 - 64 * 1024);

    /** Both limits of timestamps in one, before 3.6. Until 3.9 it is in force where the two are as shipped; gone in 4.0 (KIP-937). */
    private static final String TIMESTAMP_DIFFERENCE = "message.timestamp.difference.max.ms";

    /** Of the messages of a topic. In force before 3.0 (KIP-724); gone in 4.0. */
    private static final String FORMAT = "message.format.version";

    /** A topic of an older one takes neither record headers nor the sequence numbers of an idempotent producer. */
    private static final String FIRST_FORMAT_OF_BATCHES = "0.11.0";

    private static final Pattern OLDER_FORMAT = Pattern.compile("0\\.(8|9|10)\\b.*");

    private static final Set<String> OF_SOME_VERSIONS = Set.of(
            TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG,
            TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
            TIMESTAMP_DIFFERENCE,
            FORMAT);

    private static final Map<String, String> WHILE_RESTORING = new LinkedHashMap<>();

    static {
        WHILE_RESTORING.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
        WHILE_RESTORING.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        WHILE_RESTORING.put(TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, NO_LIMIT);
        WHILE_RESTORING.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, NO_LIMIT);
        WHILE_RESTORING.put(TIMESTAMP_DIFFERENCE, NO_LIMIT);
        WHILE_RESTORING.put(FORMAT, FIRST_FORMAT_OF_BATCHES);
        WHILE_RESTORING.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, MAX_BATCH);
        WHILE_RESTORING.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(1 << 30));
        WHILE_RESTORING.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
    }

    private Guards() {}

    /**
     * Changes that set the guards on a topic, less what somebody gave it since the restore was planned: that stays.
     *
     * @param effective the topic's settings, its own and the brokers'
     * @param own the settings that the topic is to have at last
     */
    static List<AlterConfigOp> set(List<ConfigEntry> effective, Map<String, String> own) {
        Map<String, String> now = ofTopic(effective);
        List<AlterConfigOp> changes = new ArrayList<>();
        needed(effective).forEach((name, value) -> {
            String is = now.get(name);
            if (is == null || is.equals(own.get(name))) {
                changes.add(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET));
            }
        });
        return changes;
    }

    private static Map<String, String> ofTopic(List<ConfigEntry> effective) {
        Map<String, String> values = new LinkedHashMap<>();
        effective.stream().filter(Guards::ofTopic).forEach(config -> values.put(config.name(), config.value()));
        return values;
    }

    /**
     * The settings of a topic that is created with the guards.
     *
     * @param own the settings that it is to have at last
     * @param effective the ones that would apply without guards, its own and the brokers'
     */
    static Map<String, String> over(Map<String, String> own, List<ConfigEntry> effective) {
        Map<String, String> all = new LinkedHashMap<>(own);
        all.putAll(needed(effective));
        return all;
    }

    /** Whether a topic has all that it needs, as one has whose restore did not come to its end. */
    static boolean standing(List<ConfigEntry> effective) {
        Map<String, String> values = ofTopic(effective);
        return needed(effective).entrySet().stream()
                .allMatch(guard -> guard.getValue().equals(values.get(guard.getKey())));
    }

    /** Whether retention is off by a topic's own settings, as the guards have it. */
    static boolean retentionOff(List<ConfigEntry> now) {
        return now.stream()
                .anyMatch(entry -> ofTopic(entry)
                        && (entry.name().equals(TopicConfig.RETENTION_MS_CONFIG)
                                || entry.name().equals(TopicConfig.RETENTION_BYTES_CONFIG))
                        && "-1".equals(entry.value()));
    }

    /** All guards but those that not every version has, and this one has not or needs not. */
    private static Map<String, String> needed(List<ConfigEntry> effective) {
        Map<String, String> values = new LinkedHashMap<>();
        effective.forEach(config -> values.put(config.name(), config.value()));
        Map<String, String> needed = new LinkedHashMap<>(WHILE_RESTORING);
        needed.keySet().removeIf(name -> OF_SOME_VERSIONS.contains(name) && !values.containsKey(name));
        if (!OLDER_FORMAT.matcher(values.getOrDefault(FORMAT, "")).matches()) {
            needed.remove(FORMAT);
        }
        return needed;
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

    /**
     * What a topic has where the restore has its guards, and that is neither these nor the topic's own: somebody set it meanwhile.
     *
     * @param now the topic's settings as they are
     * @param own the settings that the topic is to have
     */
    static Map<String, String> strange(List<ConfigEntry> now, Map<String, String> own) {
        Map<String, String> strange = new TreeMap<>(ofTopic(now));
        strange.entrySet()
                .removeIf(entry -> !WHILE_RESTORING.containsKey(entry.getKey())
                        || entry.getValue().equals(WHILE_RESTORING.get(entry.getKey()))
                        || entry.getValue().equals(own.get(entry.getKey())));
        return strange;
    }

    private static boolean ofTopic(ConfigEntry entry) {
        return entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
    }
}
