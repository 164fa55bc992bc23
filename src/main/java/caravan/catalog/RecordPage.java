package caravan.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/**
 * Some records of a topic, as they are told in JSON.
 *
 * @param timeline life of the topic that they are of; null for those of a cluster
 * @param records in the order of time, those of one partition in the order of their offsets
 * @param next by partition, where to go on
 * @param scanned number of records that were looked at
 * @param complete false where the time was over, or too many records were looked at, before enough were found
 */
@JsonPropertyOrder({"topic", "timeline", "records", "next", "scanned", "complete"})
public record RecordPage(
        String topic, String timeline, List<Entry> records, Map<Integer, Long> next, long scanned, boolean complete) {

    /** One record; {@code leaderEpoch}, {@code key} and {@code value} are null where the record has none. */
    @JsonPropertyOrder({"partition", "offset", "timestamp", "timestampType", "leaderEpoch", "key", "value", "headers"})
    public record Entry(
            int partition,
            long offset,
            long timestamp,
            String timestampType,
            Integer leaderEpoch,
            Bytes key,
            Bytes value,
            List<RecordHeader> headers) {

        /** What an entry takes up beside its bytes, roughly. */
        private static final int OVERHEAD = 128;

        /**
         * A copy.
         *
         * @param most bytes that are kept of the key, the value, and the value of each header
         */
        static Entry of(LogRecord record, int most) {
            List<RecordHeader> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                headers.add(new RecordHeader(header.key(), Bytes.of(RecordDifference.buffer(header.value()), most)));
            }
            return new Entry(
                    record.partition(),
                    record.offset(),
                    record.timestamp(),
                    type(record.timestampType()),
                    record.leaderEpoch().isPresent()
                            ? Integer.valueOf(record.leaderEpoch().getAsInt())
                            : null,
                    Bytes.of(record.key(), most),
                    Bytes.of(record.value(), most),
                    headers);
        }

        private static String type(TimestampType type) {
            return switch (type) {
                case CREATE_TIME -> "create";
                case LOG_APPEND_TIME -> "append";
                case NO_TIMESTAMP_TYPE -> "none";
            };
        }

        /** Bytes that it takes up, roughly. */
        long weight() {
            return OVERHEAD
                    + Bytes.weight(key)
                    + Bytes.weight(value)
                    + headers.stream()
                            .mapToLong(header -> OVERHEAD + header.key().length() + Bytes.weight(header.value()))
                            .sum();
        }
    }

    /** One header; {@code value} is null where it has none. */
    @JsonPropertyOrder({"key", "value"})
    public record RecordHeader(String key, Bytes value) {}

    /** A key or a value, or its beginning. */
    @JsonPropertyOrder({"base64", "text", "size", "cut"})
    public static final class Bytes {
        private final byte[] kept;
        private final int size;

        private Bytes(byte[] kept, int size) {
            this.kept = kept;
            this.size = size;
        }

        private static Bytes of(ByteBuffer bytes, int most) {
            if (bytes == null) {
                return null;
            }
            byte[] kept = new byte[Math.min(most, bytes.remaining())];
            bytes.duplicate().get(kept);
            return new Bytes(kept, bytes.remaining());
        }

        private static long weight(Bytes bytes) {
            return bytes == null ? 0 : bytes.kept.length;
        }

        @JsonProperty("base64")
        public String base64() {
            return Base64.getEncoder().encodeToString(kept);
        }

        /** Null where it is no UTF-8; a character that is cut in its middle is left out. */
        @JsonProperty("text")
        public String text() {
            CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
            CharBuffer text = CharBuffer.allocate(kept.length);
            CoderResult result = utf8.decode(ByteBuffer.wrap(kept), text, !cut());
            return result.isError() ? null : text.flip().toString();
        }

        /** Of the whole, in bytes. */
        @JsonProperty("size")
        public int size() {
            return size;
        }

        /** Whether this is only its beginning. */
        @JsonProperty("cut")
        public boolean cut() {
            return kept.length < size;
        }
    }
}
