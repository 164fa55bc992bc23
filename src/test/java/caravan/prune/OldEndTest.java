package caravan.prune;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Coverage;
import caravan.archive.Coverage.Piece;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.catalog.PartitionContents;
import caravan.catalog.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** What of a partition may be deleted, and what has to be said of it, by its keys alone. */
class OldEndTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final AgeLimit NINETY_DAYS = new AgeLimit(NOW, Duration.ofDays(90));
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0), 3);
    private static final long OLD = daysAgo(100);
    private static final long YOUNG = daysAgo(10);

    @Test
    void old_objects_are_deleted_up_to_the_first_young_one() {
        ObjectKey first = object(0, 10, OLD);
        ObjectKey second = object(10, 20, OLD);
        ObjectKey young = object(20, 30, YOUNG);
        ObjectKey oldAgain = object(30, 40, OLD);

        PartitionPruning pruning = prune(0, first, second, young, oldAgain, object(40, 50, YOUNG));

        assertThat(deleted(pruning)).containsExactly(first, second);
        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 20, 1));
        assertThat(pruning.next()).isEqualTo(20);
        assertThat(pruning.obstacle()).isEmpty();
    }

    @Test
    void the_newest_object_stays_however_old_it_is() {
        ObjectKey first = object(0, 10, OLD);

        assertThat(deleted(prune(0, first, object(10, 20, OLD)))).containsExactly(first);
        assertThat(deleted(prune(0, first))).isEmpty();
        assertThat(prune(0, first).gaps()).isEmpty();
        // Also where a gap is behind it
        assertThat(deleted(prune(0, first, object(10, 20, OLD), new GapKey(20, 25, -1))))
                .containsExactly(first);
    }

    @Test
    void an_object_is_as_old_as_its_newest_record() {
        long border = NOW.minus(Duration.ofDays(90)).toEpochMilli();
        ObjectKey last = object(10, 20, YOUNG);

        assertThat(deleted(prune(0, object(0, 10, border - 1), last))).hasSize(1);
        assertThat(deleted(prune(0, object(0, 10, border), last))).isEmpty();
        // One young record is enough
        assertThat(deleted(prune(0, new ObjectKey(0, 10, 1, 10, OLD, YOUNG), last)))
                .isEmpty();
    }

    @Test
    void a_time_that_no_record_can_have_is_not_believed() {
        ObjectKey last = object(10, 20, YOUNG);
        for (ObjectKey odd : List.of(
                object(0, 10, 253_402_300_799_999L), object(0, 10, -1), object(0, 10, NOW.toEpochMilli() + 1))) {
            // Then it counts when it was stored
            assertThat(deleted(prune(0, stored(odd, daysAgo(91)), stored(last, daysAgo(1)))))
                    .containsExactly(odd);
            assertThat(deleted(prune(0, stored(odd, daysAgo(89)), stored(last, daysAgo(1)))))
                    .isEmpty();
        }
    }

    @Test
    void an_object_without_records_is_as_old_as_what_follows_it() {
        ObjectKey old = object(0, 10, OLD);
        ObjectKey markers = new ObjectKey(10, 12, 1, 0, -1, -1);

        assertThat(deleted(prune(0, old, markers, object(12, 20, OLD), object(20, 30, YOUNG))))
                .hasSize(3);
        PartitionPruning followed = prune(0, old, markers, object(12, 20, YOUNG));
        assertThat(deleted(followed)).containsExactly(old);
        assertThat(followed.gaps()).containsExactly(new GapKey(0, 10, 1));
        assertThat(deleted(prune(0, markers, new ObjectKey(12, 20, 1, 0, -1, -1))))
                .isEmpty();
    }

    @Test
    void what_earlier_prunes_left_becomes_one_gap() {
        GapKey before = new GapKey(0, 10, 1);
        ObjectKey old = object(10, 20, OLD);

        PartitionPruning pruning = prune(0, before, old, object(20, 30, YOUNG));

        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 20, 1));
        assertThat(pruning.replaced()).containsExactly(before);
    }

    @Test
    void gaps_of_other_reasons_keep_their_names() {
        // Given: the log's end was deleted by Kafka twice before it was stored
        GapKey atFirst = new GapKey(0, 5, -1);
        GapKey between = new GapKey(20, 30, -1);

        PartitionPruning pruning = prune(
                List.of(atFirst, between),
                atFirst,
                object(5, 10, OLD),
                object(10, 20, OLD),
                between,
                object(30, 40, OLD),
                object(40, 50, YOUNG));

        assertThat(pruning.objects()).hasSize(3);
        assertThat(pruning.gaps()).containsExactly(new GapKey(5, 20, 1), new GapKey(30, 40, 1));
        assertThat(pruning.replaced()).isEmpty();
    }

    @Test
    void a_gap_under_objects_names_what_it_named_and_the_pruning_the_rest() {
        // Given: tombstones may be missing
        GapKey compacted = new GapKey(0, 20, -1);

        PartitionPruning pruning =
                prune(List.of(compacted), compacted, object(0, 10, OLD), object(10, 20, OLD), object(20, 30, YOUNG));

        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 20, 1));
        assertThat(pruning.replaced()).isEmpty();
    }

    @Test
    void a_key_that_says_another_reason_is_not_taken_for_the_prunes() {
        GapKey compacted = new GapKey(0, 10, 1);

        PartitionPruning pruning = prune(List.of(compacted), compacted, object(0, 10, OLD), object(10, 20, OLD));

        assertThat(pruning.objects()).isEmpty();
        assertThat(pruning.gaps()).isEmpty();
        assertThat(pruning.obstacle()).get().isInstanceOf(Obstacle.Unclear.class);
    }

    @Test
    void a_hole_stays_a_hole() {
        ObjectKey old = object(0, 10, OLD);
        OffsetRange hole = new OffsetRange(20, 25);

        PartitionPruning pruning = prune(0, old, object(10, 20, OLD), object(25, 30, OLD), object(30, 40, YOUNG));

        assertThat(deleted(pruning)).containsExactly(old);
        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 10, 1));
        assertThat(pruning.obstacle()).contains(new Obstacle.Hole(hole));
        // At the beginning nothing is contiguous
        assertThat(prune(0, object(5, 10, OLD), object(10, 20, OLD)).obstacle())
                .contains(new Obstacle.Hole(new OffsetRange(0, 5)));
        // One behind which nothing is old hinders nobody
        assertThat(prune(0, old, object(10, 20, OLD), object(25, 30, YOUNG)).obstacle())
                .isEmpty();
    }

    @Test
    void a_gap_reaches_no_further_than_what_nothing_else_answers_for() {
        // Given: two writers shared the partition for a moment, and cut it differently
        ObjectKey old = object(0, 10, OLD);
        ObjectKey overlapping = object(6, 20, YOUNG);

        PartitionPruning pruning = prune(0, old, overlapping, object(20, 30, YOUNG));

        assertThat(deleted(pruning)).containsExactly(old);
        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 6, 1));
    }

    @Test
    void what_a_truncation_voided_does_not_come_back() {
        // Given: epoch 2 wrote anew what epoch 1 had written from offset 10 on
        ObjectKey kept = object(0, 10, 1, OLD);
        ObjectKey lost = object(10, 20, 1, YOUNG);
        ObjectKey lostToo = object(40, 50, 1, YOUNG);
        ObjectKey anew = object(10, 30, 2, OLD);
        ObjectKey behind = object(30, 60, -1, YOUNG);

        PartitionPruning pruning = prune(0, kept, lost, anew, lostToo, behind);

        assertThat(deleted(pruning)).containsExactlyInAnyOrder(kept, lost, anew);
        assertThat(pruning.gaps()).containsExactly(new GapKey(0, 30, 2));
        assertThat(Coverage.of(List.of(new GapKey(0, 30, 2), lostToo, behind), 0)
                        .pieces())
                .containsExactly(new Piece(new GapKey(0, 30, 2), 0, 30), new Piece(behind, 30, 60));
    }

    @Test
    void where_the_order_of_deletions_would_matter_nothing_is_deleted() {
        // Given: epoch 1 is void as long as epoch 2 is there, and a key of no epoch leaves no place for a gap
        ObjectKey lost = object(10, 30, 1, OLD);
        ObjectKey anew = object(10, 20, 2, OLD);
        ObjectKey unknown = object(10, 50, -1, YOUNG);

        PartitionPruning pruning = prune(0, object(0, 10, 1, OLD), lost, anew, unknown);

        assertThat(pruning.objects()).isEmpty();
        assertThat(pruning.obstacle()).get().isInstanceOf(Obstacle.Unclear.class);
    }

    @Test
    void an_object_that_a_restore_needs_ends_it() {
        ObjectKey old = object(0, 10, OLD);
        ObjectKey needed = object(10, 20, OLD);

        PartitionPruning pruning = prune(0, Set.of(needed), old, needed, object(20, 30, OLD), object(30, 40, YOUNG));

        assertThat(deleted(pruning)).containsExactly(old);
        assertThat(pruning.obstacle()).contains(new Obstacle.Needed(needed, "a-restore"));
    }

    @Test
    void what_a_prune_named_and_did_not_delete_is_deleted_whatever_its_age() {
        // Given: it was cut off, and this one is asked for less
        GapKey named = new GapKey(0, 30, 1);
        ObjectKey left = object(10, 20, YOUNG);
        ObjectKey last = object(30, 40, YOUNG);

        PartitionPruning pruning = prune(0, named, left, last);

        assertThat(deleted(pruning)).containsExactly(left);
        assertThat(pruning.gaps()).isEmpty();
        assertThat(pruning.replaced()).isEmpty();
    }

    @Test
    void what_was_stored_after_a_prune_is_not_what_it_named() {
        // Given: the log was set back to a day long ago, and written anew where the archive had been pruned
        StoredKey named = stored(new GapKey(0, 30, 1), daysAgo(5));
        StoredKey anew = stored(object(10, 20, 2, YOUNG), daysAgo(4));
        StoredKey sameEpoch = stored(object(10, 20, 1, YOUNG), daysAgo(4));

        assertThat(prune(0, named, anew, stored(object(20, 25, 2, YOUNG), daysAgo(4)))
                        .objects())
                .isEmpty();
        assertThat(prune(0, named, sameEpoch, stored(object(30, 40, 1, YOUNG), daysAgo(5)))
                        .objects())
                .isEmpty();
        // Also in a copy of the archive, whose files are all of one time
        assertThat(prune(
                                0,
                                stored(new GapKey(0, 30, -1), daysAgo(1)),
                                stored(object(10, 20, 2, YOUNG), daysAgo(1)),
                                stored(object(20, 30, 2, YOUNG), daysAgo(1)))
                        .objects())
                .isEmpty();
    }

    @Test
    void a_prune_that_was_cut_off_before_its_last_step_is_tidied() {
        GapKey bigger = new GapKey(0, 20, 1);
        GapKey smaller = new GapKey(0, 10, 1);

        PartitionPruning pruning = prune(0, bigger, smaller, object(20, 30, YOUNG));

        assertThat(pruning.objects()).isEmpty();
        assertThat(pruning.gaps()).isEmpty();
        assertThat(pruning.replaced()).containsExactly(smaller);
    }

    /** However odd the keys, and wherever a prune is cut off: what is kept is read as before, and nothing takes it for loss. */
    @Property(tries = 2_000)
    void what_is_kept_is_read_as_before_wherever_it_is_cut_off(
            @ForAll("partitions") List<PartitionKey> listed, @ForAll long seed) {
        Random random = new Random(seed);
        // Given: gaps of both kinds, and an object that a restore needs
        List<PartitionKey> keys = listed.stream().distinct().toList();
        Set<GapKey> others = new HashSet<>();
        Set<PartitionKey> needed = new HashSet<>();
        for (PartitionKey key : keys) {
            if (key instanceof GapKey gap && random.nextInt(3) == 0) {
                others.add(gap);
            }
        }
        Coverage before = Coverage.of(keys, 0);
        before.pieces().forEach(piece -> {
            if (piece.key() instanceof ObjectKey object && random.nextInt(12) == 0) {
                needed.add(object);
            }
        });

        // When
        PartitionPruning pruning = oldEnd(keys, others, needed);

        // Then
        Set<PartitionKey> deleted = new LinkedHashSet<>(deleted(pruning));
        assertThat(deleted).noneMatch(needed::contains);
        assertThat(pruning.replaced()).noneMatch(others::contains);
        Set<PartitionKey> state = new LinkedHashSet<>(keys);
        state.addAll(pruning.gaps());
        assertReadAsBefore(before, state, deleted, pruning, others);
        List<PartitionKey> order = new ArrayList<>(deleted);
        Collections.shuffle(order, random);
        int cut = order.isEmpty() ? 0 : random.nextInt(order.size());
        for (PartitionKey key : order) {
            if (cut-- == 0) {
                // Whoever goes on deletes the rest that was named
                PartitionPruning again = oldEnd(state, others, needed);
                assertThat(rest(order, state, others))
                        .as("the rest of %s", pruning)
                        .allMatch(deleted(again)::contains);
            }
            state.remove(key);
            assertReadAsBefore(before, state, deleted, pruning, others);
        }
        state.removeAll(pruning.replaced());
        assertReadAsBefore(before, state, deleted, pruning, others);
        if (pruning.obstacle().isEmpty()) {
            PartitionPruning again = oldEnd(state, others, needed);
            assertThat(deleted(again)).as("after %s", pruning).isEmpty();
            assertThat(again.gaps()).as("after %s", pruning).isEmpty();
            assertThat(again.replaced()).as("after %s", pruning).isEmpty();
        }
    }

    /** What is there still although a prune's gap answers for it; what is void can wait. */
    private static List<PartitionKey> rest(List<PartitionKey> order, Set<PartitionKey> state, Set<GapKey> others) {
        Coverage coverage = Coverage.of(state, 0);
        return coverage.pieces().stream()
                .map(Piece::key)
                .filter(order::contains)
                .filter(key -> coverage.gaps().stream()
                        .anyMatch(gap -> !others.contains(gap)
                                && gap.from() <= key.from()
                                && key.next() <= gap.next()
                                && key.epoch() <= gap.epoch()))
                .toList();
    }

    private static void assertReadAsBefore(
            Coverage before,
            Set<PartitionKey> state,
            Set<PartitionKey> deleted,
            PartitionPruning pruning,
            Set<GapKey> others) {
        Coverage now = Coverage.of(state, 0);
        assertThat(now.holes()).isEqualTo(before.holes());
        assertThat(now.next()).isEqualTo(before.next());
        assertThat(now.end()).isEqualTo(before.end());
        for (long offset = 0; offset < 45; offset++) {
            long at = offset;
            Optional<PartitionKey> was = at(before, offset);
            Optional<PartitionKey> is = at(now, offset);
            boolean prunes = was.isPresent()
                    && (deleted.contains(was.get()) || was.get() instanceof GapKey && !others.contains(was.get()));
            if (!prunes) {
                assertThat(is).as("offset %d, by %s", offset, pruning).isEqualTo(was);
            } else if (!was.equals(is)) {
                // Another object that was there all the time, or the gap that says so
                PartitionKey answer = is.orElseThrow();
                boolean named = answer instanceof GapKey
                        && now.gaps().stream()
                                .anyMatch(gap -> !others.contains(gap) && gap.from() <= at && at < gap.next());
                OffsetRange live = before.live().get(answer);
                assertThat(named || answer instanceof ObjectKey && live != null && live.contains(offset))
                        .as("offset %d is taken from %s instead of %s, by %s", offset, answer, was, pruning)
                        .isTrue();
            }
        }
        newestReachable(before).ifPresent(newest -> assertThat(state).contains(newest));
    }

    private static Optional<PartitionKey> newestReachable(Coverage coverage) {
        return coverage.pieces().stream()
                .filter(piece -> piece.next() <= coverage.next() && piece.key() instanceof ObjectKey)
                .max(Comparator.comparingLong(Piece::from))
                .map(Piece::key);
    }

    private static Optional<PartitionKey> at(Coverage coverage, long offset) {
        return coverage.pieces().stream()
                .filter(piece -> piece.from() <= offset && offset < piece.next())
                .map(Piece::key)
                .findFirst();
    }

    /** Mostly side by side from 0 on, as backups write them, with some that overlap, are void, or hide others. */
    @Provide
    Arbitrary<List<PartitionKey>> partitions() {
        Arbitrary<PartitionKey> odd = Combinators.combine(
                        Arbitraries.longs().between(0, 29),
                        Arbitraries.longs().between(1, 12),
                        Arbitraries.integers().between(-1, 2),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(OLD, OLD, YOUNG, -1L))
                .as((from, length, epoch, kind, time) -> key(from, from + length, epoch, kind, time));
        Arbitrary<List<PartitionKey>> regular = Combinators.combine(
                        Arbitraries.longs().between(1, 8),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.of(OLD, OLD, OLD, YOUNG))
                .as((length, kind, time) -> key(0, length, 1, kind, time))
                .list()
                .ofMaxSize(6)
                .map(OldEndTest::sideBySide);
        return Combinators.combine(regular, odd.list().ofMaxSize(4)).as((some, more) -> {
            List<PartitionKey> all = new ArrayList<>(some);
            all.addAll(more);
            return all;
        });
    }

    private static List<PartitionKey> sideBySide(List<PartitionKey> keys) {
        List<PartitionKey> moved = new ArrayList<>();
        long from = 0;
        for (PartitionKey key : keys) {
            long next = from + key.next();
            moved.add(
                    key instanceof ObjectKey object
                            ? new ObjectKey(
                                    from,
                                    next,
                                    object.epoch(),
                                    object.records(),
                                    object.baseTimestamp(),
                                    object.maxTimestamp())
                            : new GapKey(from, next, key.epoch()));
            from = next;
        }
        return moved;
    }

    private static PartitionKey key(long from, long next, int epoch, int kind, long time) {
        return switch (kind) {
            case 0 -> new GapKey(from, next, epoch);
            case 1 -> new ObjectKey(from, next, epoch, 0, -1, -1);
            default -> object(from, next, epoch, time);
        };
    }

    // ---- how it is asked ----

    private static PartitionPruning prune(long start, PartitionKey... keys) {
        return prune(start, Set.of(), keys);
    }

    private static PartitionPruning prune(long start, Set<PartitionKey> needed, PartitionKey... keys) {
        return oldEnd(start, storedNow(List.of(keys)), Set.of(), needed);
    }

    private static PartitionPruning prune(Collection<GapKey> others, PartitionKey... keys) {
        return oldEnd(0, storedNow(List.of(keys)), others, Set.of());
    }

    private static PartitionPruning prune(long start, StoredKey... keys) {
        return oldEnd(start, List.of(keys), Set.of(), Set.of());
    }

    private static PartitionPruning oldEnd(
            Collection<PartitionKey> keys, Collection<GapKey> others, Set<PartitionKey> needed) {
        return oldEnd(0, storedNow(keys), others, needed);
    }

    /** @param others gaps that no prune left */
    private static PartitionPruning oldEnd(
            long start, List<StoredKey> keys, Collection<GapKey> others, Set<PartitionKey> needed) {
        PartitionContents contents = new PartitionContents(
                FOLDER,
                start,
                keys.stream()
                        .sorted(Comparator.comparing(stored -> stored.key().fileName()))
                        .toList());
        return new OldEnd(contents, NINETY_DAYS, gap -> !others.contains(gap), path -> needed.stream()
                        .filter(key -> FOLDER.key(key).equals(path))
                        .findFirst()
                        .map(key -> "a-restore"))
                .find();
    }

    private static List<StoredKey> storedNow(Collection<PartitionKey> keys) {
        return keys.stream().map(key -> stored(key, YOUNG)).toList();
    }

    private static StoredKey stored(PartitionKey key, long at) {
        return new StoredKey(key, 7, Instant.ofEpochMilli(at));
    }

    private static List<PartitionKey> deleted(PartitionPruning pruning) {
        return pruning.objects().stream().map(StoredKey::key).toList();
    }

    private static ObjectKey object(long from, long next, long maxTimestamp) {
        return object(from, next, 1, maxTimestamp);
    }

    private static ObjectKey object(long from, long next, int epoch, long maxTimestamp) {
        return new ObjectKey(from, next, epoch, next - from, maxTimestamp, maxTimestamp);
    }

    private static long daysAgo(int days) {
        return NOW.minus(Duration.ofDays(days)).toEpochMilli();
    }
}
