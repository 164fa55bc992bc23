package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * What a topic was like at one time. A new one is written only when something changed.
 *
 * @param configs effective settings by name, each with where it came from
 * @param clusterId the Kafka cluster that the topic was in
 * @param takenAt epoch millis
 * @param startOffsets by partition, where the backup of this timeline begins; in its first snapshot only, else empty
 * @param endOffsets by partition, the end when a baseline began, exclusive: it is complete when they are covered; in a baseline's
 *     first snapshot only, else empty
 * @param completeAt when a baseline was found to be complete, epoch millis: what is missing of it since then is damage. In later
 *     snapshots of a complete baseline only, else null
 */
@JsonPropertyOrder({
    "format",
    "name",
    "topicId",
    "partitions",
    "replicationFactor",
    "configs",
    "clusterId",
    "takenAt",
    "startOffsets",
    "endOffsets",
    "completeAt"
})
public record TopicSnapshot(
        String name,
        Uuid topicId,
        int partitions,
        int replicationFactor,
        Map<String, Config> configs,
        String clusterId,
        long takenAt,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Integer, Long> startOffsets,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Integer, Long> endOffsets,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long completeAt)
        implements Document {

    /** Where an effective setting came from. */
    public enum Source {
        /** It was set on the topic. */
        @JsonProperty("topic")
        TOPIC,
        /** It was set on a broker, or on all. */
        @JsonProperty("broker")
        BROKER,
        /** It was set nowhere. */
        @JsonProperty("default")
        DEFAULT
    }

    /** One effective setting. */
    @JsonPropertyOrder({"value", "source"})
    public record Config(String value, Source source) {
        public Config {
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(source, "source");
        }
    }

    public TopicSnapshot {
        ArchiveLayout.checkTopic(name);
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(clusterId, "clusterId");
        configs = sorted(configs);
        startOffsets = startOffsets == null ? Map.of() : sorted(startOffsets);
        endOffsets = endOffsets == null ? Map.of() : sorted(endOffsets);
    }

    /** A snapshot that says nothing of a baseline's end. */
    public TopicSnapshot(
            String name,
            Uuid topicId,
            int partitions,
            int replicationFactor,
            Map<String, Config> configs,
            String clusterId,
            long takenAt,
            Map<Integer, Long> startOffsets,
            Map<Integer, Long> endOffsets) {
        this(name, topicId, partitions, replicationFactor, configs, clusterId, takenAt, startOffsets, endOffsets, null);
    }

    /** The same as the first snapshot of a baseline that ends there. */
    public TopicSnapshot endingAt(Map<Integer, Long> ends) {
        return with(takenAt, startOffsets, ends, null);
    }

    /** The same as a later snapshot, which has no offsets. */
    public TopicSnapshot later(OptionalLong complete) {
        return with(takenAt, Map.of(), Map.of(), complete.isPresent() ? complete.getAsLong() : null);
    }

    /** The same as of another time. */
    public TopicSnapshot at(long millis) {
        return with(millis, startOffsets, endOffsets, completeAt);
    }

    private TopicSnapshot with(long taken, Map<Integer, Long> starts, Map<Integer, Long> ends, Long complete) {
        return new TopicSnapshot(
                name, topicId, partitions, replicationFactor, configs, clusterId, taken, starts, ends, complete);
    }

    /** When a baseline was found to be complete, epoch millis; empty where it was not, and for what is no baseline. */
    public OptionalLong completed() {
        return completeAt == null ? OptionalLong.empty() : OptionalLong.of(completeAt);
    }

    /** Whether the log cleaner takes records of a key away that have successors. */
    public boolean compacted() {
        return configs.containsKey("cleanup.policy")
                && configs.get("cleanup.policy").value().contains("compact");
    }

    /** The value of an effective setting, as a number; empty where it is none. */
    public OptionalLong number(String config) {
        try {
            return configs.containsKey(config)
                    ? OptionalLong.of(Long.parseLong(configs.get(config).value()))
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(Map<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static TopicSnapshot parse(byte[] json) {
        return Json.parse(json, TopicSnapshot.class, "the topic's snapshot");
    }
}
