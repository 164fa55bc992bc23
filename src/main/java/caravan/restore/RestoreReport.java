package caravan.restore;

import caravan.archive.RestoreDocument;
import java.util.ArrayList;
import java.util.List;

/**
 * How a restore ended.
 *
 * @param restoreId name of the restore
 * @param earlier whether it had come to its end before, so that nothing was done now
 * @param compared records that were read again, and are equal to the archive's; 0 where that was not asked for
 * @param groups offsets that consumer groups got
 * @param attention what a person should look at: gaps, settings that stayed as they were while restoring; empty if nothing
 */
public record RestoreReport(
        String restoreId,
        boolean earlier,
        List<TopicReport> topics,
        long records,
        long objects,
        long bytes,
        long compared,
        List<GroupOffset> groups,
        List<String> attention) {

    /**
     * Where a consumer group goes on.
     *
     * @param topic in the cluster
     * @param source offset that it had committed in the source
     * @param offset that it has now
     */
    public record GroupOffset(String group, String topic, int partition, long source, long offset) {
        static GroupOffset of(GroupRestore.Move move) {
            return new GroupOffset(
                    move.group(), move.target().topic(), move.target().partition(), move.source(), move.offset());
        }
    }

    /** One restored topic. */
    public record TopicReport(String source, String target, String timeline, int partitions, long records) {}

    /** The end of a restore that is not done again. */
    public static RestoreReport earlier(RestoreDocument document) {
        return new RestoreReport(
                document.restoreId(),
                true,
                document.topics().stream()
                        .map(topic -> new TopicReport(
                                topic.source(), topic.target(), topic.timeline(), topic.partitions(), topic.records()))
                        .toList(),
                document.records(),
                document.objects(),
                document.bytes(),
                0,
                List.of(),
                document.attention());
    }

    /** The same, and how many records were compared. */
    RestoreReport compared(long records) {
        return new RestoreReport(restoreId, earlier, topics, this.records, objects, bytes, records, groups, attention);
    }

    /** The same, and what became of consumer groups. */
    RestoreReport with(List<GroupOffset> offsets, List<String> more) {
        List<String> all = new ArrayList<>(attention);
        all.addAll(more);
        return new RestoreReport(restoreId, earlier, topics, records, objects, bytes, compared, offsets, all);
    }
}
