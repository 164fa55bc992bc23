package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.archive.ObjectKey;
import caravan.catalog.Catalog;
import caravan.catalog.StoredKey;
import caravan.prune.Prune;
import caravan.prune.PrunedTimeline;
import caravan.prune.Remark;
import caravan.store.Deletion;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prune}: deletes what is older than wanted from the old end of each partition. The only command that deletes objects. */
@Command(
        name = "prune",
        description =
                "Deletes whole objects that are older than wanted from the old end of each partition, and names what it"
                        + " deleted with gap keys.")
final class PruneCommand implements Callable<Integer> {

    /**
     * What {@code --output json} prints.
     *
     * @param store the store's URL
     * @param dryRun whether nothing was changed
     * @param olderThan objects whose newest record is older than this are old, epoch millis
     * @param objects that were deleted, or would be
     * @param versionsKept of these, how many the bucket keeps as older versions
     * @param attention what a person should look at, one sentence each
     */
    @JsonPropertyOrder({
        "store",
        "archiveId",
        "dryRun",
        "olderThan",
        "timelines",
        "objects",
        "records",
        "bytes",
        "versionsKept",
        "attention"
    })
    record Result(
            String store,
            String archiveId,
            boolean dryRun,
            long olderThan,
            List<PrunedTimeline> timelines,
            long objects,
            long records,
            long bytes,
            long versionsKept,
            List<String> attention) {}

    /** Shows how far it is. */
    private static final class Progress implements Consumer<StoredKey> {
        private final ProgressLine line;
        private long records;
        private long bytes;

        private Progress(ProgressLine line) {
            this.line = line;
        }

        @Override
        public synchronized void accept(StoredKey deleted) {
            records += ((ObjectKey) deleted.key()).records();
            bytes += deleted.size();
            line.show("pruning", records, bytes, "");
        }
    }

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions.Existing storeOptions;

    @Mixin
    private ArchivedTopics selected;

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            required = true,
            description = "Age of an object's newest record from which on it is deleted, such as 90d or 36h.")
    private String olderThan;

    @Option(names = "--dry-run", description = "Show what would be deleted; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--ignore-restore",
            paramLabel = "ID",
            description =
                    "A restore that nobody goes on with: what it needs is not spared; can be given several times.")
    private Set<String> ignored = Set.of();

    @Override
    public Integer call() {
        Duration age = Times.duration("--older-than", olderThan);
        if (age.isZero()) {
            throw CommandException.usage(
                    "--older-than " + olderThan + " is no age: everything is older", "give an age such as 90d or 36h");
        }
        try (Store store = storeOptions.open()) {
            Catalog catalog = new Catalog(store);
            ArchiveDocument archive = catalog.requireArchive();
            if (!dryRun) {
                store.checkWritable();
            }
            ProgressLine line = new ProgressLine(common.err());
            try (Prune prune = new Prune(
                    store,
                    dryRun ? Optional.empty() : Optional.of(Deletion.in(store)),
                    Instant.now(),
                    age,
                    ignored,
                    new CommandLineInterface.Version().getVersion()[0],
                    new Progress(line))) {
                List<PrunedTimeline> timelines = new ArrayList<>();
                try {
                    selected.in(catalog, foreign -> {}).forEach(topic -> timelines.addAll(prune.prune(topic)));
                } finally {
                    line.end();
                }
                return result(store, archive, timelines, prune);
            }
        }
    }

    private int result(Store store, ArchiveDocument archive, List<PrunedTimeline> timelines, Prune prune) {
        List<String> attention = new ArrayList<>();
        prune.remarks().stream().map(Remark::message).forEach(attention::add);
        selected.missing(timelines.stream().map(PrunedTimeline::topic).toList())
                .forEach(name -> attention.add("the archive has no topic " + name));
        Result result = new Result(
                store.location(),
                archive.archiveId(),
                dryRun,
                prune.limit().toEpochMilli(),
                timelines,
                sum(timelines, PrunedTimeline::objects),
                sum(timelines, PrunedTimeline::records),
                sum(timelines, PrunedTimeline::bytes),
                prune.versionsKept(),
                attention);
        common.result(result, text(result));
        attention.forEach(common::warn);
        prune.remarks().stream().map(Remark::hint).distinct().forEach(common::hint);
        if (prune.versionsKept() > 0) {
            common.warn("the bucket keeps older versions, so that "
                    + Units.count(prune.versionsKept(), "deleted object") + " still take up room");
            common.hint("a lifecycle rule for noncurrent versions frees it; it does no harm to an archive");
        }
        boolean damage = prune.remarks().stream().anyMatch(Remark::damage);
        return damage ? ExitCode.DAMAGE : attention.isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
    }

    private static long sum(List<PrunedTimeline> timelines, ToLongFunction<PrunedTimeline> number) {
        return timelines.stream().mapToLong(number).sum();
    }

    private static String text(Result result) {
        StringBuilder text = new StringBuilder("archive ")
                .append(result.archiveId())
                .append(" in ")
                .append(result.store())
                .append(", objects without a record since ")
                .append(Units.time(Optional.of(result.olderThan())))
                .append("\n\n");
        Table table = new Table("TOPIC", "TIMELINE", ">PARTITION", ">OBJECTS", ">RECORDS", ">STORED", ">FROM", ">NEXT");
        for (PrunedTimeline timeline : result.timelines()) {
            timeline.partitions()
                    .forEach(partition -> table.row(
                            timeline.topic(),
                            timeline.timeline(),
                            Integer.toString(partition.partition()),
                            Units.count(partition.objects()),
                            Units.count(partition.records()),
                            Units.bytes(partition.bytes()),
                            Units.count(partition.from()),
                            Units.count(partition.next())));
        }
        if (!table.isEmpty()) {
            text.append(table.print("")).append('\n');
        }
        for (PrunedTimeline timeline : result.timelines()) {
            if (timeline.leftAlone() != null) {
                text.append("left alone: ")
                        .append(timeline.topic())
                        .append(' ')
                        .append(timeline.timeline())
                        .append(", ")
                        .append(timeline.leftAlone())
                        .append('\n');
            }
        }
        if (result.objects() == 0) {
            return text.append("nothing to delete\n").toString();
        }
        return text.append(result.dryRun() ? "would delete " : "deleted ")
                .append(Units.count(result.objects(), "object"))
                .append(" (")
                .append(Units.bytes(result.bytes()))
                .append("), ")
                .append(Units.count(result.records(), "record"))
                .append(result.dryRun() ? "; nothing was changed\n" : "\n")
                .toString();
    }
}
