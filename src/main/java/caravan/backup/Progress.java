package caravan.backup;

import caravan.backup.Failures.Subject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;

/** What a backup has done since it started, and whether it is failing. Safe for any thread. */
public final class Progress {

    /** A failure that is being waited out; {@code since} on the clock of {@link System#nanoTime}. */
    public record Failing(long since, Throwable cause) {
        /** How long it has been going on. */
        public Duration lasting() {
            return Duration.ofNanos(System.nanoTime() - since);
        }
    }

    private final LongAdder recordsTaken = new LongAdder();
    private final LongAdder bytesTaken = new LongAdder();
    private final LongAdder recordsStored = new LongAdder();
    private final LongAdder logBytesStored = new LongAdder();
    private final LongAdder bytesStored = new LongAdder();
    private final LongAdder objectsStored = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder truncations = new LongAdder();
    private final LongAdder lateReads = new LongAdder();
    private final LongAdder uploadFailures = new LongAdder();
    private final AtomicLong lastPoll = new AtomicLong(System.nanoTime());
    private volatile boolean polls;
    private final AtomicLong lastSuccess = new AtomicLong(System.nanoTime());
    private final Failures failures = new Failures();
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();

    void taken(long records, long bytes) {
        recordsTaken.add(records);
        bytesTaken.add(bytes);
    }

    void stored(SpooledObject object) {
        recordsStored.add(object.sealed().key().records());
        logBytesStored.add(object.sealed().manifest().logBytes());
        bytesStored.add(object.sealed().size());
        objectsStored.increment();
        failures.recovered(Subject.DATA, object.partition());
        succeeded();
    }

    void gap() {
        gaps.increment();
    }

    void truncation() {
        truncations.increment();
    }

    /** A gap was named because something was read so late that tombstones may have been gone. */
    void lateRead() {
        gap();
        lateReads.increment();
    }

    /** An attempt to store an object failed; it is tried again. */
    void uploadFailed(TopicPartition partition, Throwable cause) {
        uploadFailures.increment();
        failures.failing(Subject.DATA, partition, cause);
    }

    /** Something was stored, or there is nothing that is not. */
    void succeeded() {
        lastSuccess.set(System.nanoTime());
    }

    void polled() {
        polls = true;
        lastPoll.set(System.nanoTime());
    }

    /** What fails and is tried again. */
    Failures failures() {
        return failures;
    }

    /** Something failed that trying again does not help. */
    void fatal(Throwable cause) {
        fatal.compareAndSet(null, cause);
    }

    public long recordsTaken() {
        return recordsTaken.sum();
    }

    /** Bytes of log that were spooled. */
    public long bytesTaken() {
        return bytesTaken.sum();
    }

    public long recordsStored() {
        return recordsStored.sum();
    }

    /** Bytes of log in stored objects. */
    public long logBytesStored() {
        return logBytesStored.sum();
    }

    /** Bytes of stored objects. */
    public long bytesStored() {
        return bytesStored.sum();
    }

    public long objectsStored() {
        return objectsStored.sum();
    }

    /** Gap keys that were written. */
    public long gaps() {
        return gaps.sum();
    }

    /** Logs that differed from what was stored of them, and are backed up again from there on. */
    public long truncations() {
        return truncations.sum();
    }

    /** Of the gaps, those that were read so late that tombstones may have been gone. */
    public long lateReads() {
        return lateReads.sum();
    }

    /** Attempts to store an object that failed. */
    public long uploadFailures() {
        return uploadFailures.sum();
    }

    /** Since something was stored, or everything was seen to be; since the task was made where neither was yet. */
    public Duration sinceLastSuccess() {
        return Duration.ofNanos(System.nanoTime() - lastSuccess.get());
    }

    /** Whether there is a consumer that polled already. */
    public boolean polls() {
        return polls;
    }

    /** Since the consumer last polled; a suspended one still does. */
    public Duration sinceLastPoll() {
        return Duration.ofNanos(System.nanoTime() - lastPoll.get());
    }

    /** What has been failing for longest, of all that is waited out; empty where nothing fails. */
    public Optional<Failing> failing() {
        return failures.oldest();
    }

    public Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal.get());
    }
}
