package caravan.backup;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.ObjectIdentity;
import caravan.archive.ObjectWriter;
import caravan.archive.PartitionFolder;
import caravan.archive.RecordBatches;
import caravan.archive.SealedObject;
import caravan.kafka.Chunk;
import caravan.store.ChecksumHeader;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.TopicPartition;

/**
 * One archive object from its first chunk until it is stored: the body that the aggregation grows and the store route puts.
 * The polling thread says what it takes; the threads of {@link SpoolWriters} write that, one at a time. It is completed by whoever
 * comes to it (the polling thread, the one that watches ages, or the one that stops the route), sealed and stored by an upload
 * thread. It may be dropped by any of them, so each step looks at the state. What it took has the object's lock; its files have
 * another, under which the first may be taken, but not the other way round.
 */
public final class SpooledObject {

    /** What happens to an object, in order; a discarded one ends there from any state but the last. */
    enum State {
        OPEN,
        COMPLETE,
        SEALED,
        STORING,
        STORED,
        DISCARDED
    }

    private final Spool spool;
    private final CommitLedger ledger;
    private final String correlationKey;
    private final ObjectWriter writer;
    private final Object writing = new Object();
    private final long openedAt;
    private volatile long firstRecordAt;
    private volatile State state = State.OPEN;
    private volatile SealedObject sealed;
    private volatile boolean broken;
    private volatile long completeAt;
    private long next;
    private long bytes;
    private long records;
    private volatile Optional<LateRead> lateRead = Optional.empty();
    private volatile OptionalLong asOf = OptionalLong.empty();
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);
    private long spooled;

    SpooledObject(
            Spool spool,
            FrameCodecs codecs,
            Compression compression,
            CommitLedger ledger,
            ObjectIdentity identity,
            Chunk first,
            long from)
            throws IOException {
        this.spool = spool;
        this.ledger = ledger;
        this.correlationKey = first.correlationKey();
        this.writer =
                new ObjectWriter(spool.newFile(".zip"), spool.newFile(".pending"), identity, from, compression, codecs);
        this.next = from;
        this.openedAt = System.nanoTime();
    }

    /**
     * Takes what the object does not cover yet. It is written by the ledger's threads, after all that the ledger's objects took
     * before; where that fails, the ledger is told, and this object and all behind it get nothing more.
     *
     * @throws IllegalStateException if the object is complete, or the chunk begins behind its end; it is as it was then
     */
    void append(Chunk chunk) {
        int size = chunk.batches().remaining();
        ledger.writers().take(size);
        boolean taken = false;
        try {
            taken = append(chunk, size);
        } finally {
            if (!taken) {
                ledger.writers().give(size);
            }
        }
    }

    private synchronized boolean append(Chunk chunk, int size) {
        if (state != State.OPEN) {
            // Its files are gone, and its bytes are accounted for.
            throw new IllegalStateException(this + " takes no more, it is " + state);
        }
        if (chunk.from() > next) {
            throw new IllegalStateException("a jump from " + next + " to " + chunk);
        }
        if (chunk.next() <= next) {
            chunk.release().run();
            return false;
        }
        long count = RecordBatches.count(chunk.batches(), next, chunk.next());
        spool.grow(size);
        Optional<LateRead> late = ledger.watch(chunk);
        lateRead = late.map(later -> lateRead.map(before -> before.and(later)).orElse(later))
                .or(() -> lateRead);
        OptionalLong ended = ledger.asOf();
        written = ledger.write(size, () -> write(chunk, ended));
        written.whenComplete((nothing, failure) -> {
            spool.grow(-size);
            chunk.release().run();
        });
        next = chunk.next();
        bytes += size;
        records += count;
        if (firstRecordAt == 0 && records > 0) {
            firstRecordAt = System.nanoTime();
        }
        return true;
    }

    private void write(Chunk chunk, OptionalLong ended) {
        synchronized (writing) {
            try {
                if (state == State.DISCARDED) {
                    return;
                }
                writer.append(
                        chunk.batches().duplicate(), writer.next(), chunk.next(), chunk.epoch(), chunk.transformed());
                ledger.spooled(chunk.next());
                asOf = ended;
            } catch (IOException | RuntimeException | Error e) {
                ledger.failed(this, chunk, e);
                throw new CompletionException(e);
            } finally {
                account(state == State.DISCARDED ? 0 : writer.spoolBytes());
            }
        }
    }

    /** The object takes no more. A second call does nothing. */
    synchronized void complete() {
        if (state == State.OPEN) {
            completeAt = System.nanoTime();
            state = State.COMPLETE;
        }
    }

    /**
     * Waits until what the object took is written, and completes its file, as far as that went well. A second call does nothing.
     *
     * @throws IllegalStateException if nothing of what it took was written
     */
    void seal() throws IOException {
        complete();
        CompletableFuture<Void> all;
        synchronized (this) {
            all = written;
        }
        all.handle((nothing, failure) -> nothing).join();
        synchronized (writing) {
            if (state != State.COMPLETE) {
                return;
            }
            try {
                sealed = writer.seal(System.currentTimeMillis());
                account(sealed.size());
            } catch (IOException | RuntimeException | Error e) {
                broken = true;
                throw e;
            }
            synchronized (this) {
                if (state == State.COMPLETE) {
                    state = State.SEALED;
                    return;
                }
            }
            // It was discarded meanwhile.
            writer.discard();
            account(0);
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
    void discard() {
        synchronized (this) {
            if (state == State.STORING || state == State.STORED) {
                return;
            }
            state = State.DISCARDED;
        }
        delete();
    }

    /** Ends the object: its file is deleted. */
    void end(State end) {
        synchronized (this) {
            if (state == State.STORED || state == State.DISCARDED) {
                return;
            }
            state = end;
        }
        delete();
    }

    private void delete() {
        synchronized (writing) {
            writer.discard();
            account(0);
        }
    }

    /** With the lock on writing. */
    private void account(long size) {
        spool.grow(size - spooled);
        spooled = size;
    }

    /** How long the object has been complete. */
    Duration waiting() {
        return state == State.OPEN ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - completeAt);
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

    /** Bytes of log that it took so far. */
    synchronized long bytes() {
        return bytes;
    }

    /** Records that it took so far. */
    synchronized long records() {
        return records;
    }

    /** End of what it took so far, exclusive. */
    synchronized long next() {
        return next;
    }

    /** What has to be named before the object is stored. */
    Optional<LateRead> lateRead() {
        return lateRead;
    }

    /** When the log ended where the object ends, or before, epoch millis; empty where that is not known. */
    OptionalLong asOf() {
        return asOf;
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
        return ledger.assignment().partition();
    }

    PartitionFolder folder() {
        return ledger.folder();
    }

    /** Key in the archive, without the store's prefix. */
    public String getKey() {
        return folder().key(sealed.key());
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
        return sealed == null ? folder().path() + "…" : getKey();
    }
}
