package caravan.catalog;

import caravan.store.Store;
import caravan.store.StoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A store in memory that counts its LIST requests, and what is read of parts of objects. */
public final class MemoryStore implements Store {
    private static final byte[] EMPTY = {};

    private final ConcurrentNavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final AtomicLong partsRead = new AtomicLong();
    private int lists;

    /** Stores something of no length. */
    void add(String key) {
        objects.put(key, EMPTY);
    }

    void remove(String key) {
        objects.remove(key);
    }

    /** LIST requests since the last call. */
    int lists() {
        int counted = lists;
        lists = 0;
        return counted;
    }

    /** Bytes that were taken of parts of objects since the last call. */
    long partsRead() {
        return partsRead.getAndSet(0);
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public void check() {}

    @Override
    public void create() {}

    @Override
    public Page list(String prefix, String startAfter, int max) {
        lists++;
        List<Entry> entries = new ArrayList<>();
        String from = startAfter.compareTo(prefix) < 0 ? prefix : startAfter;
        for (Map.Entry<String, byte[]> object :
                objects.tailMap(from, startAfter.isEmpty()).entrySet()) {
            if (!object.getKey().startsWith(prefix)) {
                break;
            }
            if (entries.size() == max) {
                return new Page(entries, true);
            }
            entries.add(new Entry(object.getKey(), object.getValue().length, Instant.EPOCH));
        }
        return new Page(entries, false);
    }

    @Override
    public Stream<Entry> list(String prefix) {
        return objects.tailMap(prefix).entrySet().stream()
                .takeWhile(object -> object.getKey().startsWith(prefix))
                .map(object -> new Entry(object.getKey(), object.getValue().length, Instant.EPOCH));
    }

    @Override
    public List<String> folders(String prefix) {
        return list(prefix)
                .map(entry -> entry.key().substring(prefix.length()))
                .filter(rest -> rest.contains("/"))
                .map(rest -> rest.substring(0, rest.indexOf('/')))
                .distinct()
                .toList();
    }

    @Override
    public Optional<Head> head(String key) {
        return Optional.ofNullable(objects.get(key)).map(body -> new Head(body.length, Map.of()));
    }

    @Override
    public byte[] read(String key) {
        byte[] body = objects.get(key);
        if (body == null) {
            throw new StoreException(StoreException.Kind.NOT_FOUND, key + " does not exist", "", null);
        }
        return body.clone();
    }

    @Override
    public InputStream open(String key) {
        return new ByteArrayInputStream(read(key));
    }

    @Override
    public InputStream open(String key, long from, long length) {
        byte[] body = read(key);
        return new ByteArrayInputStream(
                Arrays.copyOfRange(body, (int) from, (int) Math.min(body.length, from + length))) {
            @Override
            public int read(byte[] into, int offset, int wanted) {
                int read = super.read(into, offset, wanted);
                partsRead.addAndGet(Math.max(0, read));
                return read;
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] body) {
        return objects.putIfAbsent(key, body.clone()) == null;
    }

    @Override
    public void put(String key, byte[] body) {
        objects.put(key, body.clone());
    }

    @Override
    public PutOutcome putIfAbsent(String key, Path file, Map<String, String> metadata, long crc32c) {
        try {
            return putIfAbsent(key, Files.readAllBytes(file)) ? PutOutcome.CREATED : PutOutcome.EXISTED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}
}
