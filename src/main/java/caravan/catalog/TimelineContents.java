package caravan.catalog;

import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an archive holds of one life of a topic.
 *
 * @param first the oldest snapshot, which has the start offsets; empty where it is missing or damaged
 * @param newest the newest snapshot; empty where it is missing or damaged
 * @param damage what is wrong with the snapshots; empty where nothing is
 * @param partitions by number, also those of the newest snapshot that have no keys
 */
public record TimelineContents(
        String topic,
        Timeline timeline,
        Optional<TopicSnapshot> first,
        Optional<TopicSnapshot> newest,
        Optional<String> damage,
        List<PartitionContents> partitions) {

    public TimelineContents {
        partitions = List.copyOf(partitions);
    }

    /** Whether there is any record. */
    public boolean hasData() {
        return records() > 0;
    }

    /** Number of objects, over all partitions. */
    public long objects() {
        return partitions.stream()
                .mapToLong(partition -> partition.objects().size())
                .sum();
    }

    /** Records that a restore would produce; an upper bound where objects overlap. */
    public long records() {
        return partitions.stream().mapToLong(PartitionContents::records).sum();
    }

    /** Bytes of all objects, as they are stored. */
    public long bytes() {
        return partitions.stream().mapToLong(PartitionContents::bytes).sum();
    }

    /** Smallest base timestamp of a batch, epoch millis; single records may be older. Empty without records. */
    public Optional<Long> baseTimestamp() {
        return partitions.stream()
                .flatMap(partition -> partition.baseTimestamp().stream())
                .min(Long::compare);
    }

    /** Upper bound of the records' timestamps, epoch millis; empty without records. */
    public Optional<Long> maxTimestamp() {
        return partitions.stream()
                .flatMap(partition -> partition.maxTimestamp().stream())
                .max(Long::compare);
    }

    /**
     * Whether a baseline reaches what was there when it began, or did: then what is missing of it is damage. Always true of what is
     * no baseline.
     */
    public boolean complete() {
        return timeline.baseline() == 0 || completed().isPresent() || reachesItsEnd();
    }

    /** When a baseline was found to be complete, epoch millis; empty where it says nothing of that, and for what is no baseline. */
    public OptionalLong completed() {
        return newest.map(TopicSnapshot::completed).orElse(OptionalLong.empty());
    }

    private boolean reachesItsEnd() {
        return first.isPresent()
                && first.get().endOffsets().entrySet().stream().allMatch(end -> partitions.stream()
                        .anyMatch(partition -> partition.partition() == end.getKey()
                                && partition.coverage().next() >= end.getValue()));
    }

    /** When the timeline began, epoch millis; -1 where its first snapshot is missing or damaged. */
    public long begunAt() {
        return first.map(TopicSnapshot::takenAt).orElse(-1L);
    }
}
