package caravan.restore;

import java.util.List;

/**
 * How a restore ended.
 *
 * @param attention what a person should look at: gaps, settings that stayed as they were while restoring; empty if nothing
 */
public record RestoreReport(List<TopicReport> topics, long records, long objects, long bytes, List<String> attention) {

    /** One restored topic. */
    public record TopicReport(String source, String target, String timeline, int partitions, long records) {}
}
