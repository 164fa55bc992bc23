package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.catalog.ArchiveSummary;
import caravan.catalog.ArchiveSummary.Timeline;
import caravan.catalog.ArchiveSummary.Topic;
import caravan.catalog.Catalog;
import caravan.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code list}: what an archive holds. */
@Command(name = "list", description = "Lists the topics of an archive: timelines, objects, records, bytes, time range.")
final class ListCommand implements Callable<Integer> {

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
                    selected.in(catalog, foreign::add).map(Topic::of).toList();
            List<String> missing =
                    selected.missing(topics.stream().map(Topic::topic).toList());
            ArchiveSummary result = new ArchiveSummary(
                    store.location(), archive.archiveId(), archive.createdAt(), topics, missing, foreign.size());
            common.result(result, text(result));
            missing.forEach(name -> common.warn("the archive has no topic " + name));
            boolean damaged = topics.stream()
                    .flatMap(topic -> topic.timelines().stream())
                    .anyMatch(timeline -> timeline.damage() != null);
            return damaged ? ExitCode.DAMAGE : missing.isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
        }
    }

    private static String text(ArchiveSummary result) {
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
                        remarks(timeline));
            }
        }
        text.append(table.isEmpty() ? "no topics\n" : table.print(""));
        if (foreign > 0) {
            text.append('\n').append(Units.count(foreign, "foreign file")).append("; 'verify' names them\n");
        }
        return text.toString();
    }

    private static String remarks(Timeline timeline) {
        List<String> remarks = new ArrayList<>();
        if (!timeline.complete()) {
            remarks.add("baseline, not complete");
        }
        if (timeline.gaps() > 0) {
            remarks.add(Units.count(timeline.gaps(), "gap"));
        }
        if (timeline.holes() > 0) {
            remarks.add(Units.count(timeline.holes(), "hole"));
        }
        if (timeline.damage() != null) {
            remarks.add("DAMAGED: " + timeline.damage());
        }
        return String.join(", ", remarks);
    }
}
