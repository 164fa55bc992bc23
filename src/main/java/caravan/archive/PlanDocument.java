package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a restore is going to do, frozen before its first record: a run that goes on after another was cut off does the same.
 *
 * @param restoreId name of the restore
 * @param archiveId the archive that it reads
 * @param clusterId the Kafka cluster that it fills
 * @param createdAt epoch millis
 * @param parameters what it was asked for, without what has its default
 * @param topics in the order of their names
 */
@JsonPropertyOrder({"format", "restoreId", "archiveId", "clusterId", "createdAt", "parameters", "topics"})
public record PlanDocument(
        String restoreId,
        String archiveId,
        String clusterId,
        long createdAt,
        Map<String, String> parameters,
        List<Topic> topics)
        implements Document {

    /**
     * One topic.
     *
     * @param source its name in the archive
     * @param timeline the life of it that is restored
     * @param snapshot what was last known of it when it was backed up
     * @param target what it is to become
     */
    @JsonPropertyOrder({"source", "timeline", "snapshot", "target", "partitions"})
    public record Topic(
            String source, String timeline, TopicSnapshot snapshot, Target target, List<Partition> partitions) {
        public Topic {
            ArchiveLayout.checkTopic(source);
            Objects.requireNonNull(timeline, "timeline");
            Objects.requireNonNull(snapshot, "snapshot");
            Objects.requireNonNull(target, "target");
            partitions = List.copyOf(partitions);
        }
    }

    /**
     * A topic of the cluster, as it was before anything was changed, and as it is to be at the end.
     *
     * @param topic its name
     * @param topicId its id; empty where it was not there
     * @param replicationFactor for one that is to be created; -1 leaves it to the brokers
     * @param startOffsets by partition, where the first restored record comes to lie, if not at 0
     * @param settings its own at the end
     * @param retention settings by which Kafka deletes records at the end, its own or the brokers'
     * @param remarks what a person should look at of its settings, a sentence each
     * @param notes where settings that it has by the brokers differ from those that the source had, a sentence each
     */
    @JsonPropertyOrder({
        "topic",
        "topicId",
        "replicationFactor",
        "startOffsets",
        "settings",
        "retention",
        "remarks",
        "notes"
    })
    public record Target(
            String topic,
            String topicId,
            int replicationFactor,
            Map<Integer, Long> startOffsets,
            Map<String, String> settings,
            Map<String, String> retention,
            List<String> remarks,
            List<String> notes) {
        public Target {
            ArchiveLayout.checkTopic(topic);
            Objects.requireNonNull(topicId, "topicId");
            startOffsets = sorted(startOffsets);
            settings = sorted(settings);
            retention = sorted(retention);
            remarks = List.copyOf(remarks);
            notes = List.copyOf(notes);
        }

        /** Whether it was there before. */
        public boolean existed() {
            return !topicId.isEmpty();
        }
    }

    /**
     * One partition.
     *
     * @param timeline folder that its objects lie in, where that is another than the topic's; else null
     * @param objects what is read, in the order of their offsets
     * @param gaps what is missing, in order
     */
    @JsonPropertyOrder({"partition", "timeline", "objects", "gaps"})
    public record Partition(
            int partition,
            @JsonInclude(JsonInclude.Include.NON_NULL) String timeline,
            List<StoredRange> objects,
            List<Gap> gaps) {
        public Partition {
            objects = List.copyOf(objects);
            gaps = List.copyOf(gaps);
        }
    }

    /**
     * What is read of one object.
     *
     * @param file name of the object in its partition's folder
     * @param size bytes of the whole object
     * @param from first offset, inclusive
     * @param next end, exclusive
     */
    @JsonPropertyOrder({"file", "size", "from", "next"})
    public record StoredRange(String file, long size, long from, long next) {
        public StoredRange {
            Objects.requireNonNull(file, "file");
        }
    }

    /**
     * Offsets whose records are missing.
     *
     * @param reason as in the gap's document; missing where nobody knows
     */
    @JsonPropertyOrder({"reason", "from", "next"})
    public record Gap(@JsonInclude(JsonInclude.Include.NON_NULL) GapDocument.Reason reason, long from, long next) {}

    public PlanDocument {
        ArchiveLayout.checkName(restoreId);
        Objects.requireNonNull(archiveId, "archiveId");
        Objects.requireNonNull(clusterId, "clusterId");
        parameters = sorted(parameters);
        topics = List.copyOf(topics);
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(Map<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static PlanDocument parse(byte[] json) {
        return Json.parse(json, PlanDocument.class, "the restore's plan");
    }
}
