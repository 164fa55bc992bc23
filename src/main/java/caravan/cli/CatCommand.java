package caravan.cli;

import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.KeyCheck;
import caravan.catalog.PartitionContents;
import caravan.catalog.PartitionRecords;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cat}: records of an archive, without a cluster. */
@Command(
        name = "cat",
        description =
                "Prints the records of a topic as JSON lines, partition after partition, in the order of their offsets.")
final class CatCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions storeOptions;

    @Option(names = "--topic", paramLabel = "NAME", required = true, description = "The topic.")
    private String topic;

    @Option(names = "--partition", paramLabel = "P", description = "One partition only.")
    private Integer partition;

    @Option(
            names = "--from-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "First offset of each partition (default: ${DEFAULT-VALUE}).")
    private long fromOffset;

    @Option(names = "--limit", paramLabel = "N", description = "Most records printed (default: all).")
    private Long limit;

    @Option(
            names = "--timeline",
            paramLabel = "ID",
            defaultValue = "",
            description = "Which life of the topic, where the archive has several: newest, or the name of one.")
    private String timeline;

    @Override
    public Integer call() {
        try (Store store = storeOptions.open()) {
            Catalog catalog = new Catalog(store);
            catalog.requireArchive();
            TopicContents contents = catalog.topic(topic)
                    .orElseThrow(() -> CommandException.couldNot(
                            "the archive in " + store.location() + " has no topic " + topic,
                            "see what it has with 'list'"));
            TimelineContents life = Timelines.choose(contents, timeline);
            if (partition != null && life.partitions().stream().noneMatch(each -> each.partition() == partition)) {
                throw CommandException.couldNot(
                        "the archive has no partition " + partition + " of the topic " + topic,
                        "see what it has with 'info --topic " + topic + "'");
            }
            JsonLines lines = new JsonLines(common.out(), limit == null ? Long.MAX_VALUE : limit);
            for (PartitionContents each : life.partitions()) {
                if ((partition == null || each.partition() == partition) && !print(store, each, lines)) {
                    return ExitCode.DONE;
                }
            }
            lines.flush();
            return missing(new KeyCheck(store, Instant.now()).check(contents), life);
        }
    }

    /** Whether more is wanted. */
    private boolean print(Store store, PartitionContents contents, JsonLines lines) {
        try (PartitionRecords records = new PartitionRecords(store, contents, fromOffset, Long.MAX_VALUE)) {
            while (lines.wanted() && records.hasNext()) {
                lines.print(contents.folder().topic(), contents.partition(), records.next());
            }
        } finally {
            lines.flush();
        }
        return lines.wanted();
    }

    /** Says what could not be printed because the archive does not have it. */
    private int missing(List<Finding> findings, TimelineContents life) {
        List<Finding> met = findings.stream()
                .filter(finding -> finding.offsets()
                        .map(range -> range.next() > fromOffset)
                        .orElse(false))
                .filter(finding -> finding.partition()
                        .map(folder -> folder.timeline().equals(life.timeline())
                                && (partition == null || folder.partition() == partition))
                        .orElse(false))
                .toList();
        met.forEach(finding -> common.warn(finding.message()));
        return VerifyCommand.exitCode(met);
    }
}
