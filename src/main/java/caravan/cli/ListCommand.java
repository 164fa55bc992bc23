package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code list}: what an archive holds. */
@Command(name = "list", description = "Lists the topics of an archive: timelines, objects, records, bytes, time range.")
final class ListCommand implements Callable<Integer> {

    /**
     * What {@code --output json} prints.
     *
     * @param store the store's URL
     * @param createdAt when the archive was begun, epoch millis
     * @param missingTopics topics that were asked for by name, and are not there
     * @param foreignFiles number of keys that are none of an archive's, outside of the topics' folders
     */
    @JsonPropertyOrder({"store", "archiveId", "createdAt", "topics", "missingTopics", "foreignFiles"})
    record Result(
            String store,
            String archiveId,
            long createdAt,
            List<Topic> topics,
            List<String> missingTopics,
            long foreignFiles) {}

    /** One topic; {@code foreignFiles} counts the keys in its folder that are none of an archive's. */
    @JsonPropertyOrder({"topic", "timelines", "foreignFiles"})
    record Topic(String topic, List<Timeline> timelines, long foreignFiles) {}

    /**
     * One life of a topic.
     *
     * @param clusterId null where the snapshots are damaged
     * @param begunAt epoch millis; null where the snapshots are damaged
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
    record Timeline(
            String timeline,
            String clusterId,
            Long begunAt,
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

        static Timeline of(TimelineContents contents) {
            return new Timeline(
                    contents.timeline().folder(),
                    contents.newest().map(TopicSnapshot::clusterId).orElse(null),
                    contents.first().map(TopicSnapshot::takenAt).orElse(null),
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

        String remarks() {
            List<String> remarks = new ArrayList<>();
            if (gaps > 0) {
                remarks.add(Units.count(gaps, "gap"));
            }
            if (holes > 0) {
                remarks.add(Units.count(holes, "hole"));
            }
            if (damage != null) {
                remarks.add("DAMAGED: " + damage);
            }
            return String.join(", ", remarks);
        }
    }

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions storeOptions;

    @Mixin
    private ArchivedTopics selected;

    @Override
    public Integer call() {
        try (Store store = storeOptions.open()) {
            Catalog catalog = new Catalog(store);
            ArchiveDocument archive = catalog.requireArchive();
            List<Store.Entry> foreign = new ArrayList<>();
            List<Topic> topics =
                    selected.in(catalog, foreign::add).map(ListCommand::topic).toList();
            List<String> missing =
                    selected.missing(topics.stream().map(Topic::topic).toList());
            Result result = new Result(
                    store.location(), archive.archiveId(), archive.createdAt(), topics, missing, foreign.size());
            common.result(result, text(result));
            missing.forEach(name -> common.warn("the archive has no topic " + name));
            boolean damaged = topics.stream()
                    .flatMap(topic -> topic.timelines().stream())
                    .anyMatch(timeline -> timeline.damage() != null);
            return damaged ? ExitCode.DAMAGE : missing.isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
        }
    }

    private static Topic topic(TopicContents contents) {
        return new Topic(
                contents.topic(),
                contents.timelines().stream().map(Timeline::of).toList(),
                contents.foreign().size());
    }

    private static String text(Result result) {
        StringBuilder text = new StringBuilder("archive ")
                .append(result.archiveId())
                .append(" in ")
                .append(result.store())
                .append(", begun ")
                .append(Units.time(Optional.of(result.createdAt())))
                .append("\n\n");
        Table table = new Table(
                "TOPIC", "TIMELINE", ">PARTITIONS", ">OBJECTS", ">RECORDS", ">STORED", "FROM", "TO", "REMARKS");
        long foreign = result.foreignFiles();
        for (Topic topic : result.topics()) {
            foreign += topic.foreignFiles();
            for (Timeline timeline : topic.timelines()) {
                table.row(
                        topic.topic(),
                        timeline.timeline(),
                        Units.count(timeline.partitions()),
                        Units.count(timeline.objects()),
                        (timeline.recordsExact() ? "" : "≤") + Units.count(timeline.records()),
                        Units.bytes(timeline.bytes()),
                        Units.time(Optional.ofNullable(timeline.baseTimestamp())),
                        Units.time(Optional.ofNullable(timeline.maxTimestamp())),
                        timeline.remarks());
            }
        }
        text.append(table.isEmpty() ? "no topics\n" : table.print(""));
        if (foreign > 0) {
            text.append('\n').append(Units.count(foreign, "foreign file")).append("; 'verify' names them\n");
        }
        return text.toString();
    }
}
