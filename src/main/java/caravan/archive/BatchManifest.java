package caravan.archive;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.Uuid;

/**
 * {@code batch.json}: what an object says about itself.
 *
 * @param archiveId the archive that it belongs to
 * @param clusterId the Kafka cluster that it was read from
 * @param topic name of the topic
 * @param topicId the topic's id; the zero id where the brokers give none
 * @param partition number of the partition, from 0
 * @param from first offset that it answers for, inclusive
 * @param next end of what it answers for, exclusive
 * @param firstOffset base offset of the first batch; below {@code from} where the batch straddles it. -1 without batches
 * @param lastOffset last offset of the last batch, inclusive; {@code next} or more where the batch straddles it. -1 without
 *     batches
 * @param lastLeaderEpoch partition leader epoch of the last batch covered, stored or not; -1 where it is not known
 * @param records records at offsets {@code from} ≤ offset &lt; {@code next}
 * @param batches record batches stored
 * @param baseTimestamp smallest base timestamp of the batches, epoch millis; -1 without records
 * @param maxTimestamp upper bound of the records' timestamps, epoch millis; -1 without records
 * @param timestampType what the timestamps are
 * @param transformed whether a record route dropped or changed records
 * @param logBytes length of the record batches, bytes
 * @param storedBytes length of the entry as it is stored in the ZIP, bytes
 * @param sha256 of the entry as it is stored, 64 hexadecimal digits in lower case
 * @param writer which program wrote the object
 * @param createdAt epoch millis
 * @param index where reading can start, in order; empty without batches
 */
@JsonPropertyOrder({
    "format",
    "archiveId",
    "clusterId",
    "topic",
    "topicId",
    "partition",
    "from",
    "next",
    "firstOffset",
    "lastOffset",
    "lastLeaderEpoch",
    "records",
    "batches",
    "baseTimestamp",
    "maxTimestamp",
    "timestampType",
    "transformed",
    "logBytes",
    "storedBytes",
    "sha256",
    "writer",
    "createdAt",
    "index"
})
public record BatchManifest(
        String archiveId,
        String clusterId,
        String topic,
        Uuid topicId,
        int partition,
        long from,
        long next,
        long firstOffset,
        long lastOffset,
        int lastLeaderEpoch,
        long records,
        long batches,
        long baseTimestamp,
        long maxTimestamp,
        Timestamps timestampType,
        boolean transformed,
        long logBytes,
        long storedBytes,
        String sha256,
        String writer,
        long createdAt,
        List<Frame> index)
        implements Document {

    /** The name of its entry. */
    public static final String ENTRY = "batch.json";

    /** What the timestamps of an object's records are. */
    public enum Timestamps {
        /** The producers set them. */
        @JsonProperty("create")
        CREATE,
        /** The broker set them when it appended the records. */
        @JsonProperty("append")
        APPEND,
        /** Some batches have the one, some the other. */
        @JsonProperty("mixed")
        MIXED,
        /** There are no records. */
        @JsonProperty("none")
        NONE
    }

    /**
     * A place where reading can start. Positions count from the first byte of the entry's data.
     *
     * @param offset base offset of the first batch there
     * @param logPosition bytes of log before it
     * @param storedPosition bytes of the entry before it, as it is stored
     */
    @JsonPropertyOrder({"offset", "logPosition", "storedPosition"})
    public record Frame(long offset, long logPosition, long storedPosition) {}

    public BatchManifest {
        Objects.requireNonNull(archiveId, "archiveId");
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(timestampType, "timestampType");
        Objects.requireNonNull(sha256, "sha256");
        Objects.requireNonNull(writer, "writer");
        index = List.copyOf(index);
        // The same checks as for a key, so that key() can't fail.
        new ObjectKey(from, next, lastLeaderEpoch, records, baseTimestamp, maxTimestamp);
    }

    /** The key that the object is stored under. */
    public ObjectKey key() {
        return new ObjectKey(from, next, lastLeaderEpoch, records, baseTimestamp, maxTimestamp);
    }

    /** The name of the entry that holds the record batches. */
    public String logEntry() {
        return KeyFields.offset(from) + ".log";
    }

    /** @throws DamagedObjectException if it is no such document
     * @throws UnsupportedFormatException if it is of another format */
    public static BatchManifest parse(byte[] json) {
        return Json.parse(json, BatchManifest.class, ENTRY);
    }
}
