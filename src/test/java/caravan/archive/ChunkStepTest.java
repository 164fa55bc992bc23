package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ChunkStepTest {

    @Test
    void a_chunk_that_goes_on_where_the_object_ends_is_appended_whole() {
        assertThat(ChunkStep.of(10, new OffsetRange(10, 20))).isEqualTo(new ChunkStep.Append(new OffsetRange(10, 20)));
    }

    @Test
    void of_a_chunk_that_comes_again_with_something_new_only_that_is_appended() {
        assertThat(ChunkStep.of(15, new OffsetRange(10, 20))).isEqualTo(new ChunkStep.Append(new OffsetRange(15, 20)));
    }

    @Test
    void a_chunk_that_comes_again_is_dropped() {
        assertThat(ChunkStep.of(20, new OffsetRange(10, 20))).isEqualTo(new ChunkStep.Drop());
    }

    @Test
    void an_object_never_spans_a_jump() {
        assertThat(ChunkStep.of(9, new OffsetRange(10, 20))).isEqualTo(new ChunkStep.Jump(new OffsetRange(9, 10)));
    }

    @Property
    void an_offset_enters_coverage_exactly_when_it_is_in_the_chunk_and_not_covered_yet(
            @ForAll @LongRange(min = 0, max = 30) long objectNext,
            @ForAll @LongRange(min = 0, max = 30) long from,
            @ForAll @LongRange(min = 1, max = 10) long length) {
        OffsetRange chunk = new OffsetRange(from, from + length);

        ChunkStep step = ChunkStep.of(objectNext, chunk);

        if (!(step instanceof ChunkStep.Jump)) {
            for (long offset = 0; offset < 50; offset++) {
                boolean appended = step instanceof ChunkStep.Append append
                        && append.range().contains(offset);
                assertThat(appended).isEqualTo(chunk.contains(offset) && offset >= objectNext);
            }
        } else {
            assertThat(from).isGreaterThan(objectNext);
        }
    }
}
