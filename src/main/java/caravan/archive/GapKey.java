package caravan.archive;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key of a gap: offsets that can never be stored any more. The document under it tells why.
 *
 * @param from first offset of the gap, inclusive
 * @param next its end, exclusive
 * @param epoch partition leader epoch of the last batch in it; -1 where it is not known
 */
public record GapKey(long from, long next, int epoch) implements PartitionKey {
    static final String SUFFIX = ".gap";
    private static final Pattern NAME = Pattern.compile("([0-9]{20})-([0-9]{20})-(-?[0-9]+)\\.gap");

    public GapKey {
        KeyFields.check(from, next, epoch);
    }

    @Override
    public String fileName() {
        return KeyFields.print(from, next, epoch) + SUFFIX;
    }

    static Optional<GapKey> parse(String fileName) {
        Matcher field = NAME.matcher(fileName);
        if (!field.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new GapKey(
                            Long.parseLong(field.group(1)),
                            Long.parseLong(field.group(2)),
                            Integer.parseInt(field.group(3))))
                    .filter(key -> key.fileName().equals(fileName));
        } catch (IllegalArgumentException outOfRange) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return fileName();
    }
}
