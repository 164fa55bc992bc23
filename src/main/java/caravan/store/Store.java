package caravan.store;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an archive lies: objects by key. Keys are relative to the store's own prefix, use '/' and sort by their UTF-8 bytes.
 * All methods block, are safe for use by several threads, and throw {@link StoreException}.
 */
public interface Store extends AutoCloseable {

    /** Most keys that one {@link #list(String, String, int)} answers, S3's own limit. */
    int PAGE = 1_000;

    /**
     * One key.
     *
     * @param size bytes
     * @param lastModified when it was stored, by the store's clock
     */
    record Entry(String key, long size, Instant lastModified) {}

    /** A part of a listing, in the order of the keys; {@code more} is true where others follow. */
    record Page(List<Entry> entries, boolean more) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /**
     * What is known of an object without reading it.
     *
     * @param size bytes
     * @param metadata what was given when it was stored, where the store keeps it; names in lower case
     */
    record Head(long size, Map<String, String> metadata) {
        public Head {
            metadata = Map.copyOf(metadata);
        }
    }

    /** What became of an object that was to be stored unless its key exists. */
    enum PutOutcome {
        CREATED,
        EXISTED
    }

    /** The store as a user names it: {@code s3://bucket/prefix} or {@code file:///directory}. */
    String location();

    /** Fails where the store can't be reached, denies access, or does not exist. */
    void check();

    /** Fails where it can be known, without storing anything, that nothing can be stored. */
    default void checkWritable() {}

    /** Creates the bucket, or the directory, unless it exists. */
    void create();

    /**
     * Keys that start with {@code prefix} and sort after {@code startAfter}; one request.
     *
     * @param startAfter a whole key, which need not exist; "" to begin with the first
     * @param max most keys wanted, 1 to {@value #PAGE}; a store may answer fewer and still have more
     */
    Page list(String prefix, String startAfter, int max);

    /** All keys that start with {@code prefix}, requested page by page as the stream is read. */
    Stream<Entry> list(String prefix);

    /** Names directly below {@code prefix} ("" or ending in '/') that have keys below them, without slashes, in order. */
    List<String> folders(String prefix);

    /** Empty where the key does not exist. */
    Optional<Head> head(String key);

    /** A whole small object, in memory; {@link StoreException.Kind#NOT_FOUND} where the key does not exist. */
    byte[] read(String key);

    /** A whole object as a stream, which goes on by itself where the connection breaks off. Its reads throw StoreException. */
    InputStream open(String key);

    /**
     * A part of an object as a stream, which goes on by itself where the connection breaks off. Its reads throw StoreException.
     *
     * @param from first byte
     * @param length bytes; the stream is shorter where the object is
     */
    InputStream open(String key, long from, long length);

    /** Stores a small object unless the key exists: false, and nothing is changed, where it does. */
    boolean putIfAbsent(String key, byte[] body);

    /** Stores a small object over what is there; only for the few keys that may change. */
    void put(String key, byte[] body);

    /**
     * Stores a file unless the key exists.
     *
     * @param metadata kept with the object where the store can do that; names in lower case
     * @param crc32c CRC-32C of the whole file as it should be; the store refuses a body that differs
     */
    PutOutcome putIfAbsent(String key, Path file, Map<String, String> metadata, long crc32c);

    /** Gives the connections back. */
    @Override
    void close();
}
