package caravan.restore;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.PlanDocument;
import caravan.archive.PlanDocument.StoredRange;
import caravan.archive.PlanDocument.Target;
import caravan.archive.RestoreDocument;
import caravan.archive.Timeline;
import caravan.restore.RestorePlan.Gap;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Plans as documents, and back. */
final class PlanDocuments {
    private PlanDocuments() {}

    /** How a plan is kept. */
    static List<PlanDocument.Topic> topics(RestorePlan plan, Map<String, Target> targets) {
        return plan.topics().stream()
                .map(topic -> new PlanDocument.Topic(
                        topic.source(),
                        topic.timeline().folder(),
                        topic.snapshot(),
                        targets.get(topic.target()),
                        topic.partitions().stream()
                                .map(partition -> partition(topic, partition))
                                .toList()))
                .toList();
    }

    private static PlanDocument.Partition partition(TopicPlan topic, PartitionPlan partition) {
        return new PlanDocument.Partition(
                partition.source().partition(),
                timeline(partition)
                        .filter(timeline -> !timeline.equals(topic.timeline()))
                        .map(Timeline::folder)
                        .orElse(null),
                partition.objects().stream()
                        .map(object -> new StoredRange(
                                object.object().fileName(), object.size(), object.from(), object.next()))
                        .toList(),
                partition.gaps().stream()
                        .map(gap -> new PlanDocument.Gap(gap.reason().orElse(null), gap.from(), gap.next()))
                        .toList());
    }

    /** Where the objects of a partition lie; empty where there are none. */
    private static Optional<Timeline> timeline(PartitionPlan partition) {
        return partition.objects().stream()
                .findFirst()
                .flatMap(object -> ArchiveLayout.parse(object.key()))
                .map(key -> ((ArchiveKey.Partition) key).folder().timeline());
    }

    /** @throws DamagedObjectException where the document names what is no object */
    static RestorePlan plan(PlanDocument document) {
        return new RestorePlan(
                document.topics().stream().map(PlanDocuments::topic).toList(),
                new RestoreRequest(document.parameters()).selection());
    }

    private static TopicPlan topic(PlanDocument.Topic topic) {
        Timeline timeline = timeline(topic.timeline());
        return new TopicPlan(
                topic.source(),
                timeline,
                topic.target().topic(),
                topic.snapshot(),
                topic.partitions().stream()
                        .map(partition -> partition(topic, timeline, partition))
                        .toList());
    }

    private static Timeline timeline(String folder) {
        return Timeline.parse(folder).orElseThrow(() -> new DamagedObjectException("'" + folder + "' is no timeline"));
    }

    private static PartitionPlan partition(
            PlanDocument.Topic topic, Timeline timeline, PlanDocument.Partition partition) {
        PartitionFolder folder = new PartitionFolder(
                topic.source(),
                partition.timeline() == null ? timeline : timeline(partition.timeline()),
                partition.partition());
        TopicPartition source = new TopicPartition(topic.source(), partition.partition());
        TopicPartition target = new TopicPartition(topic.target().topic(), partition.partition());
        return new PartitionPlan(
                source,
                target,
                partition.objects().stream()
                        .map(range -> object(folder, range, source, target))
                        .toList(),
                partition.gaps().stream()
                        .map(gap -> new Gap(Optional.ofNullable(gap.reason()), gap.from(), gap.next()))
                        .toList());
    }

    private static ObjectPlan object(
            PartitionFolder folder, StoredRange range, TopicPartition source, TopicPartition target) {
        ObjectKey key = PartitionKey.parse(range.file())
                .filter(ObjectKey.class::isInstance)
                .map(ObjectKey.class::cast)
                .orElseThrow(() -> new DamagedObjectException("'" + range.file() + "' is no object"));
        return new ObjectPlan(
                folder.key(key),
                range.size(),
                key,
                folder.timeline().topicId(),
                source,
                target,
                range.from(),
                range.next());
    }

    /** Where the first restored record of a partition comes to lie. */
    static long start(PlanDocument document, TopicPartition target) {
        return document.topics().stream()
                .map(PlanDocument.Topic::target)
                .filter(topic -> topic.topic().equals(target.topic()))
                .findFirst()
                .map(topic -> topic.startOffsets().getOrDefault(target.partition(), 0L))
                .orElse(0L);
    }

    /** Where it lies in a restore that came to its end. Partitions without restored records begin where they were. */
    static long start(RestoreDocument ended, PlanDocument document, TopicPartition target) {
        return ended.partitions().stream()
                .filter(partition ->
                        partition.target().equals(target.topic()) && partition.partition() == target.partition())
                .mapToLong(RestoreDocument.Partition::startOffset)
                .findFirst()
                .orElseGet(() -> start(document, target));
    }

    /** How many partitions a topic needs: it may have got more after its last snapshot. */
    static int partitionCount(PlanDocument.Topic topic) {
        return Math.max(
                topic.snapshot().partitions(),
                topic.partitions().stream()
                        .mapToInt(partition -> partition.partition() + 1)
                        .max()
                        .orElse(0));
    }
}
