package caravan.catalog;

import caravan.archive.BatchManifest;
import caravan.archive.Coverage;
import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectKey;
import caravan.archive.ObjectReader;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.RecordBatches;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.catalog.RecordDifference.Content;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.Record;

/** Reads objects and checks every byte of them. Safe for use by several threads. */
public final class DataCheck {
    private final Store store;
    private final String archiveId;

    public DataCheck(Store store, String archiveId) {
        this.store = store;
        this.archiveId = archiveId;
    }

    /** Reads one object from its first byte to its last. */
    public Optional<Finding> object(PartitionContents contents, StoredKey stored) {
        PartitionFolder folder = contents.folder();
        ObjectKey key = (ObjectKey) stored.key();
        String name = folder.key(key);
        try {
            ObjectReader reader = ObjectReader.open(new StoredObject(store, name, stored.size()));
            place(folder, reader.manifest());
            reader.verify(key);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            RuntimeException named = ObjectRecords.named(name, e);
            if (named instanceof DamagedObjectException) {
                return Optional.of(damaged(folder, key, named.getMessage()));
            }
            throw named;
        }
    }

    /** An object that was copied from somewhere else is sound, and wrong. */
    private void place(PartitionFolder folder, BatchManifest manifest) {
        String here = archiveId + " " + folder.topic() + " " + folder.timeline().topicId() + " " + folder.partition();
        String there =
                manifest.archiveId() + " " + manifest.topic() + " " + manifest.topicId() + " " + manifest.partition();
        if (!here.equals(there)) {
            throw new DamagedObjectException(
                    "it belongs to archive, topic, id and partition " + there + ", not to " + here);
        }
    }

    private static Finding damaged(PartitionFolder folder, ObjectKey key, String message) {
        OffsetRange range = new OffsetRange(key.from(), key.next());
        String where = folder.topic() + "-" + folder.partition() + ": offsets " + range + " are damaged: ";
        return Finding.of(Severity.FAILURE, Kind.OBJECT, folder, range, where + message)
                .withKey(folder.key(key));
    }

    /** Compares objects of one epoch that answer for the same offsets; a record that only one has is no damage. */
    public List<Finding> overlaps(PartitionContents contents) {
        List<Finding> findings = new ArrayList<>();
        for (Coverage.Overlap overlap : contents.coverage().overlaps()) {
            try (ObjectRecords first = records(contents, overlap.first(), overlap.range());
                    ObjectRecords second = records(contents, overlap.second(), overlap.range())) {
                difference(first, second)
                        .ifPresent(difference -> findings.add(conflict(contents, overlap, difference)));
            } catch (DamagedObjectException e) {
                // Reported with the object itself.
                continue;
            }
        }
        return findings;
    }

    private ObjectRecords records(PartitionContents contents, ObjectKey key, OffsetRange range) {
        StoredKey stored = contents.stored(key);
        return new ObjectRecords(
                new StoredObject(store, contents.folder().key(key), stored.size()), range.from(), range.next());
    }

    private static Optional<String> difference(ObjectRecords first, ObjectRecords second) {
        Optional<RecordBatches.Positioned> one = next(first);
        Optional<RecordBatches.Positioned> other = next(second);
        while (one.isPresent() && other.isPresent()) {
            Record ours = one.get().record();
            Record theirs = other.get().record();
            if (ours.offset() == theirs.offset()) {
                Optional<String> difference = one.get().leaderEpoch()
                                == other.get().leaderEpoch()
                        ? RecordDifference.between("the first", Content.of(ours), "the second", Content.of(theirs))
                        : Optional.empty();
                if (difference.isPresent()) {
                    return Optional.of("offset " + ours.offset() + ": " + difference.get());
                }
            }
            one = ours.offset() <= theirs.offset() ? next(first) : one;
            other = theirs.offset() <= ours.offset() ? next(second) : other;
        }
        return Optional.empty();
    }

    private static Optional<RecordBatches.Positioned> next(ObjectRecords records) {
        return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
    }

    private static Finding conflict(PartitionContents contents, Coverage.Overlap overlap, String difference) {
        PartitionFolder folder = contents.folder();
        String message = folder.topic() + "-" + folder.partition() + ": the objects "
                + overlap.first().fileName() + " and " + overlap.second().fileName() + " hold different records at "
                + difference;
        return Finding.of(Severity.FAILURE, Kind.OVERLAP, folder, overlap.range(), message)
                .withKey(folder.key(overlap.second()));
    }
}
