package caravan.prune;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What was deleted of one life of a topic, or would be, as it is told in JSON.
 *
 * @param records in the deleted objects
 * @param bytes of the deleted objects, as they were stored
 * @param leftAlone why nothing of it may be deleted; null where it may
 * @param partitions those of which something was deleted
 */
@JsonPropertyOrder({"topic", "timeline", "objects", "records", "bytes", "leftAlone", "partitions"})
public record PrunedTimeline(
        String topic,
        String timeline,
        long objects,
        long records,
        long bytes,
        String leftAlone,
        List<Partition> partitions) {

    /**
     * One partition.
     *
     * @param from first offset of the deleted objects, inclusive
     * @param next end of what was pruned, exclusive
     */
    @JsonPropertyOrder({"partition", "from", "next", "objects", "records", "bytes"})
    public record Partition(int partition, long from, long next, long objects, long records, long bytes) {

        static Partition of(PartitionPruning pruning) {
            return new Partition(
                    pruning.folder().partition(),
                    pruning.from(),
                    pruning.next(),
                    pruning.objects().size(),
                    pruning.records(),
                    pruning.bytes());
        }
    }

    static PrunedTimeline of(String topic, String timeline, String leftAlone, List<PartitionPruning> prunings) {
        return new PrunedTimeline(
                topic,
                timeline,
                prunings.stream().mapToLong(pruning -> pruning.objects().size()).sum(),
                prunings.stream().mapToLong(PartitionPruning::records).sum(),
                prunings.stream().mapToLong(PartitionPruning::bytes).sum(),
                leftAlone,
                prunings.stream()
                        .filter(pruning -> !pruning.objects().isEmpty())
                        .map(Partition::of)
                        .toList());
    }
}
