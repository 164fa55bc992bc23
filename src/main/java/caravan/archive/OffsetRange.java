package caravan.archive;

/**
 * A range of offsets of one partition.
 *
 * @param from first offset, inclusive
 * @param next end, exclusive; greater than {@code from}
 */
public record OffsetRange(long from, long next) {

    public OffsetRange {
        if (from < 0 || next <= from) {
            throw new IllegalArgumentException("not a range of offsets: [" + from + ", " + next + ")");
        }
    }

    public boolean contains(long offset) {
        return from <= offset && offset < next;
    }

    @Override
    public String toString() {
        return "[" + from + ", " + next + ")";
    }
}
