package caravan.restore;

import caravan.archive.PlanDocument.Target;
import caravan.catalog.Catalog;
import caravan.kafka.Cluster;
import caravan.restore.PlanChoice.Chosen;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a restore would do, and why it could not; nothing is changed.
 *
 * @param earlier name of the restore that would go on, or that came to its end before; empty where a new one would begin
 * @param finished whether that one came to its end, so that nothing would be done
 * @param plan what would be read
 * @param targets what each topic is to become, by its name in the cluster; without those that can't be filled
 * @param conflicts why it would be refused, a sentence each; empty where it would not
 */
public record RestorePreview(
        Optional<String> earlier,
        boolean finished,
        RestorePlan plan,
        Map<String, Target> targets,
        List<String> conflicts) {

    /** Looks at archive and cluster. */
    public static RestorePreview of(Catalog catalog, FrozenPlans plans, Cluster cluster, RestoreRequest request) {
        Optional<Chosen> earlier = new PlanChoice(catalog, plans, cluster).earlier(request);
        if (earlier.isPresent()) {
            var document = earlier.get().plan().document();
            return new RestorePreview(
                    Optional.of(document.restoreId()),
                    earlier.get().ended().isPresent(),
                    PlanDocuments.plan(document),
                    document.topics().stream()
                            .collect(java.util.stream.Collectors.toMap(
                                    topic -> topic.target().topic(), topic -> topic.target())),
                    List.of());
        }
        RestorePlan plan = new RestorePlanner(catalog).plan(request);
        TargetInspection inspection = new TargetInspection(cluster, request).of(plan);
        return new RestorePreview(Optional.empty(), false, plan, inspection.targets(), inspection.conflicts());
    }
}
