package caravan.prune;

import caravan.archive.Coverage;
import caravan.archive.Coverage.Piece;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionKey;
import caravan.catalog.PartitionContents;
import caravan.catalog.StoredKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds what lies at the old end of a partition and is old, and the gap keys that have to say so. Only looks.
 *
 * <p>The old end reaches from the partition's beginning, through gaps, to the first object that is young, that a restore needs, or that
 * is the newest one reachable without a hole: a backup goes on behind that. An object without records is as old as the next one that has
 * some. What an earlier prune has named and not deleted is deleted whatever its age, and wherever it lies.
 */
final class OldEnd {

    /** Offsets that nothing will answer for any more, and the epoch of the last batch in them. */
    private record Run(long from, long next, int epoch) {}

    private final PartitionContents contents;
    private final AgeLimit limit;
    private final Predicate<GapKey> isPruned;
    private final Function<String, Optional<String>> restores;
    private final Coverage coverage;
    private final List<Piece> pieces;
    private final List<GapKey> gaps;
    private final Map<PartitionKey, OffsetRange> live;
    private final Optional<PartitionKey> newest;
    private final Map<GapKey, Boolean> reasons = new HashMap<>();
    private Optional<Obstacle> obstacle = Optional.empty();

    /**
     * @param isPruned whether a gap's document says that an earlier prune left it
     * @param restores name of an unfinished restore that needs an object, by the object's key without the store's prefix
     */
    OldEnd(
            PartitionContents contents,
            AgeLimit limit,
            Predicate<GapKey> isPruned,
            Function<String, Optional<String>> restores) {
        this.contents = contents;
        this.limit = limit;
        this.isPruned = isPruned;
        this.restores = restores;
        this.coverage = contents.coverage();
        this.pieces = coverage.pieces();
        this.gaps = coverage.gaps();
        this.live = coverage.live();
        this.newest = newestReachable(coverage);
    }

    PartitionPruning find() {
        long end = reach();
        Set<PartitionKey> behind = pieces.stream()
                .filter(piece -> piece.from() >= end)
                .map(Piece::key)
                .collect(Collectors.toSet());
        Set<PartitionKey> deleted = contents.objects().stream()
                .filter(stored -> isAtTheEnd(stored, end) && !behind.contains(stored.key()) || isLeft(stored))
                .filter(stored -> restoreOf((ObjectKey) stored.key()).isEmpty())
                .map(StoredKey::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Run> runs = deleted.isEmpty() ? List.of() : runs(deleted, end);
        deleted.addAll(voidObjects(deleted, runs));
        List<GapKey> named = runs.stream()
                .filter(run -> !isNamed(run))
                .map(run -> new GapKey(run.from(), run.next(), run.epoch()))
                .filter(gap -> !isListed(gap) || !pruned(gap))
                .toList();
        Optional<GapKey> taken = named.stream().filter(this::isListed).findFirst();
        if (taken.isPresent()) {
            return PartitionPruning.none(
                    contents.folder(),
                    Optional.of(new Obstacle.Unclear(taken.get().fileName() + " is there, for another reason")));
        }
        List<GapKey> replaced = replaced(named);
        if (deleted.isEmpty() && named.isEmpty() && replaced.isEmpty()) {
            return PartitionPruning.none(contents.folder(), obstacle);
        }
        if (!isReadAsBefore(deleted, named, replaced, end)) {
            return PartitionPruning.none(
                    contents.folder(), Optional.of(new Obstacle.Unclear("its keys contradict each other")));
        }
        return new PartitionPruning(
                contents.folder(),
                contents.objects().stream()
                        .filter(stored -> deleted.contains(stored.key()))
                        .toList(),
                end,
                named,
                replaced,
                obstacle);
    }

    // ---- how far it reaches ----

    /** End of the old end; 0 where nothing is old. */
    private long reach() {
        long reached = contents.startOffset();
        long end = 0;
        for (Piece piece : pieces) {
            if (piece.from() > reached || newest.equals(Optional.of(piece.key()))) {
                obstacle = hole();
                return end;
            }
            reached = Math.max(reached, piece.next());
            if (piece.key() instanceof ObjectKey object) {
                StoredKey stored = contents.stored(object);
                boolean old = isNamed(stored) || object.records() > 0 && limit.isOld(stored);
                if (!old && object.records() > 0) {
                    return end;
                }
                Optional<String> restore = restoreOf(object);
                if (restore.isPresent()) {
                    obstacle = old ? Optional.of(new Obstacle.Needed(object, restore.get())) : Optional.empty();
                    return end;
                }
                end = old ? piece.next() : end;
            }
        }
        return end;
    }

    private static Optional<PartitionKey> newestReachable(Coverage coverage) {
        Optional<PartitionKey> newest = Optional.empty();
        long next = coverage.next();
        for (Piece piece : coverage.pieces()) {
            if (piece.next() <= next && piece.key() instanceof ObjectKey) {
                newest = Optional.of(piece.key());
            }
        }
        return newest;
    }

    /** The first hole, if what lies behind it is old. */
    private Optional<Obstacle> hole() {
        return coverage.holes().stream()
                .findFirst()
                .filter(hole -> pieces.stream()
                        .filter(piece -> piece.from() == hole.next() && piece.key() instanceof ObjectKey)
                        .map(piece -> contents.stored(piece.key()))
                        .anyMatch(stored -> ((ObjectKey) stored.key()).records() > 0 && limit.isOld(stored)))
                .map(Obstacle.Hole::new);
    }

    private boolean isAtTheEnd(StoredKey stored, long end) {
        return stored.key().from() < end && (((ObjectKey) stored.key()).records() == 0 || limit.isOld(stored));
    }

    /** Whether an earlier prune was cut off before it deleted the object; then it may go, wherever it lies. */
    private boolean isLeft(StoredKey stored) {
        return isNamed(stored) && !newest.equals(Optional.of(stored.key()));
    }

    private Optional<String> restoreOf(ObjectKey object) {
        return restores.apply(contents.folder().key(object));
    }

    /** Whether an earlier prune named the object. What was stored later, or of a later epoch, it did not mean. */
    private boolean isNamed(StoredKey stored) {
        return gaps.stream()
                .filter(gap -> covers(live.get(gap), stored.key())
                        && stored.key().epoch() <= gap.epoch()
                        && !stored.storedAt().isAfter(contents.stored(gap).storedAt()))
                .anyMatch(this::pruned);
    }

    // ---- what has to be named ----

    /** What the deleted objects answer for and no other object does, together with what earlier prunes named. */
    private List<Run> runs(Set<PartitionKey> deleted, long end) {
        List<OffsetRange> kept = live.entrySet().stream()
                .filter(key -> key.getKey() instanceof ObjectKey
                        && !deleted.contains(key.getKey())
                        && key.getValue().from() < end)
                .map(Map.Entry::getValue)
                .toList();
        List<Run> runs = new ArrayList<>();
        for (Piece piece : pieces) {
            boolean missing = deleted.contains(piece.key()) || piece.key() instanceof GapKey gap && pruned(gap);
            if (piece.from() < end && missing) {
                without(new OffsetRange(piece.from(), piece.next()), kept)
                        .forEach(rest -> add(runs, rest, piece.key().epoch()));
            }
        }
        return runs;
    }

    private static List<OffsetRange> without(OffsetRange range, List<OffsetRange> others) {
        List<OffsetRange> left = List.of(range);
        for (OffsetRange other : others) {
            left = left.stream()
                    .flatMap(part -> Stream.concat(
                            range(part.from(), Math.min(part.next(), other.from())),
                            range(Math.max(part.from(), other.next()), part.next())))
                    .toList();
        }
        return left;
    }

    private static Stream<OffsetRange> range(long from, long next) {
        return from < next ? Stream.of(new OffsetRange(from, next)) : Stream.empty();
    }

    private static void add(List<Run> runs, OffsetRange range, int epoch) {
        int last = runs.size() - 1;
        if (last >= 0 && runs.get(last).next() == range.from()) {
            Run before = runs.get(last);
            runs.set(last, new Run(before.from(), range.next(), Math.max(before.epoch(), epoch)));
        } else {
            runs.add(new Run(range.from(), range.next(), epoch));
        }
    }

    /** Objects of which nothing was taken any more, as the log had been truncated, and that lie where nothing is now. */
    private List<PartitionKey> voidObjects(Set<PartitionKey> deleted, List<Run> runs) {
        return contents.objects().stream()
                .map(StoredKey::key)
                .filter(object -> !live.containsKey(object) && !deleted.contains(object))
                .filter(object ->
                        runs.stream().anyMatch(run -> covers(new OffsetRange(run.from(), run.next()), object)))
                .filter(object -> restoreOf((ObjectKey) object).isEmpty())
                .toList();
    }

    private boolean isNamed(Run run) {
        return gaps.stream()
                .filter(gap -> gap.epoch() >= run.epoch()
                        && live.get(gap).from() <= run.from()
                        && run.next() <= live.get(gap).next())
                .anyMatch(this::pruned);
    }

    private boolean isListed(GapKey gap) {
        return contents.keys().stream().anyMatch(stored -> stored.key().equals(gap));
    }

    /** Gap keys of prunes that lie inside of another one. */
    private List<GapKey> replaced(List<GapKey> named) {
        return gaps.stream()
                .filter(gap -> Stream.concat(named.stream(), gaps.stream())
                        .filter(other -> !other.equals(gap)
                                && other.from() <= gap.from()
                                && gap.next() <= other.next()
                                && gap.epoch() <= other.epoch())
                        .anyMatch(other -> named.contains(other) || pruned(other)))
                .filter(this::pruned)
                .toList();
    }

    private boolean pruned(GapKey gap) {
        return reasons.computeIfAbsent(gap, isPruned::test);
    }

    private static boolean covers(OffsetRange range, PartitionKey key) {
        return range.from() <= key.from() && key.next() <= range.next();
    }

    // ---- what may not change ----

    /**
     * What a reader takes some offsets from.
     *
     * @param key empty for the gaps of prunes, which may be put together
     */
    private record Answer(Optional<PartitionKey> key, long from, long next) {}

    /**
     * Whether what is not deleted is taken from the key that it is taken from now, nothing becomes a hole, and nothing that was void
     * comes back: with the new gap keys alone, and when all is done.
     */
    private boolean isReadAsBefore(Set<PartitionKey> deleted, List<GapKey> named, List<GapKey> replaced, long end) {
        List<OffsetRange> pruned = Stream.concat(
                        range(0, end),
                        pieces.stream()
                                .filter(piece -> deleted.contains(piece.key()))
                                .map(piece -> new OffsetRange(piece.from(), piece.next())))
                .toList();
        Set<PartitionKey> keys = new HashSet<>(named);
        contents.keys().forEach(stored -> keys.add(stored.key()));
        Coverage begun = Coverage.of(keys, contents.startOffset());
        keys.removeAll(deleted);
        replaced.forEach(keys::remove);
        List<Answer> before = answers(coverage, pruned, named);
        return deleted.stream().allMatch(object -> staysVoid(object, keys))
                && Stream.of(begun, Coverage.of(keys, contents.startOffset()))
                        .allMatch(changed -> answers(changed, pruned, named).equals(before)
                                && changed.holes().equals(coverage.holes())
                                && changed.pieces().stream().allMatch(this::wasLive));
    }

    /** Whether what is void of an object is so by keys that stay: objects are deleted in any order. */
    private boolean staysVoid(PartitionKey object, Set<PartitionKey> keys) {
        OffsetRange now = live.get(object);
        long liveTo = now == null ? object.from() : now.next();
        return object.epoch() < 0
                || liveTo == object.next()
                || keys.stream().anyMatch(key -> key.epoch() > object.epoch() && key.from() <= liveTo);
    }

    private List<Answer> answers(Coverage of, List<OffsetRange> pruned, List<GapKey> named) {
        List<Answer> answers = new ArrayList<>();
        for (Piece piece : of.pieces()) {
            boolean isPruned = named.contains(piece.key()) || reasons.getOrDefault(piece.key(), false);
            Optional<PartitionKey> key = isPruned ? Optional.empty() : Optional.of(piece.key());
            for (OffsetRange rest : without(new OffsetRange(piece.from(), piece.next()), pruned)) {
                int last = answers.size() - 1;
                boolean goesOn = last >= 0
                        && answers.get(last).key().equals(key)
                        && answers.get(last).next() == rest.from();
                long from = goesOn ? answers.remove(last).from() : rest.from();
                answers.add(new Answer(key, from, rest.next()));
            }
        }
        return answers;
    }

    private boolean wasLive(Piece piece) {
        OffsetRange before = live.get(piece.key());
        return piece.key() instanceof GapKey
                || before != null && before.from() <= piece.from() && piece.next() <= before.next();
    }
}
