package caravan.catalog;

import caravan.archive.BatchManifest;
import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectKey;
import caravan.archive.ObjectReader;
import caravan.archive.PartitionFolder;
import caravan.archive.RecordBatches.Positioned;
import caravan.catalog.RecordDifference.Content;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.Record;

/**
 * The last record of an object, to be compared with what the log has at its offset: of two logs that were given the same leader epochs,
 * nothing else tells one from the other.
 */
public final class LastRecord {
    private final Store store;
    private final PartitionFolder folder;
    private final ObjectKey object;

    public LastRecord(Store store, PartitionFolder folder, ObjectKey object) {
        this.store = store;
        this.folder = folder;
        this.object = object;
    }

    /**
     * In what the log's record differs; empty where it does not, or where there is nothing to compare: the log has none at the offset, or
     * a record route may have changed the archive's. Damage is for others to find.
     *
     * @param log makes a consumer that reads committed records, and is closed here
     */
    public Optional<String> difference(Supplier<Consumer<byte[], byte[]>> log) {
        return ours().flatMap(ours -> {
            TopicPartition partition = new TopicPartition(folder.topic(), folder.partition());
            try (Consumer<byte[], byte[]> consumer = log.get()) {
                ClusterPartition cluster = new ClusterPartition(consumer, partition);
                cluster.from(ours.offset());
                return cluster.hasNext() ? difference(ours, cluster.next()) : Optional.empty();
            }
        });
    }

    private static Optional<String> difference(Record ours, ConsumerRecord<byte[], byte[]> theirs) {
        if (theirs.offset() != ours.offset()) {
            return Optional.empty();
        }
        Content content = new Content(
                theirs.timestamp(),
                RecordDifference.buffer(theirs.key()),
                RecordDifference.buffer(theirs.value()),
                theirs.headers().toArray());
        return RecordDifference.between("archive", Content.of(ours), "log", content)
                .map(difference -> "offset " + ours.offset() + ": " + difference);
    }

    private Optional<Record> ours() {
        String name = folder.key(object);
        Optional<StoredObject> stored = store.head(name).map(head -> new StoredObject(store, name, head.size()));
        try {
            if (object.records() == 0 || stored.isEmpty()) {
                return Optional.empty();
            }
            BatchManifest manifest = ObjectReader.open(stored.get()).manifest();
            if (manifest.transformed() || manifest.index().isEmpty()) {
                return Optional.empty();
            }
            long lastFrame = manifest.index().get(manifest.index().size() - 1).offset();
            Record last = null;
            try (ObjectRecords records =
                    new ObjectRecords(stored.get(), Math.max(object.from(), lastFrame), object.next())) {
                while (records.hasNext()) {
                    Positioned positioned = records.next();
                    last = positioned.record();
                }
            }
            return Optional.ofNullable(last);
        } catch (IOException | RuntimeException e) {
            RuntimeException named = ObjectRecords.named(name, e);
            if (named instanceof DamagedObjectException) {
                return Optional.empty();
            }
            throw named;
        }
    }
}
