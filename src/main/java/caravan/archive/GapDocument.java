package caravan.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Objects;

/**
 * What lies under a gap's key.
 *
 * @param reason why the offsets can't be stored any more
 * @param from first offset of the gap, as in its key, inclusive
 * @param next its end, as in its key, exclusive
 * @param logStartOffset the partition's log start offset that was seen; -1 where it was not asked for
 * @param when the gap was named, epoch millis
 * @param by who named it
 * @param lateNext with {@link Reason#COMPACTION}: end of the offsets, from {@code from} on, that were read so late that tombstones
 *     among them may have been gone; exclusive. Else null
 */
@JsonPropertyOrder({"format", "reason", "from", "next", "logStartOffset", "when", "by", "lateNext"})
public record GapDocument(
        Reason reason,
        long from,
        long next,
        long logStartOffset,
        long when,
        String by,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long lateNext)
        implements Document {

    /** Why offsets can't be stored any more. */
    public enum Reason {
        /** Kafka deleted the log's old end by age or size. */
        @JsonProperty("retention")
        RETENTION,
        /** Somebody called for the deletion of records. */
        @JsonProperty("delete-records")
        DELETE_RECORDS,
        /** Records may have been compacted away together with their tombstones. */
        @JsonProperty("compaction")
        COMPACTION,
        /** Objects were pruned from the archive. */
        @JsonProperty("pruned")
        PRUNED
    }

    public GapDocument {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(by, "by");
        KeyFields.check(from, next, -1);
    }

    /** A gap that says of its own offsets only. */
    public GapDocument(Reason reason, long from, long next, long logStartOffset, long when, String by) {
        this(reason, from, next, logStartOffset, when, by, null);
    }

    /**
     * @param logStartOffset the partition's log start offset that was seen
     * @param when epoch millis
     */
    public static GapDocument retention(GapKey key, long logStartOffset, long when, String by) {
        return new GapDocument(Reason.RETENTION, key.from(), key.next(), logStartOffset, when, by);
    }

    /**
     * @param when epoch millis
     */
    public static GapDocument pruned(GapKey key, long when, String by) {
        return new GapDocument(Reason.PRUNED, key.from(), key.next(), -1, when, by);
    }

    /**
     * @param key of offsets that hold nothing any more
     * @param lateNext end of what was read so late, exclusive
     * @param when epoch millis
     */
    public static GapDocument compaction(GapKey key, long lateNext, long when, String by) {
        return new GapDocument(Reason.COMPACTION, key.from(), key.next(), -1, when, by, lateNext);
    }

    /** Offsets of which something may be missing: the key's own, or all that was read late. */
    public OffsetRange concerned() {
        return new OffsetRange(from, lateNext == null ? next : Math.max(next, lateNext));
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static GapDocument parse(byte[] json) {
        return Json.parse(json, GapDocument.class, "the gap's document");
    }
}
