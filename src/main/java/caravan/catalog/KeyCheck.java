package caravan.catalog;

import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.GapDocument;
import caravan.archive.GapDocument.Reason;
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

    /**
     * Everything about a topic, timeline by timeline. That a timeline may lack deletes is nothing to look at any more where a later
     * baseline of the same life is complete.
     */
    public List<Finding> check(TopicContents contents) {
        List<Finding> findings = new ArrayList<>();
        contents.timelines().forEach(timeline -> findings.addAll(check(timeline, contents.superseded(timeline))));
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
                "foreign file " + entry.key() + ": no part of the archive, left alone",
                Kind.FOREIGN_FILE.hint());
    }

    /** Everything about one timeline, whatever there is beside it. */
    public List<Finding> check(TimelineContents contents) {
        return check(contents, false);
    }

    private List<Finding> check(TimelineContents contents, boolean superseded) {
        List<Finding> findings = new ArrayList<>();
        contents.damage()
                .map(damage -> Finding.ofTopic(Severity.FAILURE, Kind.DOCUMENT, contents.topic(), damage))
                .ifPresent(damage -> findings.add(
                        snapshot(damage.message()).map(damage::withKey).orElse(damage)));
        contents.partitions().forEach(partition -> {
            partition.coverage().gaps().forEach(gap -> gap(partition, gap, superseded)
                    .ifPresent(findings::add));
            partition.coverage().holes().forEach(hole -> findings.add(hole(partition, hole)));
        });
        return findings;
    }

    /** The key that a sentence about a damaged snapshot begins with. */
    private static Optional<String> snapshot(String message) {
        return Optional.of(message.replaceFirst(": .*", ""))
                .filter(key -> ArchiveLayout.parse(key).isPresent());
    }

    private Optional<Finding> gap(PartitionContents partition, GapKey gap, boolean superseded) {
        PartitionFolder folder = partition.folder();
        String key = folder.key(gap);
        OffsetRange range = new OffsetRange(gap.from(), gap.next());
        String damage;
        try {
            GapDocument document = GapDocument.parse(store.read(key));
            if (document.from() == gap.from() && document.next() == gap.next()) {
                return superseded && document.reason() == Reason.COMPACTION
                        ? Optional.empty()
                        : Optional.of(gap(partition, document).withKey(key));
            }
            damage = "its document is of " + new OffsetRange(document.from(), document.next());
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            damage = e.getMessage();
        } catch (StoreException e) {
            if (e.kind() != StoreException.Kind.NOT_FOUND) {
                throw e;
            }
            damage = "its key was listed, and can't be read";
        }
        return Optional.of(Finding.of(
                        Severity.FAILURE, Kind.DOCUMENT, folder, range, name(folder) + ": gap " + range + ": " + damage)
                .withKey(key));
    }

    private static Finding gap(PartitionContents partition, GapDocument document) {
        PartitionFolder folder = partition.folder();
        OffsetRange range = document.concerned();
        String about = name(folder) + ": gap " + range + ": ";
        String seen = ", seen " + Instant.ofEpochMilli(document.when());
        if (document.reason() == Reason.PRUNED) {
            return pruned(partition, range, about, seen);
        }
        Finding gap = Finding.of(Severity.WARNING, Kind.GAP, folder, range, about + explain(document) + seen);
        return document.reason() == Reason.COMPACTION ? gap.withHint("'backup --baseline' copies the topic anew") : gap;
    }

    /** A prune that was cut off, or that spared what a restore needs, leaves objects under its gap. */
    private static Finding pruned(PartitionContents partition, OffsetRange range, String about, String seen) {
        long left = partition.objects().stream()
                .filter(stored ->
                        range.from() <= stored.key().from() && stored.key().next() <= range.next())
                .count();
        Finding pruned = Finding.of(
                Severity.WARNING,
                Kind.PRUNED,
                partition.folder(),
                range,
                about + "pruned from the archive on purpose" + seen
                        + (left == 0
                                ? ""
                                : "; " + left + " of its objects " + (left == 1 ? "is" : "are") + " still there"));
        return left == 0 ? pruned : pruned.withHint("run 'prune' again: it deletes the rest");
    }

    private static String explain(GapDocument document) {
        return switch (document.reason()) {
            case RETENTION ->
                "deleted by retention before it was stored (log start offset " + document.logStartOffset() + ")";
            case DELETE_RECORDS ->
                "deleted on request before it was stored (log start offset " + document.logStartOffset() + ")";
            case COMPACTION -> "compacted before it was stored, tombstones may be missing";
            case PRUNED -> "pruned from the archive on purpose";
        };
    }

    /** Offsets that nothing answers for. */
    public Finding hole(PartitionContents partition, OffsetRange hole) {
        Instant since = partition.keys().stream()
                .filter(stored -> stored.key().from() >= hole.next())
                .map(StoredKey::storedAt)
                .min(Instant::compareTo)
                .orElse(now);
        boolean young = since.isAfter(now.minus(UNDER_WAY));
        String message = name(partition.folder()) + ": hole " + hole + ": nothing answers for these offsets since "
                + since + (young ? "; an upload may be under way" : "; an object is missing");
        Finding found =
                Finding.of(young ? Severity.WARNING : Severity.FAILURE, Kind.HOLE, partition.folder(), hole, message);
        return young ? found.withHint("an upload that is under way fills it: look again in an hour") : found;
    }

    private static String name(PartitionFolder folder) {
        return folder.topic() + "-" + folder.partition();
    }
}
