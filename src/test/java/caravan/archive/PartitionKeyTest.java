package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionKeyTest {

    @Test
    void an_object_key_tells_coverage_epoch_records_and_time_range() {
        ObjectKey key = new ObjectKey(1000, 2000, 7, 998, 1_700_000_000_000L, 1_700_000_001_234L);

        assertThat(key.fileName())
                .isEqualTo("00000000000000001000-00000000000000002000-7-998-1700000000000-1700000001234.zip");
    }

    @Test
    void unknown_epoch_and_times_before_1970_are_negative_numbers() {
        ObjectKey key = new ObjectKey(0, 1, -1, 1, -5000, -1);

        assertThat(key.fileName()).isEqualTo("00000000000000000000-00000000000000000001--1-1--5000--1.zip");
        assertThat(PartitionKey.parse(key.fileName())).contains(key);
    }

    @Test
    void an_object_without_records_has_no_times() {
        String name = "00000000000000000005-00000000000000000009-3-0--1--1.zip";

        assertThat(PartitionKey.parse(name)).contains(new ObjectKey(5, 9, 3, 0, -1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectKey(5, 9, 3, 0, 0, 0));
    }

    @Test
    void a_gap_key_tells_coverage_and_epoch() {
        assertThat(new GapKey(17, 4711, -1).fileName()).isEqualTo("00000000000000000017-00000000000000004711--1.gap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00000000000000000000-00000000000000000001-0-1-0-0.zip.tmp",
                "0-1-0-1-0-0.zip",
                "00000000000000000000-00000000000000000001-0-1-0-0.ZIP",
                "00000000000000000000-00000000000000000001-00-1-0-0.zip",
                "00000000000000000000-00000000000000000001--0-1-0-0.zip",
                "00000000000000000000-00000000000000000001-+1-1-0-0.zip",
                "00000000000000000000-00000000000000000001--2-1-0-0.zip",
                "00000000000000000000-00000000000000000001-0-01-0-0.zip",
                "00000000000000000000-00000000000000000001-0-1--0-0.zip",
                "00000000000000000000-00000000000000000001-0-2-0-0.zip",
                "00000000000000000000-00000000000000000001-0-0-0-0.zip",
                "00000000000000000001-00000000000000000001-0-0--1--1.zip",
                "00000000000000000002-00000000000000000001-0-0--1--1.zip",
                "00000000000000000000-09223372036854775808-0-1-0-0.zip",
                "00000000000000000000-00000000000000000001-2147483648-1-0-0.zip",
                "00000000000000000000-00000000000000000001-0-1-0-9223372036854775808.zip",
                "٠0000000000000000000-00000000000000000001-0-1-0-0.zip",
                "00000000000000000000-00000000000000000001-0-1-0-0.zip\n",
                "00000000000000000000-00000000000000000001.gap",
                "00000000000000000000-00000000000000000001-00.gap",
                "00000000000000000001-00000000000000000001-0.gap",
                "00000000000000000000-00000000000000000001-0-1-0-0.gap"
            })
    void what_no_key_prints_is_foreign(String name) {
        assertThat(PartitionKey.parse(name)).isEmpty();
    }

    @Property
    void every_key_is_read_as_it_was_printed(@ForAll("keys") PartitionKey key) {
        assertThat(PartitionKey.parse(key.fileName())).contains(key);
    }

    @Property
    void names_sort_by_offset(@ForAll("keys") PartitionKey one, @ForAll("keys") PartitionKey other) {
        int byOffset = Long.compare(one.from(), other.from());
        int byName = one.fileName().compareTo(other.fileName());

        assertThat(Integer.signum(byOffset)).isIn(0, Integer.signum(byName));
    }

    @Provide
    Arbitrary<PartitionKey> keys() {
        Arbitrary<Long> from = Arbitraries.longs().between(0, Long.MAX_VALUE - 1);
        Arbitrary<Integer> epoch = Arbitraries.integers().greaterOrEqual(-1);
        Arbitrary<PartitionKey> gaps = Combinators.combine(
                        from, Arbitraries.longs().greaterOrEqual(1), epoch)
                .as((first, length, e) -> new GapKey(first, end(first, length), e));
        Arbitrary<PartitionKey> objects = Combinators.combine(
                        from,
                        Arbitraries.longs().greaterOrEqual(1),
                        epoch,
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as((first, length, e, records, base, max) -> {
                    long next = end(first, length);
                    long count = Math.min(records, next - first);
                    return new ObjectKey(first, next, e, count, count == 0 ? -1 : base, count == 0 ? -1 : max);
                });
        return Arbitraries.oneOf(gaps, objects);
    }

    private static long end(long from, long length) {
        return from + Math.min(length, Long.MAX_VALUE - from);
    }
}
