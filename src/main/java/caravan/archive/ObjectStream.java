package caravan.archive;

import caravan.archive.ZipLayout.Entry;
import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/**
 * Reads an object from its first byte to its last, once: an iterator over buffers of whole record batches, about 1 MiB each (a
 * larger batch comes alone). The buffers are new, and the caller's.
 *
 * <p>Each batch's CRC-32C is checked before it is handed out. The iterator ends only when all of the object has been read
 * and found sound: lengths, the SHA-256 of the stored entry, the manifest, the number of records. An object that is cut
 * off anywhere throws, it never ends.
 *
 * <p>{@link #hasNext} and {@link #next} throw {@link DamagedObjectException}, {@link UnsupportedFormatException}, or what the
 * source itself threw, an {@link IOException} as the cause of an {@link UncheckedIOException}.
 */
public final class ObjectStream implements Iterator<ByteBuffer>, Closeable {
    private final SourceStream source;
    private final EntryStream zip;
    private final ObjectKey key;
    private final long size;
    private final String logEntry;
    private final LogStatistics statistics = new LogStatistics();
    private Entry log;
    private BatchBuffers batches;
    private Optional<ByteBuffer> ahead = Optional.empty();
    private BatchManifest manifest;
    private RuntimeException failure;

    /**
     * @param object all of the object's bytes; closed with this
     * @param key what the object was stored as
     * @param size its length by LIST, bytes
     */
    public ObjectStream(InputStream object, ObjectKey key, long size) {
        this.source = new SourceStream(object);
        this.zip = new EntryStream(source);
        this.key = key;
        this.size = size;
        this.logEntry = KeyFields.offset(key.from()) + ".log";
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty() && manifest == null) {
            ahead = read();
        }
        return ahead.isPresent();
    }

    @Override
    public ByteBuffer next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ByteBuffer next = ahead.orElseThrow();
        ahead = Optional.empty();
        return next;
    }

    /** The object's manifest; empty before the end. */
    public Optional<BatchManifest> manifest() {
        return Optional.ofNullable(manifest);
    }

    private Optional<ByteBuffer> read() {
        if (failure != null) {
            // What follows damage is not handed out.
            throw failure;
        }
        try {
            return readOrFail();
        } catch (IOException e) {
            failure = new UncheckedIOException(e);
            throw failure;
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    private Optional<ByteBuffer> readOrFail() throws IOException {
        try {
            if (batches == null) {
                begin();
            }
            Optional<ByteBuffer> next = batches.next();
            if (next.isPresent()) {
                count(next.get());
            } else {
                manifest = end();
            }
            return next;
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw source.damage("at byte " + source.position() + ": the object", e);
        }
    }

    private void begin() throws IOException {
        ZipArchiveEntry entry = zip.getNextEntry();
        if (entry == null) {
            throw new DamagedObjectException("the object is no ZIP, or ends before its first entry");
        }
        log = ZipEntries.log(entry, logEntry);
        source.digest(entry.getDataOffset(), entry.getDataOffset() + log.storedBytes());
        batches = new BatchBuffers(zip, logEntry, 0, log.bytes());
    }

    private void count(ByteBuffer buffer) {
        BatchWalk walk = new BatchWalk(buffer);
        while (walk.next()) {
            statistics.add(walk, walk.count(key.from(), key.next()));
        }
    }

    private BatchManifest end() throws IOException {
        batches.end();
        ZipArchiveEntry entry = zip.getNextEntry();
        if (entry == null) {
            throw new DamagedObjectException("the object ends without " + BatchManifest.ENTRY);
        }
        Entry description = ZipEntries.manifest(entry);
        BatchManifest found = ZipEntries.content(description, zip);
        if (zip.getNextEntry() != null) {
            throw new DamagedObjectException("the object has more than two entries");
        }
        source.transferTo(OutputStream.nullOutputStream());
        expect("length", size, source.position());
        long end = description.end() + ZipLayout.directory(log, description, 0).remaining();
        expect("end", end, source.position());
        expect("key", key.fileName(), found.key().fileName());
        expect("logBytes", found.logBytes(), log.bytes());
        expect("storedBytes", found.storedBytes(), log.storedBytes());
        expect("sha256", found.sha256(), Digests.hex(source.digest()));
        expect("batches", found.batches(), statistics.batches());
        expect("records", found.records(), statistics.records());
        return found;
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new DamagedObjectException(what + " of the object should be " + expected + ", and is " + found);
        }
    }

    /** Frees what decompression holds, and closes the object's stream. */
    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** The library's reader, with a decompressor of which we know when it is closed. */
    private static final class EntryStream extends ZipArchiveInputStream {
        private InputStream zstd = InputStream.nullInputStream();

        private EntryStream(InputStream object) {
            super(object);
        }

        @Override
        protected InputStream createZstdInputStream(InputStream stored) throws IOException {
            zstd = new ZstdInputStreamNoFinalizer(stored, RecyclingBufferPool.INSTANCE);
            return zstd;
        }

        @Override
        public void close() throws IOException {
            try (InputStream decompressor = zstd) {
                super.close();
            }
        }
    }
}
