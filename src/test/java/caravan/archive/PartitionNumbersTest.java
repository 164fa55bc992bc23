package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionNumbersTest {

    @Test
    void a_list_names_partitions_and_ranges_of_them() {
        PartitionNumbers some = PartitionNumbers.of("0, 2-5,4,10-10");

        assertThat(IntStream.range(0, 20).filter(some::contains)).containsExactly(0, 2, 3, 4, 5, 10);
        assertThat(some.isAll()).isFalse();
    }

    @Test
    void nothing_said_means_all() {
        PartitionNumbers all = PartitionNumbers.of("");

        assertThat(all.isAll()).isTrue();
        assertThat(all.contains(0)).isTrue();
        assertThat(all.contains(Integer.MAX_VALUE)).isTrue();
        assertThat(all.missing(Set.of())).isEmpty();
    }

    @Test
    void a_partition_that_is_named_and_does_not_exist_is_told() {
        assertThat(PartitionNumbers.of("0-1,3").missing(Set.of(0, 1, 3))).isEmpty();
        assertThat(PartitionNumbers.of("0-1,3").missing(Set.of(0, 1, 2))).hasValue(3);
        assertThat(PartitionNumbers.of("1-999999999").missing(Set.of(0, 1, 2))).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", ",", "0,", "a", "-1", "1-", "0-1-2", "0x1", "9999999999", "5-2", "0;1", "0..3"})
    void anything_else_is_refused_with_a_hint(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PartitionNumbers.of(text))
                .withMessageContaining("write partitions as 0,2-5");
    }
}
