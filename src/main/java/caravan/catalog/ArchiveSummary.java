package caravan.catalog;

import caravan.archive.ArchiveDocument;
import caravan.archive.TopicSnapshot;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What an archive holds, as it is told in JSON.
 *
 * @param store the store's URL
 * @param createdAt when the archive was begun, epoch millis
 * @param missingTopics topics that were asked for by name, and are not there
 * @param foreignFiles number of keys that are none of an archive's, outside of the topics' folders
 */
@JsonPropertyOrder({"store", "archiveId", "createdAt", "topics", "missingTopics", "foreignFiles"})
public record ArchiveSummary(
        String store,
        String archiveId,
        long createdAt,
        List<Topic> topics,
        List<String> missingTopics,
        long foreignFiles) {

    /** One topic; {@code foreignFiles} counts the keys in its folder that are none of an archive's. */
    @JsonPropertyOrder({"topic", "timelines", "foreignFiles"})
    public record Topic(String topic, List<Timeline> timelines, long foreignFiles) {

        /** What {@link Catalog} found of it. */
        public static Topic of(TopicContents contents) {
            return new Topic(
                    contents.topic(),
                    contents.timelines().stream().map(Timeline::of).toList(),
                    contents.foreign().size());
        }
    }

    /**
     * One life of a topic.
     *
     * @param clusterId null where the snapshots are damaged
     * @param begunAt epoch millis; null where the snapshots are damaged
     * @param complete whether a baseline has all that was there when it began; true of what is no baseline
     * @param records what a restore would produce; an upper bound where {@code recordsExact} is false
     * @param bytes of all objects, as stored
     * @param baseTimestamp smallest base timestamp of a batch, epoch millis; null without records
     * @param maxTimestamp upper bound of the records' timestamps, epoch millis; null without records
     * @param gaps number of ranges that can never be stored any more
     * @param holes number of ranges that nothing answers for
     * @param damage what is wrong with the snapshots; null where nothing is
     */
    @JsonPropertyOrder({
        "timeline",
        "clusterId",
        "begunAt",
        "complete",
        "partitions",
        "objects",
        "records",
        "recordsExact",
        "bytes",
        "baseTimestamp",
        "maxTimestamp",
        "gaps",
        "holes",
        "damage"
    })
    public record Timeline(
            String timeline,
            String clusterId,
            Long begunAt,
            boolean complete,
            int partitions,
            long objects,
            long records,
            boolean recordsExact,
            long bytes,
            Long baseTimestamp,
            Long maxTimestamp,
            long gaps,
            long holes,
            String damage) {

        private static Timeline of(TimelineContents contents) {
            return new Timeline(
                    contents.timeline().folder(),
                    contents.newest().map(TopicSnapshot::clusterId).orElse(null),
                    contents.first().map(TopicSnapshot::takenAt).orElse(null),
                    contents.complete(),
                    contents.partitions().size(),
                    contents.objects(),
                    contents.records(),
                    contents.partitions().stream()
                            .allMatch(partition -> partition.coverage().exactRecords()),
                    contents.bytes(),
                    contents.baseTimestamp().orElse(null),
                    contents.maxTimestamp().orElse(null),
                    contents.partitions().stream()
                            .mapToLong(partition -> partition.coverage().gaps().size())
                            .sum(),
                    contents.partitions().stream()
                            .mapToLong(partition -> partition.coverage().holes().size())
                            .sum(),
                    contents.damage().orElse(null));
        }
    }

    /** The whole archive. Blocking, one listing; throws as {@link Catalog#requireArchive} does. */
    public static ArchiveSummary of(Store store) {
        Catalog catalog = new Catalog(store);
        ArchiveDocument archive = catalog.requireArchive();
        List<Store.Entry> foreign = new ArrayList<>();
        List<Topic> topics = catalog.contents(foreign::add).map(Topic::of).toList();
        return new ArchiveSummary(
                store.location(), archive.archiveId(), archive.createdAt(), topics, List.of(), foreign.size());
    }
}
