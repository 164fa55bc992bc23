package caravan.backup;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.ObjectIdentity;
import caravan.archive.ObjectWriter;
import caravan.archive.PartitionFolder;
import caravan.archive.SealedObject;
import caravan.kafka.Chunk;
import caravan.store.ChecksumHeader;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * One archive object from its first chunk until it is stored: the body that the aggregation grows and the store route puts.
 * Grown by the polling thread; sealed once by whoever completes it (that thread, the one that watches ages, or the one that stops
 * the route); then stored by an upload thread. It may be dropped by any of them, so each step looks at the state, and all that
 * change it hold the object's lock. Nothing else is locked meanwhile but the writer and the spool. What has grown so far may be
 * asked for by any thread, without the lock.
 */
public final class SpooledObject {

    /** What happens to an object, in order; a discarded one ends there from any state but the last. */
    enum State {
        OPEN,
        SEALED,
        STORING,
        STORED,
        DISCARDED
    }

    private final Spool spool;
    private final PartitionFolder folder;
    private final String correlationKey;
    private final ObjectWriter writer;
    private final long openedAt;
    private volatile long firstRecordAt;
    private volatile State state = State.OPEN;
    private volatile SealedObject sealed;
    private volatile boolean broken;
    private volatile long sealedAt;
    private long spooled;

    SpooledObject(
            Spool spool,
            FrameCodecs codecs,
            Compression compression,
            PartitionFolder folder,
            ObjectIdentity identity,
            Chunk first,
            long from)
            throws IOException {
        this.spool = spool;
        this.folder = folder;
        this.correlationKey = first.correlationKey();
        this.writer =
                new ObjectWriter(spool.newFile(".zip"), spool.newFile(".pending"), identity, from, compression, codecs);
        this.openedAt = System.nanoTime();
    }

    /** Appends what the object does not cover yet; the object is as it was where this throws. */
    synchronized void append(Chunk chunk) throws IOException {
        if (state != State.OPEN) {
            // Its files are gone, and its bytes are accounted for.
            throw new IllegalStateException(this + " takes no more, it is " + state);
        }
        if (chunk.from() > writer.next()) {
            throw new IllegalStateException("a jump from " + writer.next() + " to " + chunk);
        }
        if (chunk.next() <= writer.next()) {
            return;
        }
        try {
            writer.append(chunk.batches().duplicate(), writer.next(), chunk.next(), chunk.epoch(), chunk.transformed());
            if (firstRecordAt == 0 && writer.records() > 0) {
                firstRecordAt = System.nanoTime();
            }
        } finally {
            account(writer.spoolBytes());
        }
    }

    /** Completes the object's file. A second call does nothing. */
    synchronized void seal() throws IOException {
        if (state != State.OPEN) {
            return;
        }
        try {
            sealed = writer.seal(System.currentTimeMillis());
            account(sealed.size());
            sealedAt = System.nanoTime();
            state = State.SEALED;
        } catch (IOException | RuntimeException | Error e) {
            broken = true;
            throw e;
        }
    }

    /** From here on the object goes into the archive, also if its assignment ends: its file is being read. */
    synchronized boolean beginStoring() {
        if (state == State.SEALED) {
            state = State.STORING;
        }
        return state == State.STORING;
    }

    /** Ends the object, unless it is on its way into the archive. */
    synchronized void discard() {
        if (state != State.STORING) {
            end(State.DISCARDED);
        }
    }

    /** Ends the object: its file is deleted. */
    synchronized void end(State end) {
        if (state == State.STORED || state == State.DISCARDED) {
            return;
        }
        state = end;
        writer.discard();
        account(0);
    }

    private synchronized void account(long bytes) {
        spool.grow(bytes - spooled);
        spooled = bytes;
    }

    /** How long the object has been complete. */
    Duration waiting() {
        return state == State.OPEN ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - sealedAt);
    }

    State state() {
        return state;
    }

    boolean broken() {
        return broken;
    }

    void markBroken() {
        broken = true;
    }

    /** Bytes of log so far. */
    long bytes() {
        return writer.bytes();
    }

    long records() {
        return writer.records();
    }

    /** End of the coverage so far, exclusive. */
    long next() {
        return writer.next();
    }

    String correlationKey() {
        return correlationKey;
    }

    /** When the object opened, on the clock of {@link System#nanoTime}. */
    long openedAt() {
        return openedAt;
    }

    /** When its first record came, on the clock of {@link System#nanoTime}; 0 while it has none. */
    long firstRecordAt() {
        return firstRecordAt;
    }

    SealedObject sealed() {
        return sealed;
    }

    TopicPartition partition() {
        return new TopicPartition(folder.topic(), folder.partition());
    }

    PartitionFolder folder() {
        return folder;
    }

    /** Key in the archive, without the store's prefix. */
    public String getKey() {
        return folder.key(sealed.key());
    }

    /** The file to store. */
    public File getFile() {
        return sealed.file().toFile();
    }

    /** CRC-32C of the file as it was written. */
    public long getCrc32c() {
        return sealed.crc32c();
    }

    /** User metadata to store it with; the checksum entry becomes a checksum header on its way. */
    public Map<String, String> getMetadata() {
        return Map.of(
                "records",
                Long.toString(sealed.key().records()),
                "log-bytes",
                Long.toString(sealed.manifest().logBytes()),
                ChecksumHeader.METADATA,
                ChecksumHeader.value(sealed.crc32c()));
    }

    @Override
    public String toString() {
        return sealed == null ? folder.path() + "…" : getKey();
    }
}
