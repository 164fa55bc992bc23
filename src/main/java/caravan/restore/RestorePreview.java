package caravan.restore;

import caravan.archive.PlanDocument;
import caravan.archive.PlanDocument.Target;
import caravan.catalog.Catalog;
import caravan.kafka.Cluster;
import caravan.restore.PlanChoice.Chosen;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * What a restore would do, and why it could not; nothing is changed.
 *
 * @param earlier name of the restore that would go on, or that came to its end before; empty where a new one would begin
 * @param finished whether that one came to its end, so that nothing would be done
 * @param plan what would be read
 * @param targets what each topic is to become, by its name in the cluster; without those that can't be filled
 * @param there records that the earlier restore has brought to each partition so far; empty where a new one would begin
 * @param groups what consumer groups would get
 * @param groupRemarks why some of them would not get it, a sentence each
 * @param conflicts why it would be refused, a sentence each; empty where it would not
 */
public record RestorePreview(
        Optional<String> earlier,
        boolean finished,
        RestorePlan plan,
        Map<String, Target> targets,
        Map<TopicPartition, Long> there,
        GroupRestore.Moves groups,
        List<String> groupRemarks,
        List<String> conflicts) {

    /** Looks at archive and cluster. */
    public static RestorePreview of(Store archive, FrozenPlans plans, Cluster cluster, RestoreRequest request) {
        Catalog catalog = new Catalog(archive);
        Optional<Chosen> earlier = new PlanChoice(catalog, plans, cluster).earlier(request);
        return earlier.isPresent()
                ? again(archive, cluster, request, earlier.get())
                : anew(archive, cluster, request, new RestorePlanner(catalog).plan(request));
    }

    private static RestorePreview again(Store archive, Cluster cluster, RestoreRequest request, Chosen earlier) {
        PlanDocument document = earlier.plan().document();
        RestorePlan plan = PlanDocuments.plan(document);
        boolean finished = earlier.ended().isPresent();
        GroupRestore groups = new GroupRestore(archive, cluster, request, plan);
        GroupRestore.Moves moves = groups.moves(
                target -> earlier.ended()
                        .map(ended -> PlanDocuments.start(ended, document, target))
                        .orElseGet(() -> PlanDocuments.start(document, target)),
                object -> earlier.ended()
                        .map(ended -> RestoreEnd.readable(ended, object))
                        .orElse(object.next()));
        return new RestorePreview(
                Optional.of(document.restoreId()),
                finished,
                plan,
                document.topics().stream()
                        .map(PlanDocument.Topic::target)
                        .collect(Collectors.toMap(Target::topic, Function.identity())),
                TargetTopics.held(cluster, document),
                moves,
                groups.hindrances(moves, finished),
                List.of());
    }

    private static RestorePreview anew(Store archive, Cluster cluster, RestoreRequest request, RestorePlan plan) {
        TargetInspection inspection = new TargetInspection(cluster, request).of(plan);
        Map<String, Target> targets = inspection.targets();
        GroupRestore groups = new GroupRestore(archive, cluster, request, plan);
        GroupRestore.Moves moves = groups.moves(
                target -> Optional.ofNullable(targets.get(target.topic()))
                        .map(to -> to.startOffsets().getOrDefault(target.partition(), 0L))
                        .orElse(0L),
                ObjectPlan::next);
        return new RestorePreview(
                Optional.empty(),
                false,
                plan,
                targets,
                Map.of(),
                moves,
                groups.hindrances(moves, false),
                inspection.conflicts());
    }

    /** Records of the plan that are not there yet; at most as many as the plan has. */
    public long left() {
        long done = there.values().stream().mapToLong(Long::longValue).sum();
        return finished ? 0 : Math.max(0, plan.records() - done);
    }
}
