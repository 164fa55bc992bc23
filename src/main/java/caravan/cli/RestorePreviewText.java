package caravan.cli;

import caravan.archive.PlanDocument.Target;
import caravan.restore.GroupRestore.Moves;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.restore.RestorePreview;
import caravan.restore.RestorePreviewSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Prints what a restore would do. */
final class RestorePreviewText {
    private final CommonOptions common;

    RestorePreviewText(CommonOptions common) {
        this.common = common;
    }

    /** The exit code says whether the restore would be done. */
    int show(RestorePreview preview) {
        boolean exact = preview.plan().recordsExact();
        StringBuilder text = new StringBuilder();
        preview.earlier()
                .ifPresent(id -> text.append(
                        preview.finished()
                                ? "the restore " + id + " came to its end before: nothing would be changed\n"
                                : "the restore " + id + " was cut off, and would go on by its plan: " + left(preview)
                                        + " are left\n"));
        for (TopicPlan topic : preview.plan().topics()) {
            Optional<Target> target = Optional.ofNullable(preview.targets().get(topic.target()));
            text.append(String.format(
                    "%s -> %s%s: %s, %s%s, %s stored, %s%n",
                    topic.source(),
                    topic.target(),
                    target.filter(to -> preview.earlier().isEmpty())
                            .map(to -> to.existed() ? " (is there)" : " (is created)")
                            .orElse(""),
                    Units.count(topic.partitionCount(), "partition"),
                    exact ? "" : "at most ",
                    Units.count(topic.records(), "record"),
                    Units.bytes(topic.bytes()),
                    Units.count(topic.gaps(), "gap")));
            target.ifPresent(to -> settings(text, to));
            text.append((preview.earlier().isEmpty() ? planned(topic) : withWhatIsThere(topic, preview.there()))
                    .print("  "));
        }
        groups(text, preview.groups());
        preview.groupRemarks().forEach(remark -> text.append(remark).append('\n'));
        preview.conflicts()
                .forEach(conflict -> text.append("conflict: ").append(conflict).append('\n'));
        RestorePreviewSummary summary = RestorePreviewSummary.of(preview);
        if (!preview.finished()) {
            text.append(String.format(
                    "about %,d s, at %s/s%n",
                    summary.estimatedSeconds(), Units.bytes(RestorePreviewSummary.BYTES_PER_SECOND)));
        }
        common.result(summary, text.toString());
        return preview.conflicts().isEmpty() ? ExitCode.DONE : ExitCode.COULD_NOT;
    }

    private static Table planned(TopicPlan topic) {
        Table table = new Table(">PARTITION", ">RECORDS", ">STORED", ">OBJECTS", "GAPS");
        for (PartitionPlan partition : topic.partitions()) {
            table.row(
                    Integer.toString(partition.source().partition()),
                    Units.count(partition.records()),
                    Units.bytes(partition.bytes()),
                    Units.count(partition.objects().size()),
                    gaps(partition));
        }
        return table;
    }

    private static Table withWhatIsThere(TopicPlan topic, Map<TopicPartition, Long> there) {
        Table table = new Table(">PARTITION", ">RECORDS", ">THERE", "GAPS");
        for (PartitionPlan partition : topic.partitions()) {
            table.row(
                    Integer.toString(partition.source().partition()),
                    Units.count(partition.records()),
                    Units.count(there.getOrDefault(partition.target(), 0L)),
                    gaps(partition));
        }
        return table;
    }

    private static String left(RestorePreview preview) {
        return (preview.plan().recordsExact() ? "" : "at most ")
                + Units.count(preview.left()) + " of "
                + Units.count(preview.plan().records()) + " records";
    }

    private static void groups(StringBuilder text, Moves groups) {
        if (!groups.moves().isEmpty()) {
            text.append("offsets of consumer groups, as of ")
                    .append(Instant.ofEpochMilli(groups.takenAt().getAsLong()))
                    .append('\n');
            Table table = new Table("GROUP", "TOPIC", ">PARTITION", ">IN THE SOURCE", ">NOW", ">NEW");
            groups.moves()
                    .forEach(move -> table.row(
                            move.group(),
                            move.target().topic(),
                            Integer.toString(move.target().partition()),
                            Units.count(move.source()),
                            move.before().isPresent()
                                    ? Units.count(move.before().getAsLong())
                                    : "-",
                            Units.count(move.offset())));
            text.append(table.print("  "));
        }
        groups.missing().forEach(sentence -> text.append(sentence).append('\n'));
    }

    private static void settings(StringBuilder text, Target target) {
        if (!target.existed()) {
            text.append("  replication factor ")
                    .append(target.replicationFactor() < 1 ? "of the brokers" : target.replicationFactor())
                    .append('\n');
        }
        if (!target.settings().isEmpty()) {
            text.append("  settings of its own: ");
            List<String> settings = new ArrayList<>();
            target.settings().forEach((name, value) -> settings.add(name + "=" + value));
            text.append(String.join(", ", settings)).append('\n');
        }
        target.remarks().forEach(remark -> text.append("  ").append(remark).append('\n'));
        target.notes().forEach(note -> text.append("  ").append(note).append('\n'));
    }

    private static String gaps(PartitionPlan partition) {
        return partition.gaps().isEmpty()
                ? "-"
                : String.join(
                        " ",
                        partition.gaps().stream()
                                .map(gap -> "[" + gap.from() + ", " + gap.next() + ")")
                                .toList());
    }
}
