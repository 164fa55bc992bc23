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

/**
 * What a restore would do, and why it could not; nothing is changed.
 *
 * @param earlier name of the restore that would go on, or that came to its end before; empty where a new one would begin
 * @param finished whether that one came to its end, so that nothing would be done
 * @param plan what would be read
 * @param targets what each topic is to become, by its name in the cluster; without those that can't be filled
 * @param groups what consumer groups would get
 * @param conflicts why it would be refused, a sentence each; empty where it would not
 */
public record RestorePreview(
        Optional<String> earlier,
        boolean finished,
        RestorePlan plan,
        Map<String, Target> targets,
        GroupRestore.Moves groups,
        List<String> conflicts) {

    /** Looks at archive and cluster. */
    public static RestorePreview of(Store archive, FrozenPlans plans, Cluster cluster, RestoreRequest request) {
        Catalog catalog = new Catalog(archive);
        Optional<Chosen> earlier = new PlanChoice(catalog, plans, cluster).earlier(request);
        if (earlier.isPresent()) {
            PlanDocument document = earlier.get().plan().document();
            RestorePlan plan = PlanDocuments.plan(document);
            return new RestorePreview(
                    Optional.of(document.restoreId()),
                    earlier.get().ended().isPresent(),
                    plan,
                    document.topics().stream()
                            .map(PlanDocument.Topic::target)
                            .collect(Collectors.toMap(Target::topic, Function.identity())),
                    new GroupRestore(archive, cluster, request, plan)
                            .moves(target -> PlanDocuments.start(document, target), ObjectPlan::next),
                    List.of());
        }
        RestorePlan plan = new RestorePlanner(catalog).plan(request);
        TargetInspection inspection = new TargetInspection(cluster, request).of(plan);
        Map<String, Target> targets = inspection.targets();
        return new RestorePreview(
                Optional.empty(),
                false,
                plan,
                targets,
                new GroupRestore(archive, cluster, request, plan)
                        .moves(
                                target -> Optional.ofNullable(targets.get(target.topic()))
                                        .map(to -> to.startOffsets().getOrDefault(target.partition(), 0L))
                                        .orElse(0L),
                                ObjectPlan::next),
                inspection.conflicts());
    }
}
