package caravan.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Partitions by number, as people write them: {@code 0,2-5}.
 *
 * @param ranges each from its first to its last partition, both inclusive; none means all partitions
 */
public record PartitionSet(List<Range> ranges) {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    /** All partitions. */
    public static final PartitionSet ALL = new PartitionSet(List.of());

    /** Partitions from the first to the last one, both inclusive. */
    public record Range(int first, int last) {}

    public PartitionSet {
        ranges = List.copyOf(ranges);
    }

    /**
     * @param text numbers and ranges, comma-separated; all partitions where it is empty
     * @throws IllegalArgumentException where it is something else
     */
    public static PartitionSet parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            Matcher range = RANGE.matcher(entry.strip());
            if (!range.matches()) {
                throw new IllegalArgumentException("'" + entry.strip() + "' is no partition; write them as 0,2-5");
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first) {
                throw new IllegalArgumentException(
                        "'" + entry.strip() + "' ends before it begins; write it as " + last + "-" + first);
            }
            ranges.add(new Range(first, last));
        }
        return new PartitionSet(ranges);
    }

    /** Whether these are all partitions that there may be. */
    public boolean isAll() {
        return ranges.isEmpty();
    }

    public boolean contains(int partition) {
        return isAll() || ranges.stream().anyMatch(range -> range.first() <= partition && partition <= range.last());
    }
}
