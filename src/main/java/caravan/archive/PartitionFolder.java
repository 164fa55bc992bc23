package caravan.archive;

import java.util.Objects;

/**
 * Where the keys of one partition lie.
 *
 * @param topic name of the topic
 * @param timeline the life of the topic
 * @param partition number of the partition, from 0
 */
public record PartitionFolder(String topic, Timeline timeline, int partition) {

    /** @throws IllegalArgumentException if the topic's name is none that Kafka allows */
    public PartitionFolder {
        ArchiveLayout.checkTopic(topic);
        Objects.requireNonNull(timeline, "timeline");
        if (partition < 0) {
            throw new IllegalArgumentException("not a partition: " + partition);
        }
    }

    /** The folder, with a slash at its end and without the store's prefix. */
    public String path() {
        return ArchiveLayout.timelineFolder(topic, timeline) + KeyFields.digits(partition, 5) + "/";
    }

    /** A key in the folder, without the store's prefix. */
    public String key(PartitionKey key) {
        return path() + key.fileName();
    }

    @Override
    public String toString() {
        return path();
    }
}
