package caravan.restore;

import caravan.catalog.ObjectRecords;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Counts the restored records before an offset of the source. A group that would read a record next in the source reads the same
 * record next in the target: as many records lie before it there. Exact through holes, windows and limits.
 */
final class OffsetTranslation {

    /** Where an object can be read to; not all of it where loss was accepted. */
    interface Readable {
        /** End of the offsets that could be read, exclusive. */
        long next(ObjectPlan object);
    }

    private final Store store;
    private final Selection selection;
    private final Readable readable;

    /** @param selection of the plan */
    OffsetTranslation(Store store, Selection selection, Readable readable) {
        this.store = store;
        this.selection = selection;
        this.readable = readable;
    }

    /**
     * How many restored records of a partition lie before each of these offsets. Reads an object only where its key does not tell.
     *
     * @param offsets in the source
     */
    Map<Long, Long> before(PartitionPlan partition, Collection<Long> offsets) {
        Map<Long, Long> counts = new HashMap<>();
        Deque<Long> wanted = new ArrayDeque<>(new TreeSet<>(offsets));
        long count = 0;
        for (ObjectPlan object : partition.objects()) {
            while (!wanted.isEmpty() && wanted.peek() <= object.from()) {
                counts.put(wanted.poll(), Math.min(count, selection.limit()));
            }
            if (wanted.isEmpty() || count >= selection.limit()) {
                break;
            }
            count = through(object, count, wanted, counts);
        }
        for (long offset : wanted) {
            counts.put(offset, Math.min(count, selection.limit()));
        }
        return counts;
    }

    private long through(ObjectPlan object, long before, Deque<Long> wanted, Map<Long, Long> counts) {
        long next = Math.min(object.next(), readable.next(object));
        boolean told = !selection.byTime() && object.whole() && next == object.next();
        if (told && wanted.peek() >= next) {
            return before + object.object().records();
        }
        long count = before;
        if (next <= object.from()) {
            return count;
        }
        try (ObjectRecords records = new ObjectRecords(
                object.key(), new StoredObject(store, object.key(), object.size()), object.from(), next)) {
            while (records.hasNext() && !wanted.isEmpty()) {
                var record = records.next().record();
                while (!wanted.isEmpty() && wanted.peek() <= record.offset()) {
                    counts.put(wanted.poll(), Math.min(count, selection.limit()));
                }
                count += selection.window().includes(record.timestamp()) ? 1 : 0;
            }
        }
        return count;
    }
}
