package caravan.catalog;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.Record;

/** Tells in what two records differ: timestamp, key, value or headers; never their offsets or the type of their timestamps. */
public final class RecordDifference {

    /** What is compared of a record; key and value may be null. */
    public record Content(long timestamp, ByteBuffer key, ByteBuffer value, Header[] headers) {
        public static Content of(Record record) {
            return new Content(record.timestamp(), record.key(), record.value(), record.headers());
        }
    }

    private RecordDifference() {}

    /**
     * @param ours what to call the first record, in "ours 12, theirs 13"
     * @return empty where they are equal
     */
    public static Optional<String> between(String ours, Content first, String theirs, Content second) {
        if (first.timestamp() != second.timestamp()) {
            return Optional.of(
                    "timestamp: " + ours + " " + first.timestamp() + ", " + theirs + " " + second.timestamp());
        }
        return bytes("key", ours, first.key(), theirs, second.key())
                .or(() -> bytes("value", ours, first.value(), theirs, second.value()))
                .or(() -> headers(ours, first.headers(), theirs, second.headers()));
    }

    private static Optional<String> headers(String ours, Header[] first, String theirs, Header[] second) {
        if (first.length != second.length) {
            return Optional.of("headers: " + ours + " " + first.length + ", " + theirs + " " + second.length);
        }
        for (int i = 0; i < first.length; i++) {
            if (!first[i].key().equals(second[i].key())) {
                return Optional.of("key of header " + i + ": " + ours + " '" + first[i].key() + "', " + theirs + " '"
                        + second[i].key() + "'");
            }
            Optional<String> value = bytes(
                    "value of header " + i + " ('" + first[i].key() + "')",
                    ours,
                    buffer(first[i].value()),
                    theirs,
                    buffer(second[i].value()));
            if (value.isPresent()) {
                return value;
            }
        }
        return Optional.empty();
    }

    static ByteBuffer buffer(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static Optional<String> bytes(
            String what, String ours, ByteBuffer first, String theirs, ByteBuffer second) {
        if (first == null || second == null) {
            return first == second
                    ? Optional.empty()
                    : Optional.of(what + ": " + ours + " " + length(first) + ", " + theirs + " " + length(second));
        }
        int mismatch = first.mismatch(second);
        return mismatch < 0
                ? Optional.empty()
                : Optional.of(what + ": differs at byte " + mismatch + "; " + ours + " " + length(first) + ", " + theirs
                        + " " + length(second));
    }

    private static String length(ByteBuffer bytes) {
        return bytes == null ? "null" : bytes.remaining() + (bytes.remaining() == 1 ? " byte" : " bytes");
    }
}
