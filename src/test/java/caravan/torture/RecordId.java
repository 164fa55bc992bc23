package caravan.torture;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which record it is, whatever became of it: each carries its id at the beginning of its key or of its value.
 *
 * @param writer number of the writer that made it
 * @param number counted by the writer
 */
record RecordId(int writer, long number) {
    private static final Pattern TEXT = Pattern.compile("^id/(\\d{1,9})/(\\d{1,18})/");
    private static final int LONGEST = 40;

    /** The bytes that a key or value begins with. */
    byte[] bytes() {
        return toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The id in a record; empty where it has none. */
    static Optional<RecordId> in(byte[] key, byte[] value) {
        return in(key).or(() -> in(value));
    }

    private static Optional<RecordId> in(byte[] bytes) {
        if (bytes == null) {
            return Optional.empty();
        }
        Matcher matcher =
                TEXT.matcher(new String(bytes, 0, Math.min(LONGEST, bytes.length), StandardCharsets.ISO_8859_1));
        return matcher.find()
                ? Optional.of(new RecordId(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "id/" + writer + "/" + number + "/";
    }
}
