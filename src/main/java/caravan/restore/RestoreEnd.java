package caravan.restore;

import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.archive.RestoreDocument.Missing;
import caravan.restore.FrozenPlans.Frozen;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.restore.RestoreProgress.Loss;
import caravan.restore.RestoreReport.TopicReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** What there is to say when a restore has come to its end. */
final class RestoreEnd {
    private final Frozen frozen;
    private final RestorePlan plan;
    private final RestoreProgress progress;
    private final Map<TopicPartition, PartitionDelivery> deliveries;

    RestoreEnd(
            Frozen frozen,
            RestorePlan plan,
            RestoreProgress progress,
            Map<TopicPartition, PartitionDelivery> deliveries) {
        this.frozen = frozen;
        this.plan = plan;
        this.progress = progress;
        this.deliveries = deliveries;
    }

    /**
     * Gives the topics their own settings, and tells what a person should look at.
     *
     * @param fresh whether this run wrote all records, so that it knows how many bytes they are
     * @param compared records that were read again
     */
    RestoreReport settled(GuardSettlement settlement, boolean fresh, long compared) {
        List<String> attention = new ArrayList<>();
        List<TopicReport> reports = new ArrayList<>();
        for (PlanDocument.Topic topic : frozen.document().topics()) {
            TopicPlan planned = plan.topics().stream()
                    .filter(each -> each.target().equals(topic.target().topic()))
                    .findFirst()
                    .orElseThrow();
            attention.addAll(settlement.settle(
                    topic, partition -> fresh ? Optional.of(progress.logBytes(partition)) : Optional.empty()));
            attention.addAll(topic.target().remarks());
            attention.addAll(GapRemarks.of(planned));
            reports.add(new TopicReport(
                    topic.source(),
                    topic.target().topic(),
                    topic.timeline(),
                    planned.partitionCount(),
                    planned.partitions().stream()
                            .mapToLong(partition -> progress.produced(partition.target()))
                            .sum()));
        }
        progress.losses().forEach(loss -> attention.add(sentence(loss)));
        return new RestoreReport(
                frozen.document().restoreId(),
                false,
                reports,
                progress.records(),
                progress.objects(),
                progress.bytes(),
                compared,
                List.of(),
                attention);
    }

    private static String sentence(Loss loss) {
        return loss.object().source() + ": offsets [" + loss.from() + ", "
                + loss.object().next() + ") were left out, because "
                + damaged(loss.object()) + loss.why();
    }

    private static String damaged(ObjectPlan object) {
        return object.key() + " is damaged: ";
    }

    /**
     * End of the offsets of an object that could be read, by the report of its restore. Gaps are missing as well, and those of a
     * compaction lie where there are objects.
     */
    static long readable(RestoreDocument report, ObjectPlan object) {
        return report.missing().stream()
                .filter(missing -> missing.reason().startsWith(damaged(object))
                        && missing.from() >= object.from()
                        && missing.next() == object.next())
                .mapToLong(Missing::from)
                .findFirst()
                .orElse(object.next());
    }

    /**
     * The report as it is kept.
     *
     * @param task name of the task that it was
     * @param startedAt epoch millis
     */
    RestoreDocument document(RestoreReport report, String task, TargetTopics topics, long startedAt) {
        return new RestoreDocument(
                report.restoreId(),
                task,
                frozen.document().clusterId(),
                startedAt,
                System.currentTimeMillis(),
                RestoreDocument.Outcome.FINISHED,
                report.topics().stream()
                        .map(topic -> new RestoreDocument.Topic(
                                topic.source(),
                                topic.target(),
                                topic.timeline(),
                                topic.partitions(),
                                topic.records(),
                                topics.id(topic.target()).toString()))
                        .toList(),
                report.records(),
                report.objects(),
                report.bytes(),
                report.attention(),
                plan.partitions().stream()
                        .filter(partition -> deliveries.containsKey(partition.target()))
                        .map(this::partition)
                        .toList(),
                missing(),
                "");
    }

    private RestoreDocument.Partition partition(PartitionPlan partition) {
        PartitionDelivery delivery = deliveries.get(partition.target());
        return new RestoreDocument.Partition(
                partition.source().topic(),
                partition.target().topic(),
                partition.target().partition(),
                delivery.start(),
                delivery.start() + progress.produced(partition.target()),
                delivery.offsets());
    }

    private List<Missing> missing() {
        List<Missing> missing = new ArrayList<>();
        for (PartitionPlan partition : plan.partitions()) {
            partition
                    .gaps()
                    .forEach(gap -> missing.add(new Missing(
                            partition.source().topic(),
                            partition.source().partition(),
                            gap.from(),
                            gap.next(),
                            GapRemarks.explain(gap.reason()))));
        }
        progress.losses()
                .forEach(loss -> missing.add(new Missing(
                        loss.object().source().topic(),
                        loss.object().source().partition(),
                        loss.from(),
                        loss.object().next(),
                        damaged(loss.object()) + loss.why())));
        return missing;
    }

    /** How many records a restore that came to its end wrote to a partition. */
    static long restored(RestoreDocument ended, TopicPartition target) {
        return ended.partitions().stream()
                .filter(partition ->
                        partition.target().equals(target.topic()) && partition.partition() == target.partition())
                .mapToLong(partition -> partition.nextOffset() - partition.startOffset())
                .findFirst()
                .orElse(0);
    }
}
