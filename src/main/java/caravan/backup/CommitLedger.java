package caravan.backup;

import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.backup.Failures.Subject;
import caravan.backup.SpooledObject.State;
import caravan.kafka.Assignment;
import caravan.kafka.Chunk;
import caravan.kafka.Start;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one assignment has taken, spooled and stored. It knows an object from the moment it is opened, and commits only what
 * is stored without a hole before it, whatever became of the object's exchange.
 */
final class CommitLedger {
    private static final Logger LOG = LoggerFactory.getLogger(CommitLedger.class);

    private final Assignment assignment;
    private final Start start;
    private final PartitionFolder folder;
    private final String archiveId;
    private final TombstoneWatch tombstones;
    private final SpoolWriters writers;
    private final Progress progress;
    private final Deque<SpooledObject> objects = new ArrayDeque<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);
    private long accepted;
    private long spooled;
    private long stored;
    private Optional<Admission> admission;
    private boolean closing;
    private boolean released;

    /**
     * @param place where the assignment begins
     * @param writers that write what the objects take
     * @param progress told of what could not be written
     */
    CommitLedger(
            Assignment assignment,
            PartitionStarts.Found place,
            String archiveId,
            SpoolWriters writers,
            Progress progress) {
        this.writers = writers;
        this.progress = progress;
        this.assignment = assignment;
        this.start = place.start();
        this.folder = place.folder();
        this.admission = place.admission();
        this.tombstones = place.tombstones();
        this.archiveId = archiveId;
        this.accepted = start.offset();
        this.stored = start.offset();
        this.spooled = start.offset();
    }

    Assignment assignment() {
        return assignment;
    }

    Start start() {
        return start;
    }

    PartitionFolder folder() {
        return folder;
    }

    /**
     * Whether no other object may be stored before the first: it makes void what the archive has behind the start, and between the start
     * and a later one the old would be taken for the new.
     */
    synchronized boolean awaitsFirst() {
        return admission.isPresent();
    }

    /** Why an object may not be stored; empty if it may. */
    synchronized Optional<BackupException> refusal(ObjectKey key) {
        return admission.flatMap(first -> first.refusal(key));
    }

    /** Enters a new object; false if the assignment has ended, or another one has to be stored first. */
    synchronized boolean open(SpooledObject object) {
        if (closing || admission.isPresent() && !objects.isEmpty()) {
            return false;
        }
        objects.addLast(object);
        return true;
    }

    /** Looks at the next chunk: what was read late has to be named before the chunk is stored. */
    synchronized Optional<LateRead> watch(Chunk chunk) {
        return tombstones.take(chunk);
    }

    /**
     * What has to be named before an object is stored. Its name may not make void what only the first object is to: a kill between the two
     * would leave the old before it, and the new behind it.
     */
    synchronized Optional<LateRead> toName(SpooledObject object) {
        return object.lateRead().map(late -> admission.isPresent() ? late.voidingNothing() : late);
    }

    /** When the log ended where what was taken ends, or before, epoch millis; empty where that is not known. */
    synchronized OptionalLong asOf() {
        return tombstones.asOf();
    }

    /** The route took everything before this offset. */
    synchronized void accept(long next) {
        accepted = next;
    }

    synchronized long accepted() {
        return accepted;
    }

    /**
     * Does a step that writes what an object took, after all steps before it. From the first that fails on none is done: what follows
     * could not be told from what is missing.
     *
     * @param bytes that wait with it
     */
    synchronized CompletableFuture<Void> write(int bytes, Runnable step) {
        written = writers.after(written, bytes, step);
        return written;
    }

    /** Everything before this offset is in the files of the objects. */
    synchronized void spooled(long next) {
        spooled = next;
    }

    /** Whether nothing came of it: nothing was taken, or nothing of that could be written. */
    synchronized boolean fruitless() {
        return accepted == start.offset() || spooled == start.offset() && written.isCompletedExceptionally();
    }

    SpoolWriters writers() {
        return writers;
    }

    /** A chunk could not be written: what comes after it is dropped, and fetched again when what lies before it is stored. */
    void failed(SpooledObject object, Chunk chunk, Throwable cause) {
        LOG.warn("{} could not be spooled: {}", chunk, cause.toString());
        List<SpooledObject> cut = new ArrayList<>();
        synchronized (this) {
            while (objects.contains(object) && objects.peekLast() != object) {
                cut.add(objects.removeLast());
            }
            closing = true;
        }
        cut.forEach(SpooledObject::discard);
        progress.failures().failing(Subject.DATA, assignment.partition(), cause);
        if (cause instanceof Error) {
            progress.fatal(cause);
        }
        assignment.restart("a chunk could not be written into the spool");
    }

    /** Offset up to which (exclusive) everything is in the archive. */
    synchronized long storedUpTo() {
        return stored;
    }

    /** An object is in the archive. Commits up to the first object that is not. */
    synchronized void stored() {
        ObjectKey last = null;
        OptionalLong asOf = OptionalLong.empty();
        while (!objects.isEmpty() && objects.peekFirst().state() == State.STORED) {
            SpooledObject object = objects.removeFirst();
            last = object.sealed().key();
            asOf = object.asOf();
        }
        if (last != null) {
            stored = last.next();
            admission = Optional.empty();
        }
        if (last != null && !released) {
            Optional<Integer> epoch = last.epoch() < 0 ? Optional.empty() : Optional.of(last.epoch());
            CommitMetadata metadata =
                    new CommitMetadata(archiveId, folder.timeline(), Optional.of(last.fileName()), asOf);
            assignment.commit(last.next(), epoch, metadata.print());
        }
        settleDrain();
    }

    /** An object's bytes can't be used: it and what follows it is dropped; what lies before it is still stored. */
    void cutOff(SpooledObject unusable) {
        List<SpooledObject> cut = new ArrayList<>();
        synchronized (this) {
            while (objects.contains(unusable)) {
                cut.add(objects.removeLast());
            }
            closing = true;
            settleDrain();
        }
        unusable.end(State.DISCARDED);
        cut.forEach(SpooledObject::discard);
    }

    /** The assignment ends and its partition stays: what is open is stored first. Completes when nothing is left. */
    synchronized CompletableFuture<Void> close() {
        closing = true;
        settleDrain();
        return drained;
    }

    /** The assignment ends and its partition goes, or its data is void: what is not stored is dropped. */
    void release() {
        List<SpooledObject> left;
        synchronized (this) {
            released = true;
            closing = true;
            left = new ArrayList<>(objects);
            objects.clear();
            settleDrain();
        }
        left.forEach(SpooledObject::discard);
    }

    /** The object that is growing, if there is one. */
    synchronized Optional<SpooledObject> open() {
        SpooledObject last = objects.peekLast();
        return last != null && last.state() == State.OPEN ? Optional.of(last) : Optional.empty();
    }

    /** Objects that are complete and not stored yet. */
    synchronized int waiting() {
        int waiting = 0;
        for (SpooledObject object : objects) {
            waiting += object.state() == State.OPEN ? 0 : 1;
        }
        return waiting;
    }

    /** How long the object that comes next has been complete without being stored. */
    synchronized Duration longestWait() {
        return objects.isEmpty() ? Duration.ZERO : objects.peekFirst().waiting();
    }

    synchronized boolean holds(SpooledObject object) {
        return objects.contains(object);
    }

    private void settleDrain() {
        if (closing && objects.isEmpty()) {
            drained.complete(null);
        }
    }
}
