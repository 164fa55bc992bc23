package caravan.restore;

import caravan.archive.GapDocument;
import caravan.archive.PlanDocument.Target;
import caravan.restore.GroupRestore.Move;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a restore would do, as it is told in JSON.
 *
 * @param restoreId of the restore that would go on, or that came to its end before; null where a new one would begin
 * @param finished whether that one came to its end, so that nothing would be done
 * @param records that would be restored; an upper bound where {@code recordsExact} is false
 * @param recordsLeft those of them that are not there yet
 * @param bytes of objects to be read
 * @param estimatedSeconds at least 1
 * @param groupsTakenAt when the offsets of consumer groups were taken, epoch millis; null where there are none
 * @param groupRemarks why some groups would not get their offsets, a sentence each
 * @param conflicts why it would be refused, a sentence each; empty where it would not
 */
@JsonPropertyOrder({
    "restoreId",
    "finished",
    "topics",
    "records",
    "recordsExact",
    "recordsLeft",
    "bytes",
    "estimatedSeconds",
    "groups",
    "groupsTakenAt",
    "groupRemarks",
    "conflicts"
})
public record RestorePreviewSummary(
        String restoreId,
        boolean finished,
        List<Topic> topics,
        long records,
        boolean recordsExact,
        long recordsLeft,
        long bytes,
        long estimatedSeconds,
        List<Group> groups,
        Long groupsTakenAt,
        List<String> groupRemarks,
        List<String> conflicts) {

    /** What a restore was measured to read on two cores, beside a broker and a store: bytes of objects in a second. */
    public static final long BYTES_PER_SECOND = 30_000_000;

    /**
     * One topic.
     *
     * @param exists whether it is in the cluster; null, as are the settings, where it can't be filled
     * @param settings of its own at the end
     * @param remarks what a person should look at of its settings, a sentence each
     * @param notes where settings that it has by the brokers differ from those of the source, a sentence each
     */
    @JsonPropertyOrder({
        "source",
        "target",
        "timeline",
        "partitions",
        "exists",
        "replicationFactor",
        "settings",
        "remarks",
        "notes",
        "records",
        "bytes",
        "gaps",
        "partitionPlans"
    })
    public record Topic(
            String source,
            String target,
            String timeline,
            int partitions,
            Boolean exists,
            int replicationFactor,
            Map<String, String> settings,
            List<String> remarks,
            List<String> notes,
            long records,
            long bytes,
            long gaps,
            List<Partition> partitionPlans) {}

    /** One partition. */
    @JsonPropertyOrder({"partition", "records", "bytes", "objects", "gaps"})
    public record Partition(int partition, long records, long bytes, int objects, List<Gap> gaps) {}

    /** Offsets [from, next) whose records are missing; {@code reason} is null where nobody knows. */
    @JsonPropertyOrder({"from", "next", "reason"})
    public record Gap(long from, long next, GapDocument.Reason reason) {}

    /**
     * The place of a consumer group in a partition.
     *
     * @param topic in the cluster
     * @param source its offset in the source
     * @param before its offset in the cluster now; null where it has none
     * @param offset the one that it would get
     */
    @JsonPropertyOrder({"group", "topic", "partition", "source", "before", "offset"})
    public record Group(String group, String topic, int partition, long source, Long before, long offset) {}

    /** Says what the preview says. */
    public static RestorePreviewSummary of(RestorePreview preview) {
        RestorePlan plan = preview.plan();
        return new RestorePreviewSummary(
                preview.earlier().orElse(null),
                preview.finished(),
                plan.topics().stream()
                        .map(topic -> topic(
                                topic, Optional.ofNullable(preview.targets().get(topic.target()))))
                        .toList(),
                plan.records(),
                plan.recordsExact(),
                preview.left(),
                plan.bytes(),
                seconds(preview),
                preview.groups().moves().stream()
                        .map(RestorePreviewSummary::group)
                        .toList(),
                preview.groups().takenAt().isPresent()
                        ? Long.valueOf(preview.groups().takenAt().getAsLong())
                        : null,
                preview.groupRemarks(),
                preview.conflicts());
    }

    private static long seconds(RestorePreview preview) {
        RestorePlan plan = preview.plan();
        long bytes =
                plan.records() == 0 ? plan.bytes() : (long) (plan.bytes() * ((double) preview.left() / plan.records()));
        return Math.max(1, bytes / BYTES_PER_SECOND);
    }

    private static Topic topic(TopicPlan topic, Optional<Target> target) {
        return new Topic(
                topic.source(),
                topic.target(),
                topic.timeline().folder(),
                topic.partitionCount(),
                target.map(Target::existed).orElse(null),
                target.filter(to -> !to.existed())
                        .map(Target::replicationFactor)
                        .orElse(topic.snapshot().replicationFactor()),
                target.map(Target::settings).orElse(null),
                target.map(Target::remarks).orElse(List.of()),
                target.map(Target::notes).orElse(List.of()),
                topic.records(),
                topic.bytes(),
                topic.gaps(),
                topic.partitions().stream()
                        .map(RestorePreviewSummary::partition)
                        .toList());
    }

    private static Partition partition(PartitionPlan partition) {
        return new Partition(
                partition.source().partition(),
                partition.records(),
                partition.bytes(),
                partition.objects().size(),
                partition.gaps().stream()
                        .map(gap -> new Gap(gap.from(), gap.next(), gap.reason().orElse(null)))
                        .toList());
    }

    private static Group group(Move move) {
        return new Group(
                move.group(),
                move.target().topic(),
                move.target().partition(),
                move.source(),
                move.before().isPresent() ? Long.valueOf(move.before().getAsLong()) : null,
                move.offset());
    }
}
