package caravan.archive;

import caravan.archive.BatchManifest.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one object in one pass: a ZIP of two entries, the record batches and their manifest.
 *
 * <p>Batches that are to be compressed wait in a file of their own until there is a frame's worth, are then compressed in one call, and
 * appended to the ZIP; others are appended as they come.
 * The first local header is written last, when its sizes are known. Between calls a writer holds neither buffers nor open files.
 *
 * <p>A call that throws leaves the writer as it was, and may be made again: nothing but a writer's own state says how much of its
 * files counts. For one thread at a time; what has grown so far may be asked for by any.
 */
public final class ObjectWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectWriter.class);

    /** Frames end at the first batch border after so many bytes of log. */
    public static final int FRAME_BYTES = 4 << 20;
    /** An object of so many bytes of log takes no more batches. */
    public static final long MAX_LOG_BYTES = 1L << 30;

    /** A last, empty block ends the blocks of the frames: RFC 1951, 3.2.3 and 3.2.6. */
    private static final byte[] DEFLATE_END = {3, 0};

    private final SpoolFile zip;
    private final SpoolFile pending;
    private final ObjectIdentity identity;
    private final long from;
    private final FrameCodecs codecs;
    private final int frameBytes;
    private final long maxLogBytes;
    private final String logEntry;
    private volatile State state;

    /**
     * @param zipFile the object; must not exist
     * @param pendingFile what waits for a frame; must not exist
     * @param from first offset that the object answers for
     */
    public ObjectWriter(
            Path zipFile,
            Path pendingFile,
            ObjectIdentity identity,
            long from,
            Compression compression,
            FrameCodecs codecs) {
        this(zipFile, pendingFile, identity, from, compression, codecs, FRAME_BYTES, MAX_LOG_BYTES);
    }

    ObjectWriter(
            Path zipFile,
            Path pendingFile,
            ObjectIdentity identity,
            long from,
            Compression compression,
            FrameCodecs codecs,
            int frameBytes,
            long maxLogBytes) {
        this.zip = new SpoolFile(zipFile);
        this.pending = new SpoolFile(pendingFile);
        this.identity = identity;
        this.from = from;
        this.codecs = codecs;
        this.frameBytes = frameBytes;
        this.maxLogBytes = maxLogBytes;
        this.logEntry = KeyFields.offset(from) + ".log";
        this.state = new State(from, compression, Digests.sha256());
    }

    /**
     * Appends what covers [{@code from}, {@code next}). Batches without records in that range are left out: control batches, what
     * a cleaner left, and what the object has already. A batch that straddles is stored whole, once, and counts only for its
     * records in range.
     *
     * @param batches whole record batches of format v2, back to back, in order; read from position to limit, which stay as they are
     * @param from the writer's own {@link #next}
     * @param next end of what is covered then, exclusive
     * @param epoch partition leader epoch at {@code next - 1}; -1 where it is not known
     * @param transformed whether a record route dropped or changed records
     * @throws org.apache.kafka.common.errors.CorruptRecordException if they are no batches
     * @throws ObjectFullException if the object takes no more batches
     * @throws IllegalArgumentException if a batch begins behind {@code next}, or inside of the one before it
     */
    public synchronized void append(ByteBuffer batches, long from, long next, int epoch, boolean transformed)
            throws IOException {
        State old = open();
        if (from != old.next) {
            throw new IllegalArgumentException("the object goes on at " + old.next + ", not at " + from);
        }
        KeyFields.check(from, next, epoch);
        State grown = new State(old);
        grown.statistics = old.statistics.copy();
        grown.next = next;
        grown.epoch = epoch;
        grown.transformed |= transformed;
        List<ByteBuffer> frame = new ArrayList<>();
        try {
            BatchWalk walk = new BatchWalk(batches);
            long lastOffset = -1;
            while (walk.next()) {
                if (walk.baseOffset() <= lastOffset || walk.baseOffset() >= next) {
                    throw new IllegalArgumentException("a batch at offset " + walk.baseOffset()
                            + " has no place behind " + lastOffset + " and before " + next);
                }
                lastOffset = walk.lastOffset();
                if (add(walk, from, next, grown)) {
                    extend(frame, batches, batches.position() + walk.position(), walk.size());
                    if (grown.frameBytes >= frameBytes) {
                        endFrame(grown, frame);
                        frame.clear();
                    }
                }
            }
            if (!frame.isEmpty() && grown.compression == Compression.STORED) {
                appendStored(grown, frame);
            } else if (!frame.isEmpty()) {
                keep(old, grown, frame);
            }
            state = grown;
        } catch (IOException | RuntimeException e) {
            takeBack(e);
            throw e;
        }
    }

    /** Whether the batch that a walk stands at belongs into the object, and is not there yet. Counts it. */
    private boolean add(BatchWalk walk, long from, long next, State grown) {
        long records = walk.count(from, next);
        if (records == 0) {
            return false;
        }
        LogStatistics statistics = grown.statistics;
        if (walk.lastOffset() <= statistics.lastOffset()) {
            // It straddled the end of what was appended before, and is there.
            statistics.addRecords(records);
            return false;
        }
        if (walk.baseOffset() <= statistics.lastOffset()) {
            throw new IllegalArgumentException("a batch at offset " + walk.baseOffset()
                    + " begins inside of the one before it, which ends at " + statistics.lastOffset());
        }
        if (statistics.bytes() >= maxLogBytes) {
            throw new ObjectFullException(statistics.bytes(), maxLogBytes);
        }
        if (grown.frameBytes == 0) {
            grown.frameOffset = walk.baseOffset();
        }
        statistics.add(walk, records);
        grown.frameBytes += walk.size();
        grown.frameCompressedBytes += walk.compressed() ? walk.size() : 0;
        return true;
    }

    /** Adds bytes to what arrived for a frame; mostly they follow what was added last. */
    private static void extend(List<ByteBuffer> frame, ByteBuffer batches, int position, int size) {
        ByteBuffer last = frame.isEmpty() ? null : frame.get(frame.size() - 1);
        if (last != null && last.limit() == position) {
            last.limit(position + size);
        } else {
            frame.add(batches.duplicate().position(position).limit(position + size));
        }
    }

    private void endFrame(State grown, List<ByteBuffer> arrived) throws IOException {
        if (grown.compression == Compression.STORED) {
            appendStored(grown, arrived);
            grown.frameBytes = 0;
            grown.frameCompressedBytes = 0;
        } else {
            writeFrame(grown, arrived);
        }
    }

    /** Appends what has come to the ZIP, without waiting for the rest of its frame: nobody will compress it. */
    private void appendStored(State grown, List<ByteBuffer> arrived) throws IOException {
        begin(grown);
        if (grown.frames.isEmpty() || last(grown.frames).offset() != grown.frameOffset) {
            grown.frames.add(new Frame(grown.frameOffset, grown.logBytes, grown.storedBytes));
        }
        for (ByteBuffer batches : arrived) {
            grown.logCrc = Crc.CRC_32.join(grown.logCrc, Crc.CRC_32.of(batches), batches.remaining());
            grown.logBytes += batches.remaining();
            appendToEntry(grown, batches);
        }
    }

    private static Frame last(List<Frame> frames) {
        return frames.get(frames.size() - 1);
    }

    /** Keeps the place of the first local header. */
    private void begin(State grown) throws IOException {
        if (grown.frames.isEmpty()) {
            zip.write(0, ByteBuffer.allocate((int) logEntry(grown).dataPosition()));
        }
    }

    /** Compresses what is pending and what has come, and appends it to the ZIP. */
    private void writeFrame(State grown, List<ByteBuffer> arrived) throws IOException {
        FrameCodec codec = codecs.take();
        try {
            ByteBuffer log = log(grown, arrived, codec);
            if (grown.compression == Compression.AUTO) {
                boolean mostlyCompressed = grown.frameCompressedBytes * 2 > grown.frameBytes;
                grown.compression = mostlyCompressed ? Compression.STORED : Compression.ZSTD;
            }
            int logCrc = Crc.CRC_32.of(log);
            ByteBuffer frame = codec.encode(log, grown.compression);
            begin(grown);
            grown.frames.add(new Frame(grown.frameOffset, grown.logBytes, grown.storedBytes));
            grown.logCrc = Crc.CRC_32.join(grown.logCrc, logCrc, log.remaining());
            grown.logBytes += log.remaining();
            appendToEntry(grown, frame);
            grown.frameBytes = 0;
            grown.frameCompressedBytes = 0;
            grown.pendingBytes = 0;
            grown.pendingPosition = 0;
            grown.pendingCrc = 0;
        } finally {
            codecs.give(codec);
        }
    }

    /** What becomes a frame, in one buffer outside of the heap: what has come, as it is, where that is one. */
    private ByteBuffer log(State grown, List<ByteBuffer> arrived, FrameCodec codec) throws IOException {
        if (grown.pendingBytes == 0 && arrived.size() == 1 && arrived.get(0).isDirect()) {
            return arrived.get(0);
        }
        ByteBuffer log = codec.input(Math.toIntExact(grown.frameBytes));
        if (grown.pendingBytes > 0) {
            pending.read(grown.pendingPosition, log.limit(Math.toIntExact(grown.pendingBytes)));
            if (Crc.CRC_32.of(log.duplicate().flip()) != grown.pendingCrc) {
                throw new IOException(pending.path() + " does not hold what was written to it");
            }
            log.limit(log.capacity());
        }
        arrived.forEach(batch -> log.put(batch.duplicate()));
        return log.flip();
    }

    private void appendToEntry(State grown, ByteBuffer stored) throws IOException {
        zip.write(logEntry(grown).end(), stored);
        grown.digest = Digests.copy(grown.digest);
        grown.digest.update(stored.duplicate());
        appendToBody(grown, stored);
        grown.storedBytes += stored.remaining();
    }

    private static void appendToBody(State grown, ByteBuffer bytes) {
        grown.bodyCrc = Crc.CRC_32C.join(grown.bodyCrc, Crc.CRC_32C.of(bytes), bytes.remaining());
    }

    /** Keeps what is no frame yet, without touching what the old state needs. */
    private void keep(State old, State grown, List<ByteBuffer> arrived) throws IOException {
        long bytes = arrived.stream().mapToLong(ByteBuffer::remaining).sum();
        long position = old.pendingPosition + old.pendingBytes;
        if (grown.pendingBytes == 0) {
            if (old.pendingBytes == 0 || bytes <= old.pendingPosition) {
                position = 0;
            }
            grown.pendingPosition = position;
        }
        pending.write(position, arrived.toArray(ByteBuffer[]::new));
        for (ByteBuffer batch : arrived) {
            grown.pendingCrc = Crc.CRC_32.join(grown.pendingCrc, Crc.CRC_32.of(batch), batch.remaining());
        }
        grown.pendingBytes += bytes;
        grown.pendingFileBytes = Math.max(old.pendingFileBytes, position + bytes);
    }

    /**
     * Completes the object. May be called again after it has thrown; nothing can be appended after it has returned.
     *
     * @param createdAt epoch millis
     * @throws IllegalStateException if the object covers nothing
     */
    public synchronized SealedObject seal(long createdAt) throws IOException {
        State old = open();
        if (old.next == from) {
            throw new IllegalStateException("an object at " + from + " that covers nothing");
        }
        State whole = new State(old);
        try {
            if (whole.pendingBytes > 0) {
                writeFrame(whole, List.of());
            }
            if (whole.frames.isEmpty()) {
                whole.compression = Compression.STORED;
                begin(whole);
            } else if (whole.compression == Compression.DEFLATE) {
                appendToEntry(whole, ByteBuffer.wrap(DEFLATE_END));
            }
            BatchManifest manifest = manifest(whole, createdAt);
            ByteBuffer json = ByteBuffer.wrap(manifest.toJson());
            ByteBuffer deflated = deflated(json);
            ZipLayout.Entry log = logEntry(whole);
            ZipLayout.Entry description = new ZipLayout.Entry(
                    BatchManifest.ENTRY,
                    Compression.DEFLATE,
                    Crc.CRC_32.of(json),
                    deflated.remaining(),
                    json.remaining(),
                    log.end());
            ByteBuffer header = ZipLayout.localHeader(log, createdAt);
            ByteBuffer[] rest = {
                ZipLayout.localHeader(description, createdAt),
                deflated,
                ZipLayout.directory(log, description, createdAt)
            };
            zip.write(log.end(), rest);
            for (ByteBuffer part : rest) {
                appendToBody(whole, part);
            }
            zip.write(0, header);
            long size = description.end() + rest[2].remaining();
            // What an attempt that failed may have left behind.
            zip.truncate(size);
            int crc32c = Crc.CRC_32C.join(Crc.CRC_32C.of(header), whole.bodyCrc, size - header.remaining());
            whole.sealed = true;
            whole.pendingFileBytes = 0;
            whole.zipBytes = size;
            state = whole;
            delete(pending);
            return new SealedObject(zip.path(), manifest.key(), manifest, size, Integer.toUnsignedLong(crc32c));
        } catch (IOException | RuntimeException e) {
            takeBack(e);
            throw e;
        }
    }

    private BatchManifest manifest(State whole, long createdAt) {
        LogStatistics statistics = whole.statistics;
        return new BatchManifest(
                identity.archiveId(),
                identity.clusterId(),
                identity.topic(),
                identity.timeline().topicId(),
                identity.partition(),
                from,
                whole.next,
                statistics.firstOffset(),
                statistics.lastOffset(),
                whole.epoch,
                statistics.records(),
                statistics.batches(),
                statistics.baseTimestamp(),
                statistics.maxTimestamp(),
                statistics.timestampType(),
                whole.transformed,
                whole.logBytes,
                whole.storedBytes,
                Digests.hex(Digests.copy(whole.digest).digest()),
                identity.writer(),
                createdAt,
                whole.frames);
    }

    private ZipLayout.Entry logEntry(State at) {
        return new ZipLayout.Entry(logEntry, at.compression, at.logCrc, at.storedBytes, at.logBytes, 0);
    }

    private static ByteBuffer deflated(ByteBuffer json) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            deflater.setInput(json.duplicate());
            deflater.finish();
            // Manifests shrink; what does not is not larger by more than this.
            ByteBuffer deflated = ByteBuffer.allocate(json.remaining() + (json.remaining() >>> 9) + 64);
            deflater.deflate(deflated);
            if (!deflater.finished()) {
                throw new IllegalStateException("deflate made more than it can");
            }
            return deflated.flip();
        } finally {
            deflater.end();
        }
    }

    /** The state counts, whatever the files hold; this only gives back the room that the attempt took. */
    private void takeBack(Exception failure) {
        try {
            if (!state.frames.isEmpty()) {
                zip.truncate(logEntry(state).end());
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private State open() {
        State now = state;
        if (now.sealed) {
            throw new IllegalStateException("the object at " + from + " is complete");
        }
        return now;
    }

    /** Deletes both files, sealed or not. One that can't be deleted stays: the spool clears up when it is opened. */
    public synchronized void discard() {
        delete(zip);
        delete(pending);
    }

    private static void delete(SpoolFile file) {
        try {
            file.delete();
        } catch (IOException e) {
            LOG.warn("could not delete {}: {}", file.path(), e.toString());
        }
    }

    /** Bytes of log so far. */
    public long bytes() {
        return state.statistics.bytes();
    }

    /** Bytes of disk that both files take. */
    public long spoolBytes() {
        State now = state;
        long zipBytes = now.frames.isEmpty() ? 0 : logEntry(now).end();
        return now.pendingFileBytes + Math.max(zipBytes, now.zipBytes);
    }

    /** End of what is covered so far, exclusive. */
    public long next() {
        return state.next;
    }

    /** Records so far. */
    public long records() {
        return state.statistics.records();
    }

    /** How far a writer is. Changed only before it takes the place of the one before it. */
    private static final class State {
        private LogStatistics statistics;
        private long next;
        private int epoch = -1;
        private boolean transformed;
        private Compression compression;

        /** Frames in the ZIP: their log, what became of it, and all bytes behind the first header. */
        private final List<Frame> frames;

        private long logBytes;
        private int logCrc;
        private long storedBytes;
        private MessageDigest digest;
        private int bodyCrc;

        /** The frame that is not there yet, pending or just arrived. */
        private long frameOffset;

        private long frameBytes;
        private long frameCompressedBytes;

        /** The part of it that lies in the pending file. */
        private long pendingPosition;

        private long pendingBytes;
        private int pendingCrc;
        private long pendingFileBytes;

        private boolean sealed;
        private long zipBytes;

        private State(long from, Compression compression, MessageDigest digest) {
            this.statistics = new LogStatistics();
            this.next = from;
            this.compression = compression;
            this.frames = List.of();
            this.digest = digest;
        }

        private State(State other) {
            statistics = other.statistics;
            next = other.next;
            epoch = other.epoch;
            transformed = other.transformed;
            compression = other.compression;
            frames = new ArrayList<>(other.frames);
            logBytes = other.logBytes;
            logCrc = other.logCrc;
            storedBytes = other.storedBytes;
            digest = other.digest;
            bodyCrc = other.bodyCrc;
            frameOffset = other.frameOffset;
            frameBytes = other.frameBytes;
            frameCompressedBytes = other.frameCompressedBytes;
            pendingPosition = other.pendingPosition;
            pendingBytes = other.pendingBytes;
            pendingCrc = other.pendingCrc;
            pendingFileBytes = other.pendingFileBytes;
        }
    }
}
