package caravan.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** Writes numbers for people. */
final class Units {
    private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Units() {}

    /** {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 3 objects}, {@code 1 object}. */
    static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code 12.3 MB}; a kB is 1,000 bytes. */
    static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 999.95 && unit < BYTES.length - 1) {
            size /= 1_000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, BYTES[unit]);
    }

    /** RFC 3339, in seconds; "-" where there is none. */
    static String time(Optional<Long> epochMillis) {
        return epochMillis
                .filter(millis -> millis >= 0)
                .map(Instant::ofEpochMilli)
                .map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString())
                .orElse("-");
    }
}
