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
 */
public record Finding(
        Severity severity,
        Kind kind,
        Optional<String> topic,
        Optional<PartitionFolder> partition,
        Optional<OffsetRange> offsets,
        Optional<String> key,
        String message) {

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
        GAP,
        /** Offsets that nothing answers for: an upload under way, or damage. */
        HOLE,
        /** A key that is none of an archive's. */
        FOREIGN_FILE,
        /** A snapshot of a topic, or the document of a gap, that is missing or damaged. */
        DOCUMENT,
        /** An object that is not what was stored. */
        OBJECT,
        /** Two objects that say different things of one record. */
        OVERLAP,
        /** A record that is not the same in the archive and in a cluster. */
        DIFFERENCE,
        /** A topic that was asked for, and is not there. */
        MISSING_TOPIC,
        /** A topic whose records could not be compared. */
        NOT_COMPARED
    }

    static Finding of(Severity severity, Kind kind, PartitionFolder partition, OffsetRange offsets, String message) {
        return new Finding(
                severity,
                kind,
                Optional.of(partition.topic()),
                Optional.of(partition),
                Optional.of(offsets),
                Optional.empty(),
                message);
    }

    /** About a whole topic. */
    public static Finding ofTopic(Severity severity, Kind kind, String topic, String message) {
        return new Finding(
                severity, kind, Optional.of(topic), Optional.empty(), Optional.empty(), Optional.empty(), message);
    }

    Finding withKey(String name) {
        return new Finding(severity, kind, topic, partition, offsets, Optional.of(name), message);
    }
}
