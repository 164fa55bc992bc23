package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWindowTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-28T14:03:00Z, 2026-11-28T14:03:00Z",
        "2026-11-28t14:03:00z, 2026-11-28T14:03:00Z",
        "2026-11-28 14:03:00Z, 2026-11-28T14:03:00Z",
        "2026-11-28T14:03:00+02:00, 2026-11-28T12:03:00Z",
        "2026-11-28T14:03:00-05:30, 2026-11-28T19:33:00Z",
        "2026-11-28T14:03:00.250Z, 2026-11-28T14:03:00.250Z",
        "2026-11-28T14:03Z, 2026-11-28T14:03:00Z",
        "1795874580000, 2026-11-28T14:03:00Z",
        "0, 1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z, 1969-12-31T23:59:59Z"
    })
    void times_are_written_in_rfc_3339_or_as_epoch_millis(String text, Instant time) {
        assertThat(TimeWindow.of(text, "").from()).hasValue(time.toEpochMilli());
        assertThat(TimeWindow.of("", text).to()).hasValue(time.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({
        "yesterday, is not a time",
        "14:03, is not a time",
        "2026-02-30T00:00:00Z, is not a time",
        "2026-11-28T25:00:00Z, is not a time",
        "-1, is not a time",
        "17958745800000000, is not a time",
        "+999999999-01-01T00:00:00Z, is not a time",
        "2026-11-28, does not say in which time zone",
        "2026-11-28T14:03:00, does not say in which time zone",
        "1795874580, looks like seconds"
    })
    void what_is_no_time_is_refused_with_a_hint(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWindow.of(text, ""))
                .withMessageContaining(text)
                .withMessageContaining(reason)
                .withMessageContaining(
                        "write it as 2026-11-28T14:03:00Z, 2026-11-28T14:03:00+02:00 or 1795874580000 (epoch milliseconds)");
        assertThatIllegalArgumentException().isThrownBy(() -> TimeWindow.of("", text));
    }

    @Test
    void the_forms_in_the_hint_are_of_one_time() {
        assertThat(TimeWindow.of("2026-11-28T14:03:00Z", "")).isEqualTo(TimeWindow.of("1795874580000", ""));
    }

    @Test
    void its_beginning_is_in_it_and_its_end_is_not() {
        TimeWindow window = TimeWindow.of("1000", "2000");

        assertThat(window.includes(999)).isFalse();
        assertThat(window.includes(1000)).isTrue();
        assertThat(window.includes(1999)).isTrue();
        assertThat(window.includes(2000)).isFalse();
    }

    @Test
    void an_end_between_two_milliseconds_lies_between_them() {
        TimeWindow from = TimeWindow.of("1970-01-01T00:00:00.0005Z", "");
        TimeWindow to = TimeWindow.of("", "1970-01-01T00:00:00.0005Z");

        assertThat(from.includes(0)).isFalse();
        assertThat(from.includes(1)).isTrue();
        assertThat(to.includes(0)).isTrue();
        assertThat(to.includes(1)).isFalse();
    }

    @Test
    void a_record_without_a_timestamp_is_in_no_window_but_the_one_of_all() {
        assertThat(TimeWindow.of("", "2000").includes(-1)).isFalse();
        assertThat(TimeWindow.of("1960-01-01T00:00:00Z", "").includes(-1)).isFalse();
        assertThat(TimeWindow.of("", "")).isEqualTo(TimeWindow.ALL);
        assertThat(TimeWindow.ALL.isAll()).isTrue();
        assertThat(TimeWindow.ALL.includes(-1)).isTrue();
        assertThat(TimeWindow.of("0", "").isAll()).isFalse();
        assertThat(TimeWindow.of("", "0").isAll()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000", "999", "1970-01-01T00:00:00Z"})
    void a_window_that_nothing_can_be_in_is_refused(String to) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWindow.of("1000", to))
                .withMessageContaining("1970-01-01T00:00:01Z")
                .withMessageContaining("the window's end has to be after its beginning");
    }

    @Test
    void an_object_is_passed_by_only_where_all_its_records_are_older() {
        ObjectKey object = new ObjectKey(0, 10, 0, 10, 5000, 6000);

        assertThat(TimeWindow.of("6000", "").mayInclude(object)).isTrue();
        assertThat(TimeWindow.of("6001", "").mayInclude(object)).isFalse();
        // A record that is older than the first one of its batch does not show in the key.
        assertThat(TimeWindow.of("", "1000").mayInclude(object)).isTrue();
        assertThat(TimeWindow.ALL.mayInclude(object)).isTrue();
        assertThat(TimeWindow.ALL.mayInclude(new ObjectKey(0, 10, 0, 0, -1, -1)))
                .isFalse();
    }
}
