package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeAxisTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-28T14:03:00Z, 2026-11-28T14:03:00Z, 1 second, 2026-11-28T14:03:00Z",
        "2026-11-28T14:03:00Z, 2026-11-28T14:04:03.999Z, 1 second, 2026-11-28T14:03:00Z",
        "2026-11-28T14:03:01Z, 2026-11-28T14:04:05Z, 2 seconds, 2026-11-28T14:03:00Z",
        "2026-11-28T14:07:30Z, 2026-11-28T21:00:00Z, 10 minutes, 2026-11-28T14:00:00Z",
        "2026-11-01T14:07:30Z, 2026-11-28T21:00:00Z, 12 hours, 2026-11-01T12:00:00Z",
        "2020-01-01T00:00:00Z, 2026-11-28T14:03:00Z, 45 days, 2019-11-25T00:00:00Z",
        "1970-01-01T00:00:00Z, 2026-11-28T14:03:00Z, 365 days, 1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z, +10000-01-01T00:00:00Z, '45,990 days', 1970-01-01T00:00:00Z"
    })
    void a_column_is_a_time_that_people_count_in(Instant first, Instant last, String column, Instant begin) {
        TimeAxis axis = TimeAxis.of(first.toEpochMilli(), last.toEpochMilli());

        assertThat(axis.columnText()).isEqualTo(column);
        assertThat(axis.labels()).startsWith(begin + "  ").hasSize(TimeAxis.COLUMNS);
    }

    @Property
    void both_ends_lie_on_the_axis(@ForAll @LongRange(min = 0) long one, @ForAll @LongRange(min = 0) long other) {
        long[] times = LongStream.of(one, other).sorted().toArray();
        TimeAxis axis = TimeAxis.of(times[0], times[1]);

        assertThat(axis.column(times[0])).isBetween(0, axis.column(times[1]));
        assertThat(axis.column(times[1])).isLessThan(TimeAxis.COLUMNS);
        assertThat(axis.labels()).hasSize(TimeAxis.COLUMNS);
    }
}
