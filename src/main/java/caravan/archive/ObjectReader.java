package caravan.archive;

import caravan.archive.BatchManifest.Frame;
import caravan.archive.ZipLayout.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads an object from anywhere: its manifest from its end, record batches from the frame that holds an offset.
 *
 * <p>Its methods throw {@link DamagedObjectException} where the object is not what was stored, and what the source throws as it is.
 */
public final class ObjectReader {

    /**
     * Buffers of whole record batches, about 1 MiB each; a larger batch comes alone. Each batch's CRC-32C is checked before it is
     * handed out. Throws as {@link ObjectStream} does.
     */
    public interface Batches extends Iterator<ByteBuffer>, Closeable {}

    private final ObjectSource source;
    private final Entry log;
    private final Entry description;
    private final BatchManifest manifest;

    private ObjectReader(ObjectSource source, Entry log, Entry description, BatchManifest manifest) {
        this.source = source;
        this.log = log;
        this.description = description;
        this.manifest = manifest;
    }

    /** Reads the directory and the manifest: one request, but for a manifest larger than 64 KiB. */
    public static ObjectReader open(ObjectSource source) throws IOException {
        SourceChannel channel = new SourceChannel(source);
        // Without the local headers, the first of which lies at the other end of the object.
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setIgnoreLocalFileHeader(true)
                .get()) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
            if (entries.size() != 2) {
                throw new DamagedObjectException("the object has " + entries.size() + " entries instead of 2");
            }
            Entry description = ZipEntries.manifest(entries.get(1));
            BatchManifest manifest;
            try (InputStream content = zip.getInputStream(entries.get(1))) {
                manifest = ZipEntries.content(description, content);
            }
            Entry log = ZipEntries.log(entries.get(0), manifest.logEntry());
            if (log.position() != 0
                    || log.storedBytes() != manifest.storedBytes()
                    || log.bytes() != manifest.logBytes()) {
                throw new DamagedObjectException(
                        "the object's directory does not describe the log that " + BatchManifest.ENTRY + " describes");
            }
            long end =
                    description.end() + ZipLayout.directory(log, description, 0).remaining();
            if (source.size() != end) {
                throw new DamagedObjectException(
                        "the object is " + source.size() + " bytes long, and its directory ends at " + end);
            }
            return new ObjectReader(source, log, description, manifest);
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw channel.damage("the object's directory", e);
        }
    }

    public BatchManifest manifest() {
        return manifest;
    }

    /** How the record batches are compressed; never {@link Compression#AUTO}. */
    public Compression compression() {
        return log.compression();
    }

    /**
     * The record batches from an offset on, to the object's end. The first one may begin before the offset. Only what is asked for
     * is read, from the beginning of a frame, as one stream.
     *
     * <p>A part of an object can't be held against the object's SHA-256. Where a frame has no checksum of its own (stored, deflate), an
     * altered base offset of a batch, which the batch's CRC does not cover, is found if it contradicts the batches around it, or
     * the index; {@link ObjectStream} and {@link #verify} find it always.
     */
    public Batches batches(long fromOffset) throws IOException {
        List<Frame> index = manifest.index();
        int first = 0;
        while (first + 1 < index.size() && index.get(first + 1).offset() <= fromOffset) {
            first++;
        }
        Frame frame = index.isEmpty() ? new Frame(manifest.firstOffset(), 0, 0) : index.get(first);
        long stored = log.storedBytes() - frame.storedPosition();
        if (stored < 0 || frame.storedPosition() < 0 || frame.logPosition() < 0 || frame.logPosition() > log.bytes()) {
            throw new DamagedObjectException("the index points out of the object: " + frame);
        }
        SourceStream bytes = new SourceStream(source.read(log.dataPosition() + frame.storedPosition(), stored));
        return new RangedBatches(bytes, frame, fromOffset);
    }

    /**
     * Reads all of the object and checks all that can be checked: the bytes of the ZIP around its entries, lengths, CRC-32, SHA-256,
     * checksums of the frames, the CRC-32C of each batch, and every field of the manifest and of the key that follows from them.
     *
     * @param key what the object is stored as
     */
    public void verify(ObjectKey key) throws IOException {
        new ObjectVerification(source, log, description, manifest).run(key);
    }

    private final class RangedBatches implements Batches {
        private final SourceStream bytes;
        private final InputStream decoded;
        private final BatchBuffers buffers;
        private final Frame frame;
        private final long fromOffset;
        private boolean begun;
        private Optional<ByteBuffer> ahead = Optional.empty();
        private boolean ended;
        private RuntimeException failure;

        private RangedBatches(SourceStream bytes, Frame frame, long fromOffset) throws IOException {
            this.bytes = bytes;
            this.decoded = FrameDecoder.decode(bytes, log.compression());
            this.buffers =
                    new BatchBuffers(decoded, log.name(), frame.logPosition(), log.bytes() - frame.logPosition());
            this.frame = frame;
            this.fromOffset = fromOffset;
        }

        @Override
        public boolean hasNext() {
            if (failure != null) {
                throw failure;
            }
            try {
                while (ahead.isEmpty() && !ended) {
                    ahead = read();
                }
            } catch (IOException e) {
                failure = new UncheckedIOException(e);
                throw failure;
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
            return ahead.isPresent();
        }

        private Optional<ByteBuffer> read() throws IOException {
            try {
                Optional<ByteBuffer> next = buffers.next();
                if (next.isEmpty()) {
                    buffers.end();
                    ended = true;
                    expectOffset("last", manifest.lastOffset(), buffers.lastOffset());
                } else if (!begun) {
                    begun = true;
                    expectOffset("first", frame.offset(), next.get().getLong(0));
                }
                return next.map(this::skip).filter(ByteBuffer::hasRemaining);
            } catch (IOException | RuntimeException e) {
                throw bytes.damage(log.name(), e);
            }
        }

        /** The CRC of a batch does not cover its base offset. */
        private void expectOffset(String which, long expected, long found) {
            if (found != expected) {
                throw new DamagedObjectException("the " + which + " offset of " + log.name() + " from byte "
                        + frame.logPosition() + " on should be " + expected + ", and is " + found);
            }
        }

        /** Without the batches before the one that holds the offset. */
        private ByteBuffer skip(ByteBuffer batches) {
            BatchWalk walk = new BatchWalk(batches);
            while (walk.next()) {
                if (walk.lastOffset() >= fromOffset) {
                    return batches.position(walk.position()).slice();
                }
            }
            return batches.position(batches.limit());
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

        @Override
        public void close() throws IOException {
            decoded.close();
        }
    }
}
