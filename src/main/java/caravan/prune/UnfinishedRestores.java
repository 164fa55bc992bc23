package caravan.prune;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.PartitionFolder;
import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.archive.Timeline;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that restores need which have not come to their end, by the plans that they froze in the archive. Of several plans for the same
 * request only the newest one is ever followed.
 */
final class UnfinishedRestores {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedRestores.class);

    /** What restores are called that were asked for the same, and a number. */
    private static final Pattern NAME = Pattern.compile("(.*)-([1-9][0-9]{0,8})");

    private final Store store;
    private final Set<String> ignored;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> needed = new HashMap<>();
    private boolean looked;

    /**
     * @param ignored names of restores that nobody goes on with
     */
    UnfinishedRestores(Store store, Set<String> ignored) {
        this.store = store;
        this.ignored = ignored;
    }

    /** The restore that needs an object; empty where none does, as far as was known at the last {@link #look}. */
    Optional<String> needs(String key) {
        if (!looked) {
            look();
        }
        return Optional.ofNullable(needed.get(key));
    }

    /** Looks for plans that were not there before. */
    void look() {
        looked = true;
        List<String> plans = new ArrayList<>();
        Set<String> reports = new HashSet<>();
        store.list(ArchiveLayout.RESTORES)
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .forEach(key -> {
                    if (key instanceof ArchiveKey.Plan plan) {
                        plans.add(plan.restoreId());
                    } else if (key instanceof ArchiveKey.Report report) {
                        reports.add(report.restoreId());
                    }
                });
        newest(plans).stream()
                .filter(restoreId -> !ignored.contains(restoreId) && seen.add(restoreId))
                .filter(restoreId -> !reports.contains(restoreId) || !finished(restoreId))
                .forEach(this::read);
    }

    private static List<String> newest(List<String> restoreIds) {
        Map<String, Integer> numbers = new HashMap<>();
        restoreIds.forEach(restoreId -> numbers.merge(request(restoreId), number(restoreId), Math::max));
        return restoreIds.stream()
                .filter(restoreId -> numbers.get(request(restoreId)) == number(restoreId))
                .toList();
    }

    private static String request(String restoreId) {
        Matcher name = NAME.matcher(restoreId);
        return name.matches() ? name.group(1) : restoreId;
    }

    private static int number(String restoreId) {
        Matcher name = NAME.matcher(restoreId);
        return name.matches() ? Integer.parseInt(name.group(2)) : 0;
    }

    private boolean finished(String restoreId) {
        try {
            byte[] report = store.read(new ArchiveKey.Report(restoreId).path());
            return RestoreDocument.parse(report).outcome() == RestoreDocument.Outcome.FINISHED;
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            return false;
        } catch (StoreException e) {
            requireGone(e);
            return false;
        }
    }

    private void read(String restoreId) {
        String key = new ArchiveKey.Plan(restoreId).path();
        try {
            for (PlanDocument.Topic topic : PlanDocument.parse(store.read(key)).topics()) {
                for (PlanDocument.Partition partition : topic.partitions()) {
                    Timeline timeline =
                            timeline(partition.timeline() == null ? topic.timeline() : partition.timeline());
                    String folder = new PartitionFolder(topic.source(), timeline, partition.partition()).path();
                    partition.objects().forEach(object -> needed.put(folder + object.file(), restoreId));
                }
            }
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            // No restore can go on by it either.
            LOG.warn("{} is left out: {}", key, e.getMessage());
        } catch (StoreException e) {
            requireGone(e);
        }
    }

    private static Timeline timeline(String folder) {
        return Timeline.parse(folder).orElseThrow(() -> new DamagedObjectException("'" + folder + "' is no timeline"));
    }

    /** Somebody may delete what belongs to a restore that nobody goes on with. */
    private static void requireGone(StoreException failure) {
        if (failure.kind() != StoreException.Kind.NOT_FOUND) {
            throw failure;
        }
    }
}
