package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Coverage.Overlap;
import caravan.archive.Coverage.Piece;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CoverageTest {

    @Test
    void objects_side_by_side_are_taken_whole() {
        ObjectKey first = object(0, 10, 1);
        ObjectKey second = object(10, 20, 1);

        Coverage coverage = Coverage.of(List.of(second, first), 0);

        assertThat(coverage.pieces()).containsExactly(new Piece(first, 0, 10), new Piece(second, 10, 20));
        assertThat(coverage.holes()).isEmpty();
        assertThat(coverage.next()).isEqualTo(20);
        assertThat(coverage.lastReachable()).contains(second);
        assertThat(coverage.records()).isEqualTo(20);
        assertThat(coverage.exactRecords()).isTrue();
    }

    @Test
    void an_empty_archive_starts_at_its_start() {
        Coverage coverage = Coverage.of(List.of(), 42);

        assertThat(coverage.pieces()).isEmpty();
        assertThat(coverage.next()).isEqualTo(42);
        assertThat(coverage.end()).isEqualTo(42);
        assertThat(coverage.lastReachable()).isEmpty();
    }

    @Test
    void a_hole_ends_what_is_reachable_but_not_what_is_there() {
        ObjectKey before = object(5, 10, 1);
        ObjectKey behind = object(15, 20, 1);

        Coverage coverage = Coverage.of(List.of(before, behind), 3);

        assertThat(coverage.holes()).containsExactly(new OffsetRange(3, 5), new OffsetRange(10, 15));
        assertThat(coverage.next()).isEqualTo(3);
        assertThat(coverage.lastReachable()).isEmpty();
        assertThat(coverage.end()).isEqualTo(20);
        assertThat(Coverage.of(List.of(before, behind), 5).next()).isEqualTo(10);
        assertThat(Coverage.of(List.of(before, behind), 5).lastReachable()).contains(before);
    }

    @Test
    void what_was_stored_twice_is_taken_once() {
        ObjectKey first = object(0, 10, 1);
        ObjectKey again = object(5, 15, 1);
        ObjectKey within = object(6, 9, 1);

        Coverage coverage = Coverage.of(List.of(within, again, first), 0);

        assertThat(coverage.pieces()).containsExactly(new Piece(first, 0, 10), new Piece(again, 10, 15));
        assertThat(coverage.exactRecords()).isFalse();
        assertThat(coverage.records()).isEqualTo(15);
        assertThat(coverage.overlaps())
                .containsExactlyInAnyOrder(
                        new Overlap(first, again, new OffsetRange(5, 10)),
                        new Overlap(first, within, new OffsetRange(6, 9)),
                        new Overlap(again, within, new OffsetRange(6, 9)));
    }

    @Test
    void of_objects_with_the_same_beginning_the_longest_is_taken() {
        ObjectKey shorter = object(0, 10, 1);
        ObjectKey longer = object(0, 15, 1);

        assertThat(Coverage.of(List.of(shorter, longer), 0).pieces()).containsExactly(new Piece(longer, 0, 15));
    }

    @Test
    void a_log_that_was_truncated_and_written_anew_voids_the_old_end() {
        ObjectKey old = object(0, 100, 3);
        ObjectKey anew = object(60, 80, 5);

        Coverage coverage = Coverage.of(List.of(old, anew), 0);

        assertThat(coverage.pieces()).containsExactly(new Piece(old, 0, 60), new Piece(anew, 60, 80));
        assertThat(coverage.next()).isEqualTo(80);
        assertThat(coverage.lastReachable()).contains(anew);
        assertThat(coverage.overlaps()).isEmpty();
    }

    @Test
    void objects_behind_the_end_of_a_rewritten_log_are_void() {
        ObjectKey kept = object(0, 60, 3);
        ObjectKey gone = object(90, 120, 3);
        ObjectKey anew = object(60, 80, 4);

        assertThat(Coverage.of(List.of(kept, gone, anew), 0).pieces())
                .containsExactly(new Piece(kept, 0, 60), new Piece(anew, 60, 80));
    }

    @Test
    void a_log_truncated_twice_is_what_the_highest_epochs_say() {
        ObjectKey first = object(0, 100, 1);
        ObjectKey second = object(50, 100, 2);
        ObjectKey third = object(40, 45, 3);

        assertThat(Coverage.of(List.of(first, second, third), 0).pieces())
                .containsExactly(new Piece(first, 0, 40), new Piece(third, 40, 45));
    }

    @Test
    void an_unknown_epoch_voids_nothing_and_gives_way_only_where_others_answer() {
        ObjectKey unknown = object(0, 100, -1);
        ObjectKey known = object(40, 60, 2);

        assertThat(Coverage.of(List.of(unknown, known), 0).pieces())
                .containsExactly(new Piece(unknown, 0, 40), new Piece(known, 40, 60), new Piece(unknown, 60, 100));
    }

    @Test
    void objects_overlap_where_they_may_hold_the_same_records() {
        ObjectKey first = object(0, 10, 1);
        ObjectKey unknown = object(5, 20, -1);
        ObjectKey rewritten = object(8, 30, 2);

        assertThat(Coverage.of(List.of(first, unknown, rewritten), 0).overlaps())
                .containsExactlyInAnyOrder(
                        // of what is not void
                        new Overlap(first, unknown, new OffsetRange(5, 8)),
                        new Overlap(unknown, rewritten, new OffsetRange(8, 20)));
    }

    @Test
    void a_gap_makes_coverage_contiguous_and_is_told() {
        ObjectKey before = object(0, 10, 1);
        GapKey gap = new GapKey(10, 50, -1);
        ObjectKey behind = object(50, 60, 1);

        Coverage coverage = Coverage.of(List.of(before, gap, behind), 0);

        assertThat(coverage.holes()).isEmpty();
        assertThat(coverage.next()).isEqualTo(60);
        assertThat(coverage.gaps()).containsExactly(gap);
        assertThat(coverage.pieces())
                .containsExactly(new Piece(before, 0, 10), new Piece(gap, 10, 50), new Piece(behind, 50, 60));
        assertThat(coverage.records()).isEqualTo(20);
        assertThat(coverage.exactRecords()).isTrue();
    }

    @Test
    void what_another_writer_stored_fills_a_gap() {
        ObjectKey object = object(20, 30, 1);
        GapKey gap = new GapKey(10, 50, 1);

        assertThat(Coverage.of(List.of(gap, object), 10).pieces())
                .containsExactly(new Piece(gap, 10, 20), new Piece(object, 20, 30), new Piece(gap, 30, 50));
    }

    @Test
    void a_gap_of_a_higher_epoch_voids_like_an_object() {
        ObjectKey old = object(0, 100, 1);
        GapKey gap = new GapKey(60, 120, 2);

        Coverage coverage = Coverage.of(List.of(old, gap), 0);

        assertThat(coverage.pieces()).containsExactly(new Piece(old, 0, 60), new Piece(gap, 60, 120));
    }

    @Test
    void a_void_gap_is_not_told() {
        Coverage coverage = Coverage.of(List.of(new GapKey(50, 60, 1), object(40, 45, 2)), 40);

        assertThat(coverage.gaps()).isEmpty();
    }

    @Property(tries = 3000)
    void every_offset_is_taken_from_the_key_that_the_rules_name(@ForAll("keys") List<PartitionKey> keys) {
        List<Piece> pieces = Coverage.of(keys, 0).pieces();

        for (long offset = 0; offset < 40; offset++) {
            long at = offset;
            List<PartitionKey> taken = pieces.stream()
                    .filter(piece -> piece.from() <= at && at < piece.next())
                    .map(Piece::key)
                    .toList();
            assertThat(taken)
                    .as("offset %d", offset)
                    .isEqualTo(answering(keys, offset).map(List::of).orElse(List.of()));
        }
    }

    @Property(tries = 1000)
    void holes_next_and_end_follow_from_the_pieces(
            @ForAll("keys") List<PartitionKey> keys, @ForAll("starts") long start) {
        Coverage coverage = Coverage.of(keys, start);
        Set<Long> covered = new HashSet<>();
        coverage.pieces().forEach(piece -> {
            for (long offset = piece.from(); offset < piece.next(); offset++) {
                covered.add(offset);
            }
        });
        Set<Long> missing = new HashSet<>();
        coverage.holes().forEach(hole -> {
            for (long offset = hole.from(); offset < hole.next(); offset++) {
                missing.add(offset);
            }
        });

        long next = start;
        while (covered.contains(next)) {
            next++;
        }
        assertThat(coverage.next()).isEqualTo(next);
        long end = covered.stream().mapToLong(offset -> offset + 1).max().orElse(start);
        assertThat(coverage.end()).isEqualTo(Math.max(start, end));
        for (long offset = start; offset < coverage.end(); offset++) {
            assertThat(missing.contains(offset)).isEqualTo(!covered.contains(offset));
        }
        if (next == start) {
            assertThat(coverage.lastReachable()).isEmpty();
        } else {
            assertThat(coverage.lastReachable()).isEqualTo(answering(keys, next - 1));
            assertThat(coverage.lastReachable().orElseThrow().next()).isEqualTo(next);
        }
    }

    /** The rules again, for a single offset and without any arithmetic. */
    private static Optional<PartitionKey> answering(List<PartitionKey> keys, long offset) {
        List<PartitionKey> left = new ArrayList<>();
        for (PartitionKey key : keys) {
            boolean covers = key.from() <= offset && offset < key.next();
            boolean isVoid = key.epoch() >= 0
                    && keys.stream().anyMatch(other -> other.epoch() > key.epoch() && other.from() <= offset);
            if (covers && !isVoid) {
                left.add(key);
            }
        }
        return left.stream()
                .min(Comparator.<PartitionKey, Boolean>comparing(key -> key instanceof GapKey)
                        .thenComparing(key -> key.epoch() == -1)
                        .thenComparing(PartitionKey::from)
                        .thenComparing(PartitionKey::next, Comparator.reverseOrder())
                        .thenComparing(
                                key -> key instanceof ObjectKey object ? object.records() : 0L,
                                Comparator.reverseOrder())
                        .thenComparing(PartitionKey::fileName));
    }

    @Provide
    Arbitrary<Long> starts() {
        return Arbitraries.longs().between(0, 35);
    }

    @Provide
    Arbitrary<List<PartitionKey>> keys() {
        Arbitrary<PartitionKey> key = Combinators.combine(
                        Arbitraries.longs().between(0, 29),
                        Arbitraries.longs().between(1, 10),
                        Arbitraries.integers().between(-1, 2),
                        Arbitraries.longs().between(0, 2),
                        Arbitraries.integers().between(0, 3))
                .as((from, length, epoch, fewer, kind) -> kind == 0
                        ? new GapKey(from, from + length, epoch)
                        : object(from, from + length, epoch, Math.max(1, length - fewer)));
        return key.list().ofMaxSize(8);
    }

    private static ObjectKey object(long from, long next, int epoch) {
        return object(from, next, epoch, next - from);
    }

    private static ObjectKey object(long from, long next, int epoch, long records) {
        return new ObjectKey(from, next, epoch, records, 0, 0);
    }
}
