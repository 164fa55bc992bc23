package caravan.catalog;

import caravan.archive.DamagedObjectException;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.UnsupportedFormatException;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.store.Store;
import caravan.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks what an archive's keys say: gaps, holes, foreign files, and snapshots that are missing. */
public final class KeyCheck {
    /** How long an upload may take to fill a hole; after it, a hole is damage. */
    private static final Duration UNDER_WAY = Duration.ofHours(1);

    private final Store store;
    private final Instant now;

    /**
     * @param now what the age of a hole is counted to
     */
    public KeyCheck(Store store, Instant now) {
        this.store = store;
        this.now = now;
    }

    /** Everything about a topic, timeline by timeline. */
    public List<Finding> check(TopicContents contents) {
        List<Finding> findings = new ArrayList<>();
        contents.timelines().forEach(timeline -> findings.addAll(check(timeline)));
        contents.foreign().forEach(entry -> findings.add(foreign(Optional.of(contents.topic()), entry)));
        return findings;
    }

    /** A key that is none of an archive's. */
    public static Finding foreign(Optional<String> topic, Store.Entry entry) {
        return new Finding(
                Severity.WARNING,
                Kind.FOREIGN_FILE,
                topic,
                Optional.empty(),
                Optional.empty(),
                Optional.of(entry.key()),
                "foreign file " + entry.key() + ": no part of the archive, left alone");
    }

    private List<Finding> check(TimelineContents contents) {
        List<Finding> findings = new ArrayList<>();
        contents.damage()
                .ifPresent(damage ->
                        findings.add(Finding.ofTopic(Severity.FAILURE, Kind.DOCUMENT, contents.topic(), damage)));
        contents.partitions().forEach(partition -> {
            partition.coverage().gaps().forEach(gap -> findings.add(gap(partition.folder(), gap)));
            partition.coverage().holes().forEach(hole -> findings.add(hole(partition, hole)));
        });
        return findings;
    }

    private Finding gap(PartitionFolder folder, GapKey gap) {
        OffsetRange range = new OffsetRange(gap.from(), gap.next());
        String key = folder.key(gap);
        try {
            GapDocument document = GapDocument.parse(store.read(key));
            String message = name(folder) + ": gap " + range + ": " + explain(document) + ", seen "
                    + Instant.ofEpochMilli(document.when());
            return Finding.of(Severity.WARNING, Kind.GAP, folder, range, message)
                    .withKey(key);
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            String message = name(folder) + ": gap " + range + ": " + e.getMessage();
            return Finding.of(Severity.FAILURE, Kind.DOCUMENT, folder, range, message)
                    .withKey(key);
        } catch (StoreException e) {
            if (e.kind() != StoreException.Kind.NOT_FOUND) {
                throw e;
            }
            String message = name(folder) + ": gap " + range + ": its key was listed, and can't be read";
            return Finding.of(Severity.FAILURE, Kind.DOCUMENT, folder, range, message)
                    .withKey(key);
        }
    }

    private static String explain(GapDocument document) {
        return switch (document.reason()) {
            case RETENTION ->
                "deleted by retention before it was stored (log start offset " + document.logStartOffset() + ")";
            case DELETE_RECORDS ->
                "deleted on request before it was stored (log start offset " + document.logStartOffset() + ")";
            case COMPACTION -> "compacted before it was stored, tombstones may be missing";
            case PRUNED -> "pruned from the archive";
        };
    }

    private Finding hole(PartitionContents partition, OffsetRange hole) {
        Instant since = partition.keys().stream()
                .filter(stored -> stored.key().from() >= hole.next())
                .map(StoredKey::storedAt)
                .min(Instant::compareTo)
                .orElse(now);
        boolean young = since.isAfter(now.minus(UNDER_WAY));
        String message = name(partition.folder()) + ": hole " + hole + ": nothing answers for these offsets since "
                + since + (young ? "; an upload may be under way" : "; an object is missing");
        return Finding.of(young ? Severity.WARNING : Severity.FAILURE, Kind.HOLE, partition.folder(), hole, message);
    }

    private static String name(PartitionFolder folder) {
        return folder.topic() + "-" + folder.partition();
    }
}
