package caravan.restore;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.Digests;
import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans of restores, and the reports of those that came to their end. All restores that are asked for the same have names that begin
 * alike, and a number: the plan of one that was cut off is found by what is asked for.
 */
public final class FrozenPlans {

    /**
     * A plan as it lies in the store.
     *
     * @param number of the restore among those that were asked for the same, from 1
     * @param hash SHA-256 of the document, the first 16 hexadecimal digits
     * @param kept whether another run can find it
     */
    public record Frozen(PlanDocument document, int number, String hash, boolean kept) {}

    private static final Logger LOG = LoggerFactory.getLogger(FrozenPlans.class);

    private final Store store;

    /** @param store the archive, or another place where it can't be written to */
    public FrozenPlans(Store store) {
        this.store = store;
    }

    static String id(String fingerprint, int number) {
        return fingerprint + "-" + number;
    }

    /** What all restores have in their names that are asked for the same. */
    static String fingerprint(String restoreId) {
        return restoreId.substring(0, restoreId.lastIndexOf('-'));
    }

    /** The newest plan of what is asked for; empty where there is none. */
    Optional<Frozen> newest(String fingerprint) {
        return store.list(ArchiveLayout.RESTORES + fingerprint + "-")
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .filter(ArchiveKey.Plan.class::isInstance)
                .flatMap(key -> number(((ArchiveKey.Plan) key).restoreId(), fingerprint).stream())
                .max(Comparator.naturalOrder())
                .map(number -> read(fingerprint, number));
    }

    private static Optional<Integer> number(String restoreId, String fingerprint) {
        String number = restoreId.substring(fingerprint.length() + 1);
        return number.matches("[1-9][0-9]{0,8}") ? Optional.of(Integer.valueOf(number)) : Optional.empty();
    }

    private Frozen read(String fingerprint, int number) {
        return frozen(store.read(new ArchiveKey.Plan(id(fingerprint, number)).path()), number, true);
    }

    private static Frozen frozen(byte[] json, int number, boolean kept) {
        return new Frozen(
                PlanDocument.parse(json),
                number,
                Digests.hex(Digests.sha256().digest(json)).substring(0, 16),
                kept);
    }

    /** Plans of restores into a cluster that did not come to their end. What can't be read is left out, and logged. */
    public List<PlanDocument> unfinished(String clusterId) {
        return store.list(ArchiveLayout.RESTORES)
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .filter(ArchiveKey.Plan.class::isInstance)
                .flatMap(key -> readable(key.path()).stream())
                .filter(plan -> plan.clusterId().equals(clusterId)
                        && report(plan.restoreId()).isEmpty())
                .toList();
    }

    private Optional<PlanDocument> readable(String key) {
        try {
            return Optional.of(PlanDocument.parse(store.read(key)));
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            LOG.warn("{} is left out: {}", key, e.getMessage());
            return Optional.empty();
        }
    }

    /** How a restore came to its end; empty where it did not. */
    Optional<RestoreDocument> report(String restoreId) {
        try {
            return Optional.of(RestoreDocument.parse(store.read(new ArchiveKey.Report(restoreId).path())))
                    .filter(report -> report.outcome() == RestoreDocument.Outcome.FINISHED);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Freezes a plan. Where another run froze one of the same name meanwhile, that one counts.
     *
     * @throws StoreException where it can't be stored
     */
    Frozen freeze(PlanDocument plan, int number) {
        String key = new ArchiveKey.Plan(plan.restoreId()).path();
        byte[] json = plan.toJson();
        if (store.putIfAbsent(key, json)) {
            return frozen(json, number, true);
        }
        return frozen(store.read(key), number, true);
    }

    /** A plan that could be stored nowhere. */
    static Frozen unkept(PlanDocument plan, int number) {
        return frozen(plan.toJson(), number, false);
    }

    /** Keeps how a restore ended; nothing is changed where that is kept. */
    public void keep(RestoreDocument report) {
        store.putIfAbsent(new ArchiveKey.Report(report.restoreId()).path(), report.toJson());
    }
}
