package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void bytesAreRoundedToOneDigit() {
        assertThat(Units.bytes(0)).isEqualTo("0 B");
        assertThat(Units.bytes(999)).isEqualTo("999 B");
        assertThat(Units.bytes(1_000)).isEqualTo("1.0 kB");
        assertThat(Units.bytes(1_549)).isEqualTo("1.5 kB");
        assertThat(Units.bytes(999_949)).isEqualTo("999.9 kB");
        assertThat(Units.bytes(999_950)).isEqualTo("1.0 MB");
        assertThat(Units.bytes(64L << 20)).isEqualTo("67.1 MB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("9223.4 PB");
    }

    @Test
    void countsAreGroupedAndAgreeWithTheirNoun() {
        assertThat(Units.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Units.count(1, "object")).isEqualTo("1 object");
        assertThat(Units.count(0, "object")).isEqualTo("0 objects");
    }

    @Test
    void timesAreRfc3339() {
        assertThat(Units.time(Optional.of(1_700_000_000_999L))).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(Units.time(Optional.of(-1L))).isEqualTo("-");
        assertThat(Units.time(Optional.empty())).isEqualTo("-");
        assertThat(Units.time(Optional.of(Long.MAX_VALUE))).startsWith("+292278994-");
    }

    @Test
    void tablesAlignAndLeaveEmptyColumnsOut() {
        Table table = new Table("NAME", ">SIZE", "EMPTY", "REMARKS")
                .row("a", "1", "", "")
                .row("longer", "1,000", "", "seen");

        assertThat(table.print("  "))
                .isEqualTo(
                        """
                          NAME     SIZE  REMARKS
                          a           1
                          longer  1,000  seen
                        """);
    }
}
