package caravan.restore;

import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.catalog.Catalog;
import caravan.kafka.Cluster;
import caravan.restore.FrozenPlans.Frozen;
import caravan.restore.RestoreException.Kind;
import caravan.store.StoreException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a request means today: a restore that came to its end and whose topics are still there is not done again; one that
 * was cut off goes on by its own plan; anything else is planned and frozen.
 */
final class PlanChoice {
    private static final Logger LOG = LoggerFactory.getLogger(PlanChoice.class);

    /**
     * @param plan to follow; the last one where nothing is to be done
     * @param ended how it ended, where nothing is to be done
     */
    record Chosen(Frozen plan, Optional<RestoreDocument> ended) {}

    private final Catalog catalog;
    private final FrozenPlans plans;
    private final Cluster cluster;

    PlanChoice(Catalog catalog, FrozenPlans plans, Cluster cluster) {
        this.catalog = catalog;
        this.plans = plans;
        this.cluster = cluster;
    }

    /**
     * The plan to follow. Only for whom has the lease: else another run may choose another plan meanwhile.
     *
     * @throws RestoreException where the request can't be done, with everything that hinders it
     */
    Chosen choose(RestoreRequest request) {
        String archiveId = catalog.requireArchive().archiveId();
        String clusterId = cluster.id();
        String fingerprint = request.fingerprint(archiveId, clusterId);
        Optional<Frozen> newest = plans.newest(fingerprint);
        return newest.flatMap(plan -> goesOn(request, plan)).orElseGet(() -> {
            int number = newest.map(Frozen::number).orElse(0) + 1;
            return new Chosen(freeze(request, archiveId, clusterId, fingerprint, number), Optional.empty());
        });
    }

    /** Name of all restores that are asked for the same. */
    String fingerprint(RestoreRequest request) {
        return request.fingerprint(catalog.requireArchive().archiveId(), cluster.id());
    }

    /** The earlier restore that a request asks for again; empty where it asks for a new one. */
    Optional<Chosen> earlier(RestoreRequest request) {
        return plans.newest(fingerprint(request)).flatMap(plan -> goesOn(request, plan));
    }

    /** The earlier restore that a request asks for again, where that came to its end. */
    Optional<Chosen> ended(RestoreRequest request) {
        return earlier(request).filter(chosen -> chosen.ended().isPresent());
    }

    private Optional<Chosen> goesOn(RestoreRequest request, Frozen newest) {
        Optional<RestoreDocument> report = plans.report(newest.document().restoreId());
        if (report.isPresent()) {
            List<String> there = stillThere(report.get());
            if (there.size() == report.get().topics().size()) {
                return Optional.of(new Chosen(newest, report));
            }
            if (!there.isEmpty() && request.append()) {
                throw new RestoreException(
                        Kind.NOT_POSSIBLE,
                        "the restore " + newest.document().restoreId() + " has filled topics of which some are gone: "
                                + String.join(", ", there) + " would get its records a second time",
                        "name the topics that are to be restored again with --topics");
            }
            return Optional.empty();
        }
        return begun(newest.document()) ? Optional.of(new Chosen(newest, Optional.empty())) : Optional.empty();
    }

    private boolean begun(PlanDocument plan) {
        return TargetTopics.begun(cluster, plan, cluster.committed(RestoreRun.group(plan.restoreId())));
    }

    private List<String> stillThere(RestoreDocument report) {
        return report.topics().stream()
                .filter(topic -> cluster.topic(topic.target())
                        .map(existing -> existing.id().toString().equals(topic.topicId()))
                        .orElse(false))
                .map(RestoreDocument.Topic::target)
                .toList();
    }

    private Frozen freeze(RestoreRequest request, String archiveId, String clusterId, String fingerprint, int number) {
        RestorePlan plan = new RestorePlanner(catalog).plan(request);
        TargetInspection target = new TargetInspection(cluster, request).of(plan);
        target.refuse();
        PlanDocument document = new PlanDocument(
                FrozenPlans.id(fingerprint, number),
                archiveId,
                clusterId,
                System.currentTimeMillis(),
                request.identity(),
                PlanDocuments.topics(plan, target.targets()));
        try {
            return plans.freeze(document, number);
        } catch (StoreException e) {
            LOG.warn(
                    "the plan of the restore can't be stored, so that a restore that is cut off can't go on: {}; give it a"
                            + " place with --plan-dir",
                    e.getMessage());
            return FrozenPlans.unkept(document, number);
        }
    }
}
