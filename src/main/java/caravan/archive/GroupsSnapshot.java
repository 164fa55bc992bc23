package caravan.archive;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.Uuid;

/**
 * Committed offsets of a cluster's consumer groups at one time.
 *
 * @param clusterId the Kafka cluster
 * @param takenAt epoch millis
 */
@JsonPropertyOrder({"format", "clusterId", "takenAt", "groups"})
public record GroupsSnapshot(String clusterId, long takenAt, List<Group> groups) implements Document {

    /** One consumer group. */
    @JsonPropertyOrder({"group", "offsets"})
    public record Group(String group, List<Committed> offsets) {
        public Group {
            Objects.requireNonNull(group, "group");
            offsets = List.copyOf(offsets);
        }
    }

    /**
     * What a group committed for one partition.
     *
     * @param topicId the life of the topic that the offset belongs to
     * @param offset the next offset that the group would read
     * @param leaderEpoch of the record before it; -1 where the group gave none
     * @param metadata the group's own text, empty where it gave none
     */
    @JsonPropertyOrder({"topic", "topicId", "partition", "offset", "leaderEpoch", "metadata"})
    public record Committed(String topic, Uuid topicId, int partition, long offset, int leaderEpoch, String metadata) {
        public Committed {
            ArchiveLayout.checkTopic(topic);
            Objects.requireNonNull(topicId, "topicId");
            Objects.requireNonNull(metadata, "metadata");
        }
    }

    public GroupsSnapshot {
        Objects.requireNonNull(clusterId, "clusterId");
        groups = List.copyOf(groups);
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static GroupsSnapshot parse(byte[] json) {
        return Json.parse(json, GroupsSnapshot.class, "the groups' snapshot");
    }
}
