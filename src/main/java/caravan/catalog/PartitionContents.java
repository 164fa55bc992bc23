package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What an archive holds of one partition. */
public final class PartitionContents {
    private final PartitionFolder folder;
    private final long startOffset;
    private final Map<PartitionKey, StoredKey> keys = new LinkedHashMap<>();
    private final Coverage coverage;

    /**
     * @param startOffset where the partition's backup began: what lies before is not missed
     * @param keys in the order of their names
     */
    public PartitionContents(PartitionFolder folder, long startOffset, List<StoredKey> keys) {
        this.folder = folder;
        this.startOffset = startOffset;
        keys.forEach(stored -> this.keys.put(stored.key(), stored));
        this.coverage = Coverage.of(this.keys.keySet(), startOffset);
    }

    public PartitionFolder folder() {
        return folder;
    }

    public int partition() {
        return folder.partition();
    }

    public long startOffset() {
        return startOffset;
    }

    /** Objects and gaps, in the order of their names. */
    public List<StoredKey> keys() {
        return List.copyOf(keys.values());
    }

    public Coverage coverage() {
        return coverage;
    }

    /** Objects only, in the order of their names. */
    public List<StoredKey> objects() {
        return keys.values().stream()
                .filter(stored -> stored.key() instanceof ObjectKey)
                .toList();
    }

    /**
     * @throws IllegalArgumentException for a key that is not one of {@link #keys}
     */
    public StoredKey stored(PartitionKey key) {
        StoredKey stored = keys.get(key);
        if (stored == null) {
            throw new IllegalArgumentException(folder.key(key) + " was not listed");
        }
        return stored;
    }

    /** Records that a restore would produce; an upper bound where objects overlap. */
    public long records() {
        return coverage.records();
    }

    /** Bytes of all objects, as they are stored. */
    public long bytes() {
        return objects().stream().mapToLong(StoredKey::size).sum();
    }

    /** Smallest base timestamp of a batch, epoch millis; single records may be older. Empty without records. */
    public Optional<Long> baseTimestamp() {
        return timestamps(withRecords().mapToLong(ObjectKey::baseTimestamp), Math::min);
    }

    /** Upper bound of the records' timestamps, epoch millis; empty without records. */
    public Optional<Long> maxTimestamp() {
        return timestamps(withRecords().mapToLong(ObjectKey::maxTimestamp), Math::max);
    }

    private Stream<ObjectKey> withRecords() {
        return keys.keySet().stream()
                .filter(ObjectKey.class::isInstance)
                .map(ObjectKey.class::cast)
                .filter(object -> object.records() > 0);
    }

    private static Optional<Long> timestamps(LongStream all, LongBinaryOperator best) {
        return all.boxed().reduce(best::applyAsLong);
    }
}
