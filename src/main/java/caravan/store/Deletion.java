package caravan.store;

/**
 * The right to delete keys of a store, apart from {@link Store}: nothing that backs up or restores has it. Blocking, safe for use by
 * several threads, throws {@link StoreException}.
 */
public interface Deletion {

    /** What became of what was stored. */
    enum Outcome {
        /** It is gone, or was not there. */
        GONE,
        /** Nobody sees it any more, but the bucket keeps it as an older version. */
        VERSION_KEPT
    }

    /** Deletes what is stored under a key; a key that does not exist is no error. One request. */
    Outcome delete(String key);

    /**
     * The right to delete in a store that {@link Stores} opened.
     *
     * @throws IllegalArgumentException for another kind of store
     */
    static Deletion in(Store store) {
        if (store instanceof S3Store s3) {
            return s3::delete;
        }
        if (store instanceof DirectoryStore directory) {
            return directory::delete;
        }
        throw new IllegalArgumentException("nothing can be deleted in " + store.location());
    }
}
