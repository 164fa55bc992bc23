package caravan.restore;

import caravan.archive.GapDocument;
import caravan.archive.ObjectKey;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What a restore is going to do.
 *
 * @param topics in the order of their names
 * @param selection which of their records are wanted
 */
public record RestorePlan(List<TopicPlan> topics, Selection selection) {

    /**
     * One topic.
     *
     * @param source its name in the archive
     * @param timeline the life of it that is restored
     * @param target its name in the cluster
     * @param snapshot what was last known of it when it was backed up
     */
    public record TopicPlan(
            String source, Timeline timeline, String target, TopicSnapshot snapshot, List<PartitionPlan> partitions) {

        /** How many partitions the topic needs: it may have got more after its last snapshot. */
        public int partitionCount() {
            return Math.max(
                    snapshot.partitions(),
                    partitions.stream()
                            .mapToInt(partition -> partition.source().partition() + 1)
                            .max()
                            .orElse(0));
        }

        /** Records in all objects; an upper bound where objects overlap, or only some of their records are wanted. */
        public long records() {
            return partitions.stream().mapToLong(PartitionPlan::records).sum();
        }

        /** Bytes of objects to be read. */
        public long bytes() {
            return partitions.stream().mapToLong(PartitionPlan::bytes).sum();
        }

        /** Largest record timestamp, epoch millis; -1 where there is no record. */
        public long maxTimestamp() {
            return partitions.stream()
                    .flatMap(partition -> partition.objects().stream())
                    .mapToLong(object -> object.object().maxTimestamp())
                    .max()
                    .orElse(-1);
        }

        /** Smallest of the objects' largest timestamps, epoch millis; Long.MAX_VALUE where there is no record. */
        public long oldestMaxTimestamp() {
            return partitions.stream()
                    .flatMap(partition -> partition.objects().stream())
                    .filter(object -> object.object().records() > 0)
                    .mapToLong(object -> object.object().maxTimestamp())
                    .min()
                    .orElse(Long.MAX_VALUE);
        }

        /** Ranges of which records are missing. */
        public long gaps() {
            return partitions.stream()
                    .mapToLong(partition -> partition.gaps().size())
                    .sum();
        }
    }

    /**
     * One partition.
     *
     * @param objects in the order of their offsets
     * @param gaps what is missing between and of them, in order
     */
    public record PartitionPlan(
            TopicPartition source, TopicPartition target, List<ObjectPlan> objects, List<Gap> gaps) {

        public long records() {
            return objects.stream()
                    .mapToLong(object -> object.object().records())
                    .sum();
        }

        public long bytes() {
            return objects.stream().mapToLong(ObjectPlan::size).sum();
        }
    }

    /**
     * A range of offsets [from, next) of which records are missing.
     *
     * @param reason why, by the gap's document; empty where that can't be read
     */
    public record Gap(Optional<GapDocument.Reason> reason, long from, long next) {}

    /**
     * One object, and the range of offsets [from, next) that is taken from it.
     *
     * @param key key in the archive, without the store's prefix
     * @param size bytes, by LIST
     */
    public record ObjectPlan(
            String key,
            long size,
            ObjectKey object,
            Uuid topicId,
            TopicPartition source,
            TopicPartition target,
            long from,
            long next) {

        /** Whether all that the object covers is taken. */
        public boolean whole() {
            return from == object.from() && next == object.next();
        }
    }

    /** An upper bound where objects overlap, or only some of their records are wanted. */
    public long records() {
        return topics.stream().mapToLong(TopicPlan::records).sum();
    }

    /** Whether {@link #records} is the number of records that a restore produces. */
    public boolean recordsExact() {
        return selection.wholePartitions()
                && partitions().stream()
                        .flatMap(partition -> partition.objects().stream())
                        .allMatch(ObjectPlan::whole);
    }

    public long bytes() {
        return topics.stream().mapToLong(TopicPlan::bytes).sum();
    }

    /** All partitions of all topics. */
    public List<PartitionPlan> partitions() {
        return topics.stream().flatMap(topic -> topic.partitions().stream()).toList();
    }
}
