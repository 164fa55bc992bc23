package caravan.archive;

/** What both kinds of partition keys are made of. */
final class KeyFields {
    private KeyFields() {}

    static void check(long from, long next, int epoch) {
        if (from < 0 || next <= from) {
            throw new IllegalArgumentException("not a range of offsets: [" + from + ", " + next + ")");
        }
        if (epoch < -1) {
            throw new IllegalArgumentException("not a leader epoch: " + epoch);
        }
    }

    /** The beginning of every file name: the offsets of 20 digits, and the epoch. */
    static String print(long from, long next, int epoch) {
        return offset(from) + "-" + offset(next) + "-" + epoch;
    }

    /** Twenty digits, so that names sort as offsets do. */
    static String offset(long offset) {
        return digits(offset, 20);
    }

    /** A number that is not negative, filled up with zeros on the left. */
    static String digits(long number, int width) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
