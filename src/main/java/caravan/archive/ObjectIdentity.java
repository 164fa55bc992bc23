package caravan.archive;

import java.util.Objects;

/**
 * What an object's manifest says about where it comes from.
 *
 * @param archiveId the archive that it belongs to
 * @param clusterId the Kafka cluster that it is read from
 * @param topic name of the topic
 * @param timeline the life of the topic
 * @param partition number of the partition, from 0
 * @param writer which program writes it
 */
public record ObjectIdentity(
        String archiveId, String clusterId, String topic, Timeline timeline, int partition, String writer) {

    public ObjectIdentity {
        Objects.requireNonNull(archiveId, "archiveId");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(writer, "writer");
        // The same checks as for its folder.
        new PartitionFolder(topic, timeline, partition);
    }
}
