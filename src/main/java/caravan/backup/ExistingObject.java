package caravan.backup;

import caravan.archive.ObjectKey;
import caravan.archive.ObjectReader;
import caravan.archive.ObjectSource;
import caravan.archive.RecordBatches;
import caravan.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
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
        return sameCounts || sameRecords(spooled, stored(spooled.getKey(), head.size()));
    }

    private ObjectSource stored(String key, long size) {
        return new ObjectSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream read(long from, long length) {
                return store.open(key, from, length);
            }
        };
    }

    private static boolean sameRecords(SpooledObject spooled, ObjectSource existing) throws IOException {
        ObjectKey range = spooled.sealed().key();
        try (Records ours = new Records(ObjectSource.of(spooled.sealed().file()), range);
                Records theirs = new Records(existing, range)) {
            while (ours.hasNext() && theirs.hasNext()) {
                if (!same(ours.next(), theirs.next())) {
                    return false;
                }
            }
            return !ours.hasNext() && !theirs.hasNext();
        }
    }

    private static boolean same(Record one, Record other) {
        return one.offset() == other.offset()
                && one.timestamp() == other.timestamp()
                && Objects.equals(one.key(), other.key())
                && Objects.equals(one.value(), other.value())
                && Arrays.equals(one.headers(), other.headers());
    }

    /** The records of one object, in order. */
    private static final class Records implements Iterator<Record>, AutoCloseable {
        private final ObjectReader.Batches batches;
        private final ObjectKey range;
        private Iterator<Record> records = Collections.emptyIterator();

        private Records(ObjectSource source, ObjectKey range) throws IOException {
            this.range = range;
            this.batches = ObjectReader.open(source).batches(range.from());
        }

        @Override
        public boolean hasNext() {
            while (!records.hasNext() && batches.hasNext()) {
                ByteBuffer next = batches.next();
                records =
                        RecordBatches.records(next, range.from(), range.next()).iterator();
            }
            return records.hasNext();
        }

        @Override
        public Record next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return records.next();
        }

        @Override
        public void close() throws IOException {
            batches.close();
        }
    }
}
