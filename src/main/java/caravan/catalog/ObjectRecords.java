package caravan.catalog;

import caravan.archive.BatchManifest;
import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectReader;
import caravan.archive.ObjectSource;
import caravan.archive.RecordBatches;
import caravan.archive.UnsupportedFormatException;
import caravan.store.StoreException;
import caravan.store.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Records of one object at a range of offsets. Throws {@link DamagedObjectException} with the object's key. */
public final class ObjectRecords implements Iterator<RecordBatches.Positioned>, AutoCloseable {
    private final String key;
    private final long from;
    private final long next;
    private final BatchManifest manifest;
    private final ObjectReader.Batches batches;
    private Iterator<RecordBatches.Positioned> records = Collections.emptyIterator();
    private boolean over;

    ObjectRecords(StoredObject object, long from, long next) {
        this(object.key(), object, from, next);
    }

    /**
     * @param key what the object is called where it is at fault
     * @param from first offset, inclusive
     * @param next end, exclusive
     */
    public ObjectRecords(String key, ObjectSource object, long from, long next) {
        this.key = key;
        this.from = from;
        this.next = next;
        try {
            ObjectReader reader = ObjectReader.open(object);
            this.manifest = reader.manifest();
            this.batches = reader.batches(from);
        } catch (IOException | RuntimeException e) {
            throw named(e);
        }
    }

    BatchManifest manifest() {
        return manifest;
    }

    @Override
    public boolean hasNext() {
        try {
            while (!records.hasNext() && !over && batches.hasNext()) {
                ByteBuffer buffer = batches.next();
                // Nobody reads to the end of an object for what lies in its first frames.
                over = buffer.getLong(buffer.position()) >= next;
                records = RecordBatches.positioned(buffer, from, next).iterator();
            }
            return records.hasNext();
        } catch (RuntimeException e) {
            throw named(e);
        }
    }

    @Override
    public RecordBatches.Positioned next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return records.next();
    }

    @Override
    public void close() {
        try {
            batches.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RuntimeException named(Exception e) {
        return named(key, e);
    }

    /** The failure, with the object's key where the object is at fault. */
    static RuntimeException named(String key, Exception e) {
        if (e instanceof DamagedObjectException || e instanceof UnsupportedFormatException) {
            return new DamagedObjectException(key + ": " + e.getMessage(), e);
        }
        if (e instanceof StoreException store && store.kind() == StoreException.Kind.NOT_FOUND) {
            return new DamagedObjectException(key + ": it was listed, and does not exist", e);
        }
        if (e instanceof UncheckedIOException io && io.getCause().getCause() instanceof StoreException store) {
            return store;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new UncheckedIOException((IOException) e);
    }
}
