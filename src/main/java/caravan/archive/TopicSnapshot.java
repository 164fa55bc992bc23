package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
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
    "endOffsets"
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
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Integer, Long> endOffsets)
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

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(Map<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static TopicSnapshot parse(byte[] json) {
        return Json.parse(json, TopicSnapshot.class, "the topic's snapshot");
    }
}
