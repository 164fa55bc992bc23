package caravan.torture;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What producers were promised: every record that was sent, in a file for each partition of each life of a topic. */
final class Ledger implements AutoCloseable {
    private final Path directory;
    private final Map<Path, DataOutputStream> files = new HashMap<>();
    private final Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    private long bytes;

    Ledger(Path directory) {
        this.directory = directory;
    }

    /**
     * Enters a record.
     *
     * @param size bytes of its key and value
     */
    synchronized void enter(Life life, int partition, Entry entry, long size) {
        try {
            DataOutputStream file = files.get(path(life, partition));
            if (file == null) {
                file = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path(life, partition))));
                files.put(path(life, partition), file);
            }
            entry.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        counts.merge(entry.fate(), 1L, Long::sum);
        bytes += entry.fate() == Fate.ACKNOWLEDGED ? size : 0;
    }

    /** How many records met this fate. */
    synchronized long count(Fate fate) {
        return counts.getOrDefault(fate, 0L);
    }

    /** Bytes of keys and values of the acknowledged records. */
    synchronized long bytes() {
        return bytes;
    }

    /** All that was entered for a partition, in the order in which it was. */
    synchronized List<Entry> read(Life life, int partition) {
        List<Entry> entries = new ArrayList<>();
        try {
            DataOutputStream open = files.get(path(life, partition));
            if (open == null) {
                return entries;
            }
            open.flush();
            long left = Files.size(path(life, partition));
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(path(life, partition))))) {
                for (; left > 0; left -= Entry.SIZE) {
                    entries.add(Entry.read(in));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private Path path(Life life, int partition) {
        return directory.resolve(life.topic() + "." + life.number() + "-" + partition);
    }

    @Override
    public synchronized void close() {
        for (DataOutputStream file : files.values()) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
