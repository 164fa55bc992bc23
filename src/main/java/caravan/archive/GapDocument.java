package caravan.archive;

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
 */
@JsonPropertyOrder({"format", "reason", "from", "next", "logStartOffset", "when", "by"})
public record GapDocument(Reason reason, long from, long next, long logStartOffset, long when, String by)
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

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static GapDocument parse(byte[] json) {
        return Json.parse(json, GapDocument.class, "the gap's document");
    }
}
