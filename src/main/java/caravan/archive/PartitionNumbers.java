package caravan.archive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some partitions of a topic: numbers and ranges of them, as in {@code 0,2-5}.
 *
 * @param ranges at least one; they may overlap
 */
public record PartitionNumbers(List<Range> ranges) {
    /** Every partition. */
    public static final PartitionNumbers ALL = new PartitionNumbers(List.of(new Range(0, Integer.MAX_VALUE)));

    private static final Pattern ENTRY = Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?");

    /** Partitions from the first to the last, both inclusive. */
    public record Range(int first, int last) {

        public Range {
            if (first < 0 || last < first) {
                throw new IllegalArgumentException("not a range of partitions: " + first + "-" + last);
            }
        }

        private boolean contains(int partition) {
            return first <= partition && partition <= last;
        }
    }

    public PartitionNumbers {
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("no partition is named");
        }
        ranges = List.copyOf(ranges);
    }

    /**
     * Partitions as people write them; all of them where the text is "".
     *
     * @throws IllegalArgumentException says what is wrong, and how to write it
     */
    public static PartitionNumbers of(String textOrEmpty) {
        if (textOrEmpty.isEmpty()) {
            return ALL;
        }
        List<Range> ranges = new ArrayList<>();
        for (String entry : textOrEmpty.split(",", -1)) {
            Matcher numbers = ENTRY.matcher(entry.strip());
            if (!numbers.matches()) {
                throw wrong(entry.strip(), "is neither a partition nor a range of them");
            }
            int first = Integer.parseInt(numbers.group(1));
            int last = numbers.group(2) == null ? first : Integer.parseInt(numbers.group(2));
            if (last < first) {
                throw wrong(entry.strip(), "ends before it begins");
            }
            ranges.add(new Range(first, last));
        }
        return new PartitionNumbers(ranges);
    }

    private static IllegalArgumentException wrong(String entry, String what) {
        return new IllegalArgumentException("'" + entry + "' " + what + ": write partitions as 0,2-5");
    }

    public boolean isAll() {
        return equals(ALL);
    }

    public boolean contains(int partition) {
        return ranges.stream().anyMatch(range -> range.contains(partition));
    }

    /** A partition that is named here and is not among those that exist; empty where all exist, or {@link #ALL} are meant. */
    public OptionalInt missing(Collection<Integer> existing) {
        if (isAll()) {
            return OptionalInt.empty();
        }
        for (Range range : ranges) {
            for (int partition = range.first(); partition <= range.last(); partition++) {
                if (!existing.contains(partition)) {
                    return OptionalInt.of(partition);
                }
            }
        }
        return OptionalInt.empty();
    }
}
