package caravan.backup;

import caravan.archive.ObjectKey;
import caravan.archive.ObjectSource;
import caravan.catalog.ObjectRecords;
import caravan.catalog.RecordDifference;
import caravan.catalog.RecordDifference.Content;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.kafka.common.record.Record;

/** Compares an object that could not be stored, because its key exists, with the one that exists. */
public final class ExistingObject {

    /** Exchange property: how an attempt to store an object ended: {@code created}, {@code same} or {@code conflict}. */
    public static final String OUTCOME = "CaravanPut";

    private final Store store;

    public ExistingObject(Store store) {
        this.store = store;
    }

    /**
     * Says whether both hold the same records. Two processes may cut batches differently, so that different bytes mean nothing
     * by themselves.
     */
    public void compare(Exchange exchange) throws IOException {
        SpooledObject spooled = exchange.getProperty("object", SpooledObject.class);
        exchange.setProperty(OUTCOME, same(spooled) ? "same" : "conflict");
    }

    private boolean same(SpooledObject spooled) throws IOException {
        Store.Head head = store.head(spooled.getKey())
                .orElseThrow(() -> new IOException(
                        "the store refused " + spooled.getKey() + " because it exists, and does not have it"));
        boolean sameCounts = spooled.getMetadata()
                        .get("records")
                        .equals(head.metadata().get("records"))
                && spooled.getMetadata().get("log-bytes").equals(head.metadata().get("log-bytes"));
        return sameCounts || sameRecords(spooled, new StoredObject(store, spooled.getKey(), head.size()));
    }

    private static boolean sameRecords(SpooledObject spooled, StoredObject existing) throws IOException {
        ObjectKey range = spooled.sealed().key();
        String file = spooled.sealed().file().toString();
        ObjectSource local = ObjectSource.of(spooled.sealed().file());
        try (ObjectRecords ours = new ObjectRecords(file, local, range.from(), range.next());
                ObjectRecords theirs = new ObjectRecords(existing.key(), existing, range.from(), range.next())) {
            while (ours.hasNext() && theirs.hasNext()) {
                if (!same(ours.next().record(), theirs.next().record())) {
                    return false;
                }
            }
            return !ours.hasNext() && !theirs.hasNext();
        }
    }

    private static boolean same(Record one, Record other) {
        return one.offset() == other.offset()
                && RecordDifference.between("spooled", Content.of(one), "stored", Content.of(other))
                        .isEmpty();
    }
}
