package caravan.archive;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key of an object: coverage, number of records and time range, so that a LIST tells them.
 *
 * @param from first offset that the object answers for, inclusive
 * @param next end of what it answers for, exclusive
 * @param epoch partition leader epoch of the last batch covered, stored or not; -1 where it is not known
 * @param records records at offsets {@code from} ≤ offset &lt; {@code next}
 * @param baseTimestamp smallest base timestamp of its batches, epoch millis; single records may be older. -1 without records
 * @param maxTimestamp upper bound of its records' timestamps, epoch millis; -1 without records
 */
public record ObjectKey(long from, long next, int epoch, long records, long baseTimestamp, long maxTimestamp)
        implements PartitionKey {
    static final String SUFFIX = ".zip";
    private static final Pattern NAME =
            Pattern.compile("([0-9]{20})-([0-9]{20})-(-?[0-9]+)-([0-9]+)-(-?[0-9]+)-(-?[0-9]+)\\.zip");

    public ObjectKey {
        KeyFields.check(from, next, epoch);
        if (records < 0 || records > next - from) {
            throw new IllegalArgumentException(records + " records can't be in [" + from + ", " + next + ")");
        }
        if (records == 0 && (baseTimestamp != -1 || maxTimestamp != -1)) {
            throw new IllegalArgumentException(
                    "no records, but timestamps " + baseTimestamp + " and " + maxTimestamp + " instead of -1");
        }
    }

    @Override
    public String fileName() {
        return KeyFields.print(from, next, epoch) + "-" + records + "-" + baseTimestamp + "-" + maxTimestamp + SUFFIX;
    }

    static Optional<ObjectKey> parse(String fileName) {
        Matcher field = NAME.matcher(fileName);
        if (!field.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ObjectKey(
                            Long.parseLong(field.group(1)),
                            Long.parseLong(field.group(2)),
                            Integer.parseInt(field.group(3)),
                            Long.parseLong(field.group(4)),
                            Long.parseLong(field.group(5)),
                            Long.parseLong(field.group(6))))
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
