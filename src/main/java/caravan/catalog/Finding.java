package caravan.catalog;

import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import java.util.Optional;

/**
 * Something that a check met.
 *
 * @param topic empty for what belongs to no topic
 * @param partition empty for what belongs to no partition
 * @param offsets in the source topic; empty where they are not known
 * @param key in the archive, without the store's prefix; empty for what has none
 * @param message what is wrong, in a sentence that stands alone
 * @param hint what can be done about it
 */
public record Finding(
        Severity severity,
        Kind kind,
        Optional<String> topic,
        Optional<PartitionFolder> partition,
        Optional<OffsetRange> offsets,
        Optional<String> key,
        String message,
        String hint) {

    /** How bad it is. */
    public enum Severity {
        /** Somebody should look at it; nothing is damaged. */
        WARNING,
        /** Something is damaged. */
        FAILURE
    }

    /** What it is. */
    public enum Kind {
        /** Offsets that can never be stored any more. */
        GAP(
                "what Kafka deleted can't be had any more; longer retention, or a backup that is not behind, prevents the next gap"),
        /** Offsets whose objects were deleted from the archive by {@code prune}. */
        PRUNED("it was deleted on purpose: nothing is to be done"),
        /** Offsets that nothing answers for: an upload under way, or damage. */
        HOLE(
                "put the missing object back from a copy, or an older version in the bucket; 'backup' fills a hole at the end as long as"
                        + " Kafka has the records; 'restore --accept-loss' restores the rest"),
        /** A key that is none of an archive's. */
        FOREIGN_FILE("move it out of the archive"),
        /** A snapshot of a topic, or the document of a gap, that is missing or damaged. */
        DOCUMENT("put it back from a copy, or an older version in the bucket"),
        /** An object that is not what was stored. */
        OBJECT(
                "put it back from a copy, or an older version in the bucket; as long as Kafka has the records, back them up into a new"
                        + " archive; 'restore --accept-loss' restores what can be read"),
        /** Two objects that say different things of one record. */
        OVERLAP("'verify --against' tells whether the cluster has what a restore would take"),
        /** A record that is not the same in the archive and in a cluster. */
        DIFFERENCE(
                "'cat' shows what the archive has; a copy that was changed can be restored again under another name"),
        /** A topic that was asked for, and is not there. */
        MISSING_TOPIC("'list' shows what the archive has; check --topics and --rename"),
        /** A topic whose records could not be compared. */
        NOT_COMPARED("see to the differences before it, and compare again");

        private final String hint;

        Kind(String hint) {
            this.hint = hint;
        }

        /** What can be done about it in general. */
        String hint() {
            return hint;
        }
    }

    static Finding of(Severity severity, Kind kind, PartitionFolder partition, OffsetRange offsets, String message) {
        return new Finding(
                severity,
                kind,
                Optional.of(partition.topic()),
                Optional.of(partition),
                Optional.of(offsets),
                Optional.empty(),
                message,
                kind.hint());
    }

    /** About a whole topic. */
    public static Finding ofTopic(Severity severity, Kind kind, String topic, String message) {
        return new Finding(
                severity,
                kind,
                Optional.of(topic),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                message,
                kind.hint());
    }

    Finding withKey(String name) {
        return new Finding(severity, kind, topic, partition, offsets, Optional.of(name), message, hint);
    }

    Finding withHint(String other) {
        return new Finding(severity, kind, topic, partition, offsets, key, message, other);
    }
}
