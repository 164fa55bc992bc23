package caravan.cli;

import caravan.archive.PartitionNumbers;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.Record;
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

    @Option(
            names = "--partition",
            paramLabel = "LIST",
            defaultValue = "",
            description = "Partitions, comma-separated numbers and ranges, as 0,2-5 (default: all).")
    private String partition;

    @Option(
            names = "--from-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "First offset of each partition (default: ${DEFAULT-VALUE}).")
    private long fromOffset;

    @Option(
            names = "--to-offset",
            paramLabel = "N",
            description = "End of each partition's offsets, exclusive (default: none).")
    private Long toOffset;

    @Mixin
    private RecordOptions recordOptions;

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
        RecordOptions.Wanted wanted = recordOptions.wanted();
        PartitionNumbers partitions = partitions();
        if (toOffset != null && toOffset <= fromOffset) {
            throw CommandException.usage(
                    "no offset is at or after " + fromOffset + " and before " + toOffset,
                    "--from-offset is the first offset printed, --to-offset the first one that is not");
        }
        try (Store store = storeOptions.open()) {
            Catalog catalog = new Catalog(store);
            catalog.requireArchive();
            TopicContents contents = catalog.topic(topic)
                    .orElseThrow(() -> CommandException.couldNot(
                            "the archive in " + store.location() + " has no topic " + topic,
                            "see what it has with 'list'"));
            TimelineContents life = Timelines.choose(contents, timeline);
            Set<Integer> existing =
                    life.partitions().stream().map(PartitionContents::partition).collect(Collectors.toSet());
            partitions.missing(existing).ifPresent(missing -> {
                throw CommandException.couldNot(
                        "the archive has no partition " + missing + " of the topic " + topic,
                        "see what it has with 'info --topic " + topic + "'");
            });
            JsonLines lines = new JsonLines(common.out(), limit == null ? Long.MAX_VALUE : limit);
            for (PartitionContents each : life.partitions()) {
                if (partitions.contains(each.partition()) && !print(store, each, wanted, lines)) {
                    return ExitCode.DONE;
                }
            }
            lines.flush();
            return missing(new KeyCheck(store, Instant.now()).check(life), partitions);
        }
    }

    private PartitionNumbers partitions() {
        try {
            return PartitionNumbers.of(partition);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), "see which there are with 'info --topic " + topic + "'");
        }
    }

    private long next() {
        return toOffset == null ? Long.MAX_VALUE : toOffset;
    }

    /** Whether more is wanted. */
    private boolean print(Store store, PartitionContents contents, RecordOptions.Wanted wanted, JsonLines lines) {
        try (PartitionRecords records = new PartitionRecords(store, contents, fromOffset, next(), wanted::mayBeIn)) {
            while (lines.wanted() && records.hasNext()) {
                Record record = records.next();
                if (wanted.test(record)) {
                    lines.print(contents.folder().topic(), contents.partition(), record);
                }
                lines.flushIfDue();
            }
        } finally {
            lines.flush();
        }
        return lines.wanted();
    }

    /** Says what could not be printed because the archive does not have it: nobody knows the times of what is missing. */
    private int missing(List<Finding> findings, PartitionNumbers partitions) {
        List<Finding> met = findings.stream()
                .filter(finding -> finding.offsets()
                        .map(range -> range.next() > fromOffset && range.from() < next())
                        .orElse(false))
                .filter(finding -> finding.partition()
                        .map(folder -> partitions.contains(folder.partition()))
                        .orElse(false))
                .toList();
        met.forEach(finding -> common.warn(finding.message()));
        return VerifyCommand.exitCode(met);
    }
}
