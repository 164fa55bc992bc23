package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectKey;
import caravan.archive.RecordBatches;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.record.Record;

/**
 * The records of one partition that a restore would produce: in the order of their offsets, each once. Streams object by object,
 * by ranged reads where it begins in the middle. Throws {@link DamagedObjectException}.
 */
public final class PartitionRecords implements Iterator<Record>, AutoCloseable {
    private final Store store;
    private final PartitionContents contents;
    private final long from;
    private final long next;
    private final Deque<Coverage.Piece> pieces = new ArrayDeque<>();
    private Optional<ObjectRecords> object = Optional.empty();

    /**
     * @param from first offset, inclusive
     * @param next end, exclusive
     */
    public PartitionRecords(Store store, PartitionContents contents, long from, long next) {
        this(store, contents, from, next, object -> true);
    }

    /**
     * @param from first offset, inclusive
     * @param next end, exclusive
     * @param wanted objects that are read; the records of others are passed over
     */
    public PartitionRecords(
            Store store, PartitionContents contents, long from, long next, Predicate<ObjectKey> wanted) {
        this.store = store;
        this.contents = contents;
        this.from = from;
        this.next = next;
        for (Coverage.Piece piece : contents.coverage().pieces()) {
            if (piece.key() instanceof ObjectKey key
                    && key.records() > 0
                    && piece.next() > from
                    && piece.from() < next
                    && wanted.test(key)) {
                pieces.add(piece);
            }
        }
    }

    @Override
    public boolean hasNext() {
        while (!object.map(ObjectRecords::hasNext).orElse(false)) {
            close();
            if (pieces.isEmpty()) {
                return false;
            }
            Coverage.Piece piece = pieces.remove();
            StoredKey stored = contents.stored(piece.key());
            object = Optional.of(new ObjectRecords(
                    new StoredObject(store, contents.folder().key(stored.key()), stored.size()),
                    Math.max(from, piece.from()),
                    Math.min(next, piece.next())));
        }
        return true;
    }

    @Override
    public Record next() {
        return nextPositioned().record();
    }

    /** The next record with what its batch knows. */
    public RecordBatches.Positioned nextPositioned() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return object.orElseThrow().next();
    }

    @Override
    public void close() {
        object.ifPresent(ObjectRecords::close);
        object = Optional.empty();
    }
}
