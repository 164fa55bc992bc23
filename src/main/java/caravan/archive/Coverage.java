package caravan.archive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What the keys of one partition answer for, and which key a reader takes each offset from, so that every offset is taken at most
 * once.
 *
 * <p>The rules, for each offset:
 *
 * <ol>
 *   <li>A key of a higher leader epoch voids all keys of lower epochs from its {@code from} on, also behind its own end: the log
 *       was truncated there. Keys of an unknown epoch (-1) void nothing, and are not voided.
 *   <li>Of the keys left, an object goes before a gap, a known epoch before an unknown one.
 *   <li>Of equals, the one that begins first; then the one that ends last; then the one of more records.
 * </ol>
 */
public final class Coverage {

    /**
     * Offsets that are taken from one key.
     *
     * @param key where they are taken from
     * @param from first offset, inclusive; not before the key's own
     * @param next end, exclusive; not behind the key's own
     */
    public record Piece(PartitionKey key, long from, long next) {

        /** Whether all that the key covers is taken. */
        public boolean whole() {
            return from == key.from() && next == key.next();
        }
    }

    /**
     * Two objects that answer for the same offsets and are not void there: of the same epoch, or one of an unknown epoch. Where
     * batches of both have the same leader epoch, they hold the same records, or one is damaged.
     *
     * @param first the one that begins first
     * @param second the other one
     * @param range offsets of both
     */
    public record Overlap(ObjectKey first, ObjectKey second, OffsetRange range) {}

    /** A key as far as nothing of a higher epoch voids it. */
    private record Live(PartitionKey key, long from, long next) {}

    private static final Comparator<Live> IN_ORDER = Comparator.comparingLong(Live::from)
            .thenComparing(live -> live.key().next(), Comparator.reverseOrder())
            .thenComparing(live -> records(live.key()), Comparator.reverseOrder())
            .thenComparing(live -> live.key().fileName());
    private static final Comparator<Live> BEST_FIRST =
            Comparator.<Live>comparingInt(live -> rank(live.key())).thenComparing(IN_ORDER);

    private final long start;
    private final List<Live> live;
    private final List<PartitionKey> voided;
    private final List<Piece> pieces;

    private Coverage(long start, List<Live> live, List<PartitionKey> voided) {
        this.start = start;
        this.live = live;
        this.voided = voided;
        this.pieces = List.copyOf(cut(live));
    }

    /**
     * @param keys the keys of one partition, in any order
     * @param start where the partition's backup began: what lies before is not missed
     */
    public static Coverage of(Collection<? extends PartitionKey> keys, long start) {
        // For each epoch, the offset from which on something of a higher one voids it.
        TreeMap<Integer, Long> firstOfEpoch = new TreeMap<>();
        keys.forEach(key -> firstOfEpoch.merge(key.epoch(), key.from(), Math::min));
        Map<Integer, Long> voidFrom = new HashMap<>();
        long lowest = Long.MAX_VALUE;
        for (Map.Entry<Integer, Long> epoch : firstOfEpoch.descendingMap().entrySet()) {
            voidFrom.put(epoch.getKey(), epoch.getKey() < 0 ? Long.MAX_VALUE : lowest);
            lowest = Math.min(lowest, epoch.getValue());
        }
        Map<Boolean, List<Live>> byLife = keys.stream()
                .distinct()
                .map(key -> new Live(key, key.from(), Math.min(key.next(), voidFrom.get(key.epoch()))))
                .sorted(IN_ORDER)
                .collect(Collectors.partitioningBy(key -> key.from() < key.next()));
        return new Coverage(
                start,
                byLife.get(true),
                byLife.get(false).stream().<PartitionKey>map(Live::key).toList());
    }

    private static int rank(PartitionKey key) {
        return (key instanceof ObjectKey ? 0 : 2) + (key.epoch() < 0 ? 1 : 0);
    }

    private static long records(PartitionKey key) {
        return key instanceof ObjectKey object ? object.records() : 0;
    }

    private static List<Piece> cut(List<Live> live) {
        long[] borders = live.stream()
                .flatMapToLong(key -> LongStream.of(key.from(), key.next()))
                .sorted()
                .distinct()
                .toArray();
        List<Piece> pieces = new ArrayList<>();
        PriorityQueue<Live> covering = new PriorityQueue<>(BEST_FIRST);
        int arriving = 0;
        for (int i = 0; i + 1 < borders.length; i++) {
            while (arriving < live.size() && live.get(arriving).from() <= borders[i]) {
                covering.add(live.get(arriving++));
            }
            while (!covering.isEmpty() && covering.peek().next() <= borders[i]) {
                covering.remove();
            }
            if (!covering.isEmpty()) {
                add(pieces, new Piece(covering.peek().key(), borders[i], borders[i + 1]));
            }
        }
        return pieces;
    }

    private static void add(List<Piece> pieces, Piece piece) {
        int last = pieces.size() - 1;
        if (last >= 0
                && pieces.get(last).next() == piece.from()
                && pieces.get(last).key().equals(piece.key())) {
            pieces.set(last, new Piece(piece.key(), pieces.get(last).from(), piece.next()));
        } else {
            pieces.add(piece);
        }
    }

    /**
     * What a reader takes from which key: disjoint, in the order of their offsets. A gap's piece is a range without records. A key
     * can have several pieces where others lie inside it.
     */
    public List<Piece> pieces() {
        return pieces;
    }

    /** Ranges between {@code start} and {@link #end} that nothing answers for, in order. */
    public List<OffsetRange> holes() {
        List<OffsetRange> holes = new ArrayList<>();
        long reached = start;
        for (Piece piece : pieces) {
            if (piece.from() > reached) {
                holes.add(new OffsetRange(reached, piece.from()));
            }
            reached = Math.max(reached, piece.next());
        }
        return List.copyOf(holes);
    }

    /** End of what is reachable from {@code start} without a hole, exclusive; {@code start} itself if nothing is. */
    public long next() {
        long reached = start;
        for (Piece piece : pieces) {
            if (piece.from() > reached) {
                break;
            }
            reached = Math.max(reached, piece.next());
        }
        return reached;
    }

    /** End of all pieces, exclusive; {@code start} if there is none behind it. */
    public long end() {
        return pieces.isEmpty()
                ? start
                : Math.max(start, pieces.get(pieces.size() - 1).next());
    }

    /** The key that answers for the last offset before {@link #next}; empty if nothing is reachable from {@code start}. */
    public Optional<PartitionKey> lastReachable() {
        long next = next();
        return pieces.stream()
                .filter(piece -> piece.next() == next && next > start)
                .map(Piece::key)
                .findFirst();
    }

    /**
     * The gaps' keys, in order, also those for whose offsets there is an object: a compacted range has both. Left out are only
     * those that are void. The pieces tell what is really missing.
     */
    public List<GapKey> gaps() {
        return live.stream()
                .filter(key -> key.key() instanceof GapKey)
                .map(key -> (GapKey) key.key())
                .toList();
    }

    /** The keys that are void from their first offset on: what a log held before it was truncated. In order. */
    public List<PartitionKey> voided() {
        return voided;
    }

    /** The offsets of each key that nothing of a higher epoch voids; keys that are void altogether are not among them. */
    public Map<PartitionKey, OffsetRange> live() {
        Map<PartitionKey, OffsetRange> ranges = new HashMap<>();
        live.forEach(key -> ranges.put(key.key(), new OffsetRange(key.from(), key.next())));
        return ranges;
    }

    /** Pairs of objects whose records can be compared, in the order of their beginnings. */
    public List<Overlap> overlaps() {
        List<Overlap> overlaps = new ArrayList<>();
        List<Live> open = new ArrayList<>();
        for (Live second : live) {
            if (second.key() instanceof ObjectKey object) {
                open.removeIf(first -> first.next() <= second.from());
                for (Live first : open) {
                    if (mayAgree(first.key(), object)) {
                        OffsetRange range = new OffsetRange(second.from(), Math.min(first.next(), second.next()));
                        overlaps.add(new Overlap((ObjectKey) first.key(), object, range));
                    }
                }
                open.add(second);
            }
        }
        return List.copyOf(overlaps);
    }

    private static boolean mayAgree(PartitionKey first, PartitionKey second) {
        return first.epoch() == second.epoch() || first.epoch() < 0 || second.epoch() < 0;
    }

    /** Records in all pieces: exact if {@link #exactRecords}, else an upper bound. */
    public long records() {
        Map<PartitionKey, Long> offsets = new HashMap<>();
        pieces.forEach(piece -> offsets.merge(piece.key(), piece.next() - piece.from(), Long::sum));
        return offsets.entrySet().stream()
                .mapToLong(taken -> Math.min(records(taken.getKey()), taken.getValue()))
                .sum();
    }

    /** Whether the keys alone tell the number of records: no object that has any is taken in part. */
    public boolean exactRecords() {
        return pieces.stream().allMatch(piece -> piece.whole() || records(piece.key()) == 0);
    }
}
