package caravan.restore;

import caravan.archive.RestoreDocument;
import java.util.List;

/**
 * How a restore ended.
 *
 * @param restoreId name of the restore
 * @param earlier whether it had come to its end before, so that nothing was done now
 * @param attention what a person should look at: gaps, settings that stayed as they were while restoring; empty if nothing
 */
public record RestoreReport(
        String restoreId,
        boolean earlier,
        List<TopicReport> topics,
        long records,
        long objects,
        long bytes,
        List<String> attention) {

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
                document.attention());
    }
}
