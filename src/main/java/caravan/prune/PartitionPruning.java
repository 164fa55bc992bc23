package caravan.prune;

import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.catalog.StoredKey;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done with the old end of one partition, in this order: the gap keys are stored, the objects deleted, then the gap keys
 * that others replace. Whatever of it has been done, what is kept is read as before.
 *
 * @param objects to delete, in the order of their names
 * @param next end of the old end, exclusive; nothing at or behind it changes
 * @param gaps keys that answer for what the objects answered for, and nothing else does
 * @param replaced gap keys of earlier prunes, which lie inside of others
 * @param obstacle why there is not more
 */
record PartitionPruning(
        PartitionFolder folder,
        List<StoredKey> objects,
        long next,
        List<GapKey> gaps,
        List<GapKey> replaced,
        Optional<Obstacle> obstacle) {

    PartitionPruning {
        objects = List.copyOf(objects);
        gaps = List.copyOf(gaps);
        replaced = List.copyOf(replaced);
    }

    /** Nothing, for this reason. */
    static PartitionPruning none(PartitionFolder folder, Optional<Obstacle> obstacle) {
        return new PartitionPruning(folder, List.of(), 0, List.of(), List.of(), obstacle);
    }

    /** Whether nothing is to be done. */
    boolean isEmpty() {
        return objects.isEmpty() && gaps.isEmpty() && replaced.isEmpty();
    }

    /** The same with other objects. */
    PartitionPruning with(List<StoredKey> others) {
        return new PartitionPruning(folder, others, next, gaps, replaced, obstacle);
    }

    /** First offset of all objects; 0 where there are none. */
    long from() {
        return objects.stream().mapToLong(stored -> stored.key().from()).min().orElse(0);
    }

    /** Records in the objects; those that several of them hold count several times. */
    long records() {
        return objects.stream()
                .mapToLong(stored -> ((ObjectKey) stored.key()).records())
                .sum();
    }

    /** Bytes of the objects, as they are stored. */
    long bytes() {
        return objects.stream().mapToLong(StoredKey::size).sum();
    }
}
