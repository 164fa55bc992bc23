package caravan.restore;

import caravan.archive.GapDocument.Reason;
import caravan.restore.RestorePlan.Gap;
import caravan.restore.RestorePlan.TopicPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Says what the archive does not have of a topic, and why: a sentence for each reason. */
final class GapRemarks {
    private GapRemarks() {}

    static List<String> of(TopicPlan topic) {
        Map<String, Long> counts = new TreeMap<>();
        topic.partitions().stream()
                .flatMap(partition -> partition.gaps().stream())
                .map(Gap::reason)
                .forEach(reason -> counts.merge(explain(reason), 1L, Long::sum));
        List<String> remarks = new ArrayList<>();
        counts.forEach((why, count) -> remarks.add(
                topic.source() + ": " + count + (count == 1 ? " gap" : " gaps") + " in the archive: " + why));
        return remarks;
    }

    static String explain(Optional<Reason> reason) {
        if (reason.isEmpty()) {
            return "records are missing, and the archive does not say why; see 'verify'";
        }
        return switch (reason.get()) {
            case RETENTION -> "Kafka deleted records by retention before they were backed up";
            case DELETE_RECORDS -> "records were deleted on request before they were backed up";
            case COMPACTION ->
                "the log was compacted before it was backed up, so deletes may be missing, and deleted records be back";
            case PRUNED -> "records were pruned from the archive";
        };
    }
}
