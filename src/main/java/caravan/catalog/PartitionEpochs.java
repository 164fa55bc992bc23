package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.ObjectKey;
import caravan.archive.ObjectReader;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.RecordBatches;
import caravan.archive.RecordBatches.Extent;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an archive knows of the leader epochs of a partition: two logs that have the same epoch at an offset are the same up to there
 * (KIP-101). Lists the partition's folder, all of it, and reads an object's batches where its key does not tell.
 */
public final class PartitionEpochs {

    /**
     * A place in a log, between two offsets.
     *
     * @param offset of what lies behind it
     * @param epoch partition leader epoch of what lies before it; empty where that is not known, or nothing lies there
     * @param key that answers for what lies before it; empty where none does
     */
    public record Place(long offset, Optional<Integer> epoch, Optional<PartitionKey> key) {}

    private final Store store;
    private final PartitionContents contents;
    private final List<Coverage.Piece> pieces;

    private PartitionEpochs(Store store, PartitionContents contents) {
        this.store = store;
        this.contents = contents;
        long next = contents.coverage().next();
        this.pieces = contents.coverage().pieces().stream()
                .filter(piece -> piece.next() <= next)
                .toList();
    }

    /** @param startOffset where the partition's backup began */
    public static PartitionEpochs of(Store store, PartitionFolder folder, long startOffset) {
        List<StoredKey> keys = store.list(folder.path())
                .flatMap(entry ->
                        PartitionKey.parse(entry.key().substring(folder.path().length()))
                                .map(key -> new StoredKey(key, entry.size(), entry.lastModified()))
                                .stream())
                .toList();
        return new PartitionEpochs(store, new PartitionContents(folder, startOffset, keys));
    }

    /** The end of what is reachable without a hole. */
    public Place end() {
        Optional<PartitionKey> last = contents.coverage().lastReachable();
        Optional<Integer> epoch = last.map(PartitionKey::epoch).filter(known -> known >= 0);
        return new Place(contents.coverage().next(), epoch, last);
    }

    /** Keys that answer for something at or behind an offset, void or not. */
    public List<PartitionKey> behind(long offset) {
        return contents.keys().stream()
                .map(StoredKey::key)
                .filter(key -> key.next() > offset)
                .toList();
    }

    /**
     * The last place up to an offset whose epoch is known, and not above another; where the partition's backup began if there is none. It is
     * the offset itself where that epoch allows, unless something that was not stored (a transaction marker, an aborted batch) leaves open
     * which of two epochs it had.
     *
     * @param limit not behind the end
     * @param highest nothing of a higher epoch lies before the place
     */
    public Place lastUpTo(long limit, int highest) {
        for (int i = pieces.size() - 1; i >= 0; i--) {
            Coverage.Piece piece = pieces.get(i);
            PartitionKey key = piece.key();
            int before = epochBefore(i);
            if (piece.from() >= limit || before > highest) {
                continue;
            }
            if (piece.next() <= limit && piece.next() == key.next() && key.epoch() >= 0 && key.epoch() <= highest) {
                return new Place(piece.next(), Optional.of(key.epoch()), Optional.of(key));
            }
            Optional<Place> inside = key instanceof ObjectKey object
                    ? lastIn(object, piece.from(), Math.min(limit, piece.next()), before, highest)
                    : Optional.empty();
            if (inside.isPresent()) {
                return inside.get();
            }
        }
        return new Place(contents.startOffset(), Optional.empty(), Optional.empty());
    }

    /** The last epoch that is known to lie before a piece: what lies in the piece is not older. -1 where none is known. */
    private int epochBefore(int piece) {
        for (int i = piece - 1; i >= 0; i--) {
            if (pieces.get(i).key().epoch() >= 0
                    && pieces.get(i).next() == pieces.get(i).key().next()) {
                return pieces.get(i).key().epoch();
            }
        }
        return -1;
    }

    /**
     * @param from where the part of the object begins that counts
     * @param limit not behind where it ends
     * @param before what lies in it is not of an older epoch
     */
    private Optional<Place> lastIn(ObjectKey object, long from, long limit, int before, int highest) {
        Optional<Place> last = Optional.empty();
        int oldest = before;
        int newest = object.epoch();
        for (Extent batch : batches(object, from, limit)) {
            if (batch.from() >= limit || batch.leaderEpoch() > highest) {
                newest = batch.leaderEpoch();
                break;
            }
            if (batch.leaderEpoch() >= 0) {
                oldest = batch.leaderEpoch();
                last = Optional.of(place(Math.min(batch.next(), limit), oldest, object));
            }
        }
        // Nothing was stored from there on to the limit, and its epoch is known all the same.
        return oldest >= 0 && oldest == newest ? Optional.of(place(limit, oldest, object)) : last;
    }

    private static Place place(long offset, int epoch, ObjectKey key) {
        return new Place(offset, Optional.of(epoch), Optional.of(key));
    }

    /** The batches of an object that reach behind an offset, to the first one at or behind another. */
    private List<Extent> batches(ObjectKey object, long from, long limit) {
        List<Extent> extents = new ArrayList<>();
        if (object.records() == 0) {
            return extents;
        }
        String name = contents.folder().key(object);
        StoredObject stored =
                new StoredObject(store, name, contents.stored(object).size());
        try (ObjectReader.Batches batches = ObjectReader.open(stored).batches(from)) {
            while (batches.hasNext()) {
                for (Extent batch : RecordBatches.extents(batches.next())) {
                    extents.add(batch);
                    if (batch.from() >= limit) {
                        return extents;
                    }
                }
            }
            return extents;
        } catch (IOException | RuntimeException e) {
            throw ObjectRecords.named(name, e);
        }
    }
}
