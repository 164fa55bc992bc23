package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.store.Store;
import java.util.List;
import java.util.Optional;

/**
 * The last keys of a partition, and where its backup goes on: at the end of what is reachable without a hole. Found without
 * listing the whole partition; what lies before the tail (at least 1,000 keys where the partition has as many) is taken as
 * sound.
 */
public final class PartitionTail {
    private final List<PartitionKey> keys;
    private final boolean whole;
    private final Coverage coverage;

    private PartitionTail(List<PartitionKey> keys, boolean whole, long startOffset) {
        this.keys = List.copyOf(keys);
        this.whole = whole;
        this.coverage = Coverage.of(
                keys, whole || keys.isEmpty() ? startOffset : keys.get(0).from());
    }

    /**
     * Takes one LIST where the hint holds or the partition has no more than 1,000 keys, else some tens of them.
     *
     * @param startOffset where the partition's backup began
     * @param hint file name of the last key as far as is known, behind which few are expected; a wrong one costs time only
     */
    public static PartitionTail find(Store store, PartitionFolder folder, long startOffset, Optional<String> hint) {
        PartitionTail tail = look(store, folder, startOffset, hint);
        // What a prune deletes between two LISTs looks like a hole: one is believed when it is there a second time.
        return tail.whole || tail.coverage.holes().isEmpty() ? tail : look(store, folder, startOffset, hint);
    }

    private static PartitionTail look(Store store, PartitionFolder folder, long startOffset, Optional<String> hint) {
        TailSearch search = new TailSearch(store, folder.path());
        Optional<PartitionKey> known = hint.flatMap(PartitionKey::parse);
        if (known.isPresent()) {
            Optional<List<PartitionKey>> tail = search.from(known.get());
            if (tail.isPresent()) {
                return new PartitionTail(tail.get(), false, startOffset);
            }
        }
        TailSearch.Found found = search.fromTheStart();
        return new PartitionTail(found.keys(), found.whole(), startOffset);
    }

    /** First offset that is not stored, or not reachable without a hole; the start offset where nothing is stored. */
    public long next() {
        return coverage.next();
    }

    /** The key that ends at {@link #next}; empty where nothing is reachable from the start offset. */
    public Optional<PartitionKey> last() {
        return coverage.lastReachable();
    }

    /** What was looked at, in the order of the keys. */
    public List<PartitionKey> keys() {
        return keys;
    }

    /** Whether that is all that the partition has. */
    public boolean whole() {
        return whole;
    }
}
