package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.ObjectKey;
import caravan.archive.ObjectReader;
import caravan.archive.OffsetRange;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.Record;

/**
 * Compares one partition of an archive with one of a cluster, record by record: timestamp, key, value and headers. Both are read as
 * streams; memory does not grow with them.
 */
public final class PartitionComparison {
    private static final int MOST_DIFFERENCES = 20;

    /** Hears how far a comparison has come. */
    public interface Progress {
        /**
         * @param records that both have, so far
         * @param bytes of these records, in the archive, uncompressed
         */
        void compared(long records, long bytes);
    }

    private final Store store;
    private final PartitionContents archive;
    private final TopicPartition target;
    private final ClusterPartition cluster;
    private final boolean compacted;
    private final Progress progress;
    private final List<Finding> findings = new ArrayList<>();
    private long compared;
    private long bytes;

    /**
     * @param consumer reads committed records, has no reset policy, and is used for nothing else meanwhile
     * @param target the partition of the cluster
     * @param compacted whether the cluster may have compacted records away
     */
    public PartitionComparison(
            Store store,
            PartitionContents archive,
            Consumer<byte[], byte[]> consumer,
            TopicPartition target,
            boolean compacted,
            Progress progress) {
        this.store = store;
        this.archive = archive;
        this.target = target;
        this.cluster = new ClusterPartition(consumer, target);
        this.compacted = compacted;
        this.progress = progress;
    }

    /** Records that both have. */
    public long compared() {
        return compared;
    }

    /** Bytes of these records, in the archive, uncompressed. */
    public long bytes() {
        return bytes;
    }

    /**
     * Compares the archive with the topic that it was made of, by offset: within coverage, from the log start to the last stable
     * offset. A record only in the cluster is a difference; one only in the archive is none where the log begins behind it, or was
     * compacted.
     */
    public List<Finding> byOffset() {
        long from = cluster.logStart();
        long next = Math.min(archive.coverage().end(), cluster.end());
        cluster.from(from);
        try (PartitionRecords stored = new PartitionRecords(store, archive, from, Math.max(from, next))) {
            Optional<Record> ours = next(stored);
            Optional<ConsumerRecord<byte[], byte[]>> theirs = nextBefore(next);
            while ((ours.isPresent() || theirs.isPresent()) && findings.size() < MOST_DIFFERENCES) {
                long our = ours.map(Record::offset).orElse(Long.MAX_VALUE);
                long their = theirs.map(ConsumerRecord::offset).orElse(Long.MAX_VALUE);
                if (our < their) {
                    onlyInArchive(our);
                } else if (their < our) {
                    onlyInCluster(their);
                } else {
                    same(ours.get(), theirs.get());
                }
                ours = our <= their ? next(stored) : ours;
                theirs = their <= our ? nextBefore(next) : theirs;
            }
        }
        return ended();
    }

    private Optional<ConsumerRecord<byte[], byte[]>> nextBefore(long end) {
        return next(cluster).filter(record -> record.offset() < end);
    }

    private void onlyInArchive(long offset) {
        if (!compacted && offset >= cluster.logStart() && offset >= cluster.logStartNow()) {
            differ(offset, "offset " + offset + " is in the archive only");
        }
    }

    private void onlyInCluster(long offset) {
        Optional<ObjectKey> object = objectAt(offset);
        if (object.isPresent() && !transformed(object.get())) {
            differ(offset, "offset " + offset + " is in the cluster only, though " + object.get() + " answers for it");
        }
    }

    private void same(Record ours, ConsumerRecord<byte[], byte[]> theirs) {
        count(ours);
        difference(ours, theirs)
                .filter(difference ->
                        !objectAt(ours.offset()).map(this::transformed).orElse(false))
                .ifPresent(difference -> differ(ours.offset(), "offset " + ours.offset() + ": " + difference));
    }

    private void count(Record record) {
        compared++;
        bytes += record.sizeInBytes();
        progress.compared(compared, bytes);
    }

    /**
     * Compares the archive with a copy of the topic, which has offsets of its own: in order, from the first record to the last.
     * Where the copy may have been compacted, records may be missing from it, but not the last one, which is never cleaned.
     */
    public List<Finding> byOrder() {
        try (PartitionRecords stored = new PartitionRecords(store, archive, 0, Long.MAX_VALUE)) {
            Optional<ConsumerRecord<byte[], byte[]>> theirs = next(cluster);
            boolean matched = true;
            long last = 0;
            while (stored.hasNext()) {
                Record ours = stored.next();
                last = ours.offset();
                Optional<String> difference =
                        theirs.isEmpty() ? Optional.of("the copy ends before it") : difference(ours, theirs.get());
                matched = difference.isEmpty();
                if (matched) {
                    count(ours);
                    theirs = next(cluster);
                } else if (!compacted) {
                    differ(last, place(last, theirs) + ": " + difference.get());
                    return List.copyOf(findings);
                }
            }
            if (theirs.isPresent()) {
                long offset = theirs.get().offset();
                differ(
                        last,
                        matched
                                ? "the copy has more records than the archive, from its offset " + offset + " on"
                                : "offset " + offset + " of the copy is not in the archive at its place");
            } else if (!matched) {
                differ(last, "the last record, offset " + last + " in the archive, is not in the copy");
            }
        }
        return List.copyOf(findings);
    }

    private String place(long offset, Optional<ConsumerRecord<byte[], byte[]>> theirs) {
        return "record no. " + compared + " (offset " + offset + " in the archive"
                + theirs.map(record -> ", " + record.offset() + " in the copy").orElse("") + ")";
    }

    private static Optional<String> difference(Record ours, ConsumerRecord<byte[], byte[]> theirs) {
        return RecordDifference.between("archive", RecordDifference.Content.of(ours), "cluster", content(theirs));
    }

    private static RecordDifference.Content content(ConsumerRecord<byte[], byte[]> record) {
        return new RecordDifference.Content(
                record.timestamp(),
                RecordDifference.buffer(record.key()),
                RecordDifference.buffer(record.value()),
                record.headers().toArray());
    }

    private Optional<ObjectKey> objectAt(long offset) {
        return archive.coverage().pieces().stream()
                .filter(piece -> piece.from() <= offset && offset < piece.next())
                .map(Coverage.Piece::key)
                .filter(ObjectKey.class::isInstance)
                .map(ObjectKey.class::cast)
                .findFirst();
    }

    /** Whether a record route may have dropped or changed the object's records. */
    private boolean transformed(ObjectKey key) {
        String name = archive.folder().key(key);
        try {
            return ObjectReader.open(
                            new StoredObject(store, name, archive.stored(key).size()))
                    .manifest()
                    .transformed();
        } catch (IOException | RuntimeException e) {
            throw ObjectRecords.named(name, e);
        }
    }

    private void differ(long offset, String message) {
        OffsetRange range = new OffsetRange(offset, offset + 1);
        findings.add(Finding.of(Severity.FAILURE, Kind.DIFFERENCE, archive.folder(), range, target + ": " + message));
    }

    private List<Finding> ended() {
        if (findings.size() >= MOST_DIFFERENCES) {
            findings.add(Finding.ofTopic(
                    Severity.FAILURE,
                    Kind.NOT_COMPARED,
                    archive.folder().topic(),
                    target + ": not compared further after " + MOST_DIFFERENCES + " differences"));
        }
        return List.copyOf(findings);
    }

    private static <T> Optional<T> next(Iterator<T> records) {
        return records.hasNext() ? Optional.of(records.next()) : Optional.empty();
    }
}
