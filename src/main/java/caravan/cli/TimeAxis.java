package caravan.cli;

import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Times laid out on columns that each stand for as long, beginning at a multiple of it.
 *
 * @param begin epoch millis of the first column's beginning
 * @param step milliseconds of a column
 */
record TimeAxis(long begin, long step) {
    /** Wide enough for three times in RFC 3339 with two spaces between them. */
    static final int COLUMNS = 64;

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long YEAR = 365 * DAY;
    /** Of durations that people count in. Above: whole years. */
    private static final long[] STEPS = Stream.of(
                    of(SECOND, 1, 2, 3, 5, 10, 15, 20, 30),
                    of(MINUTE, 1, 2, 3, 5, 10, 15, 20, 30),
                    of(HOUR, 1, 2, 3, 4, 6, 8, 12),
                    of(DAY, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180))
            .flatMapToLong(steps -> steps)
            .toArray();

    /** The last time that is written with four digits of a year. What comes later is drawn here. */
    private static final long LAST = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();

    private static LongStream of(long unit, int... numbers) {
        return Arrays.stream(numbers).mapToLong(number -> number * unit);
    }

    /** The axis of the shortest columns on which both times lie; epoch millis, neither negative. */
    static TimeAxis of(long first, long last) {
        long from = Math.min(first, LAST);
        long to = Math.min(last, LAST);
        for (long step : STEPS) {
            TimeAxis axis = new TimeAxis(from - from % step, step);
            if (to < axis.end()) {
                return axis;
            }
        }
        long years = 1;
        while (from - from % (years * YEAR) + COLUMNS * years * YEAR <= to) {
            years++;
        }
        return new TimeAxis(from - from % (years * YEAR), years * YEAR);
    }

    /** Epoch millis behind the last column. */
    private long end() {
        return begin + COLUMNS * step;
    }

    /** The column of a time. */
    int column(long millis) {
        return (int) Math.max(0, Math.min(COLUMNS - 1, (Math.min(millis, LAST) - begin) / step));
    }

    /** {@code 15 min}: what a column stands for. */
    String columnText() {
        if (step % DAY == 0) {
            return Units.count(step / DAY, "day");
        }
        if (step % HOUR == 0) {
            return Units.count(step / HOUR, "hour");
        }
        return step % MINUTE == 0 ? Units.count(step / MINUTE, "minute") : Units.count(step / SECOND, "second");
    }

    /** The times of its beginning, its middle and its end, each where it lies. */
    String labels() {
        return LongStream.of(begin, begin + COLUMNS / 2 * step, end())
                .mapToObj(time -> Instant.ofEpochMilli(Math.min(time, LAST)).toString())
                .collect(Collectors.joining("  "));
    }
}
