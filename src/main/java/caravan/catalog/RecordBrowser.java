package caravan.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.archive.TimeWindow;
import caravan.catalog.RecordLog.Extent;
import caravan.catalog.RecordLog.Reading;
import caravan.catalog.RecordPage.Entry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Looks at some records of a topic. Reads little more than is shown, keeps no more than {@value #MOST_BYTES} bytes, and gives up
 * after a while: a large topic takes no longer than a small one.
 *
 * <p>Records of several partitions are put into the order of their timestamps, as far as the order of each partition allows.
 */
public final class RecordBrowser {
    /** Bytes that are kept of a key or a value, unless one record is asked for. */
    public static final int MOST_OF_A_VALUE = 64 << 10;

    /** Bytes that are kept of one record's key or value: it is held several times until it is sent. */
    public static final int MOST_OF_ONE_RECORD = 4 << 20;

    /** Bytes of all records of a page. */
    private static final long MOST_BYTES = 2 << 20;

    /** Offsets that the next part towards the beginning is longer than the last one, where not enough was found. */
    private static final long GROWTH = 4;

    /** An entry with the time by which it is put in order: never less than that of one before it in its partition. */
    private record Placed(long time, Entry entry) {}

    private static final Comparator<Placed> IN_ORDER = Comparator.comparingLong(Placed::time)
            .thenComparing(placed -> placed.entry().partition())
            .thenComparing(placed -> placed.entry().offset());

    private final RecordLog log;
    private final Deadline deadline;
    private final long mostScanned;
    private long scanned;

    /**
     * @param patience how long all of it may take, but for a server that does not answer
     * @param mostScanned records that are looked at before it gives up
     */
    public RecordBrowser(RecordLog log, Duration patience, long mostScanned) {
        this.log = log;
        this.deadline = Deadline.in(patience);
        this.mostScanned = mostScanned;
    }

    /**
     * The record at an offset; empty where there is none.
     *
     * @param partition one of the log's
     */
    public Optional<Entry> one(int partition, long offset) {
        Extent extent = log.extent(partition);
        if (offset < extent.start() || offset >= extent.end()) {
            return Optional.empty();
        }
        try (Reading reading = log.read(partition, offset, offset + 1, OptionalLong.empty(), deadline)) {
            return reading.hasNext() ? Optional.of(Entry.of(reading.next(), MOST_OF_ONE_RECORD)) : Optional.empty();
        }
    }

    /**
     * A page of records.
     *
     * @param timeline life of the topic that is looked at; null for that of a cluster
     * @param query whose partition, if it names one, is one of the log's
     */
    public RecordPage page(String topic, String timeline, RecordQuery query) {
        List<Integer> partitions =
                query.partition().isPresent() ? List.of(query.partition().getAsInt()) : log.partitions();
        Map<Integer, Long> next = new TreeMap<>();
        List<Placed> kept = List.of();
        for (int partition : partitions) {
            List<Placed> found =
                    query.end() ? last(partition, query, next) : first(partition, query, next, latest(kept, query));
            List<Placed> all = new ArrayList<>(kept);
            all.addAll(found);
            all.sort(IN_ORDER);
            kept = query.end() ? end(all, query.limit(), next) : beginning(all, query.limit(), next);
        }
        return new RecordPage(topic, timeline, kept.stream().map(Placed::entry).toList(), next, scanned, !exhausted());
    }

    private boolean exhausted() {
        return deadline.passed() || scanned >= mostScanned;
    }

    /** What comes later than this is not wanted any more. */
    private static long latest(List<Placed> kept, RecordQuery query) {
        return kept.size() < query.limit()
                ? Long.MAX_VALUE
                : kept.get(kept.size() - 1).time();
    }

    private List<Placed> first(int partition, RecordQuery query, Map<Integer, Long> next, long latest) {
        Extent extent = log.extent(partition);
        long from = within(query.from().getOrDefault(partition, extent.start()), extent);
        next.put(partition, from);
        List<Placed> found = new ArrayList<>();
        if (from >= extent.end() || exhausted()) {
            return found;
        }
        Wanted wanted = new Wanted(query);
        long time = Long.MIN_VALUE;
        long bytes = 0;
        try (Reading reading = log.read(partition, from, extent.end(), query.time(), deadline)) {
            while (found.size() < query.limit() && bytes < MOST_BYTES && scanned < mostScanned && reading.hasNext()) {
                long before = reading.position();
                LogRecord record = reading.next();
                scanned++;
                boolean chosen;
                try {
                    chosen = wanted.test(record);
                } catch (TimedText.OverException e) {
                    // It may be one of those: it is looked at again, unless that would never end.
                    next.put(partition, scanned == 1 ? reading.position() : before);
                    return found;
                }
                if (chosen) {
                    time = Math.max(time, record.timestamp());
                    if (time > latest) {
                        next.put(partition, before);
                        return found;
                    }
                    Entry entry = Entry.of(record, MOST_OF_A_VALUE);
                    bytes += entry.weight();
                    found.add(new Placed(time, entry));
                }
            }
            next.put(partition, reading.position());
        }
        return found;
    }

    /** From the end, in parts that grow, as nobody knows how many of the offsets have a record that is wanted. */
    private List<Placed> last(int partition, RecordQuery query, Map<Integer, Long> next) {
        Extent extent = log.extent(partition);
        long end = within(query.from().getOrDefault(partition, extent.end()), extent);
        Wanted wanted = new Wanted(query);
        Deque<Placed> found = new ArrayDeque<>();
        long time = Long.MAX_VALUE;
        long bytes = 0;
        long width = query.limit();
        boolean enough = false;
        while (!enough && end > extent.start() && !exhausted()) {
            long from = Math.max(extent.start(), end - width);
            Optional<Part> part =
                    lastOf(partition, from, end, query, wanted, query.limit() - found.size(), MOST_BYTES - bytes);
            if (part.isEmpty()) {
                break;
            }
            List<Entry> entries = part.get().entries();
            for (int i = entries.size() - 1; i >= 0; i--) {
                time = Math.min(time, entries.get(i).timestamp());
                bytes += entries.get(i).weight();
                found.addFirst(new Placed(time, entries.get(i)));
            }
            enough = part.get().cut() || found.size() >= query.limit() || bytes >= MOST_BYTES;
            end = enough ? found.getFirst().entry().offset() : from;
            width = Math.min(width * GROWTH, Long.MAX_VALUE / (2 * GROWTH));
        }
        next.put(partition, end);
        return List.copyOf(found);
    }

    /** The last records of a range; {@code cut} where others before them were left out. */
    private record Part(List<Entry> entries, boolean cut) {}

    /** Empty where it was not read to its end: what was read would not be the last ones. */
    private Optional<Part> lastOf(
            int partition, long from, long next, RecordQuery query, Wanted wanted, int most, long mostBytes) {
        Deque<Entry> last = new ArrayDeque<>();
        long bytes = 0;
        boolean cut = false;
        try (Reading reading = log.read(partition, from, next, query.time(), deadline)) {
            while (scanned < mostScanned && reading.hasNext()) {
                LogRecord record = reading.next();
                scanned++;
                if (chosen(wanted, record)) {
                    Entry entry = Entry.of(record, MOST_OF_A_VALUE);
                    last.add(entry);
                    bytes += entry.weight();
                    while (last.size() > most || bytes > mostBytes && last.size() > 1) {
                        bytes -= last.remove().weight();
                        cut = true;
                    }
                }
            }
            return exhausted() && reading.position() < next
                    ? Optional.empty()
                    : Optional.of(new Part(List.copyOf(last), cut));
        }
    }

    /** Whether a record is wanted; where that takes too long, it was not read to its end. */
    private static boolean chosen(Wanted wanted, LogRecord record) {
        try {
            return wanted.test(record);
        } catch (TimedText.OverException e) {
            return false;
        }
    }

    private static long within(long offset, Extent extent) {
        return Math.max(extent.start(), Math.min(offset, extent.end()));
    }

    /** The first of them; those that are left out are where to go on. */
    private static List<Placed> beginning(List<Placed> all, int limit, Map<Integer, Long> next) {
        int taken = 0;
        long bytes = 0;
        while (taken < Math.min(limit, all.size()) && (taken == 0 || bytes < MOST_BYTES)) {
            bytes += all.get(taken).entry().weight();
            taken++;
        }
        all.subList(taken, all.size())
                .forEach(out -> next.merge(out.entry().partition(), out.entry().offset(), Math::min));
        return List.copyOf(all.subList(0, taken));
    }

    /** The last of them; those that are left out are where to go on, towards the beginning. */
    private static List<Placed> end(List<Placed> all, int limit, Map<Integer, Long> next) {
        int from = all.size();
        long bytes = 0;
        while (from > 0 && all.size() - from < limit && (from == all.size() || bytes < MOST_BYTES)) {
            from--;
            bytes += all.get(from).entry().weight();
        }
        all.subList(0, from)
                .forEach(out -> next.merge(out.entry().partition(), out.entry().offset() + 1, Math::max));
        return List.copyOf(all.subList(from, all.size()));
    }

    /** Which records are wanted, by their time and key. */
    private final class Wanted {
        private final TimeWindow window;
        private final Optional<Pattern> key;

        private Wanted(RecordQuery query) {
            this.window = new TimeWindow(query.time(), OptionalLong.empty());
            this.key = query.key();
        }

        private boolean test(LogRecord record) {
            return window.includes(record.timestamp()) && (key.isEmpty() || matches(record.key()));
        }

        private boolean matches(ByteBuffer bytes) {
            try {
                return bytes != null
                        && key.get()
                                .matcher(new TimedText(UTF_8.decode(bytes.duplicate()), deadline))
                                .find();
            } catch (StackOverflowError e) {
                throw new IllegalArgumentException("the expression " + key.get() + " goes too deep", e);
            }
        }
    }
}
