package caravan.archive;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Records by their timestamps: those at {@code from} ≤ timestamp &lt; {@code to}. It is decided record by record, as timestamps come in
 * any order, inside a batch too.
 *
 * <p>A record that has no timestamp (-1) is in no window but {@link #ALL}: nobody can tell whether it was there before or after.
 *
 * @param from first timestamp, epoch millis, inclusive; empty for all that is before {@code to}
 * @param to end, epoch millis, exclusive; empty for all that is not before {@code from}
 */
public record TimeWindow(OptionalLong from, OptionalLong to) {
    /** All records, whatever their timestamps. */
    public static final TimeWindow ALL = new TimeWindow(OptionalLong.empty(), OptionalLong.empty());

    private static final String FORMS =
            "2026-11-28T14:03:00Z, 2026-11-28T14:03:00+02:00 or 1795874580000 (epoch milliseconds)";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");
    private static final Pattern WITHOUT_OFFSET =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?");

    /** As milliseconds, the spring of 1970; as seconds, all times from 2001 to 2286. */
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{9}");

    /** @throws IllegalArgumentException if no timestamp can be in it */
    public TimeWindow {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        if (from.isPresent() && to.isPresent() && from.getAsLong() >= to.getAsLong()) {
            throw new IllegalArgumentException("no time is at or after " + Instant.ofEpochMilli(from.getAsLong())
                    + " and before " + Instant.ofEpochMilli(to.getAsLong())
                    + ": the window's end has to be after its beginning");
        }
    }

    /**
     * A window as people write it: its ends in RFC 3339 or as epoch millis, or "" where it is open.
     *
     * @throws IllegalArgumentException if one is neither, or no timestamp can be between them; says what is wrong, and how to write it
     */
    public static TimeWindow of(String fromOrEmpty, String toOrEmpty) {
        return new TimeWindow(parse(fromOrEmpty), parse(toOrEmpty));
    }

    private static OptionalLong parse(String text) {
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (SECONDS.matcher(text).matches()) {
            throw new IllegalArgumentException("the time '" + text + "' looks like seconds: write it as " + FORMS);
        }
        if (NUMBER.matcher(text).matches()) {
            return OptionalLong.of(Long.parseLong(text));
        }
        if (WITHOUT_OFFSET.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "the time '" + text + "' does not say in which time zone: write it as " + FORMS);
        }
        try {
            Instant time =
                    OffsetDateTime.parse(text.replaceFirst("(?<=^.{10}) ", "T")).toInstant();
            // Timestamps are whole milliseconds: what is before a fraction of one is what is before the next one.
            return OptionalLong.of(time.plusNanos(999_999).toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is not a time: write it as " + FORMS, e);
        }
    }

    /** Whether every record is in it. */
    public boolean isAll() {
        return from.isEmpty() && to.isEmpty();
    }

    /**
     * Whether a record is in it.
     *
     * @param timestampMillis the record's, epoch millis; -1 where it has none
     */
    public boolean includes(long timestampMillis) {
        if (isAll()) {
            return true;
        }
        return timestampMillis != -1
                && (from.isEmpty() || timestampMillis >= from.getAsLong())
                && (to.isEmpty() || timestampMillis < to.getAsLong());
    }

    /**
     * Whether an object can have a record in it: false only where all its records are older. The base timestamp can't rule anything
     * out, as single records may be older than it.
     */
    public boolean mayInclude(ObjectKey object) {
        return object.records() > 0 && (from.isEmpty() || object.maxTimestamp() >= from.getAsLong());
    }
}
