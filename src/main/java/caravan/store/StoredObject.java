package caravan.store;

import caravan.archive.ObjectSource;
import java.io.InputStream;

/**
 * An archive object in a store.
 *
 * @param key without the store's prefix
 * @param size bytes, by LIST
 */
public record StoredObject(Store store, String key, long size) implements ObjectSource {

    @Override
    public InputStream read(long from, long length) {
        return store.open(key, from, length);
    }
}
