package caravan.catalog;

/** A text that can be read until a deadline: some regular expressions would go on for years in a short one. */
public final class TimedText implements CharSequence {
    /** Characters between two looks at the clock. */
    private static final int LOOK = 1 << 14;

    /** The deadline has passed. */
    public static final class OverException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final CharSequence text;
    private final Deadline deadline;
    private int read;

    public TimedText(CharSequence text, Deadline deadline) {
        this.text = text;
        this.deadline = deadline;
    }

    @Override
    public char charAt(int index) {
        if (++read % LOOK == 0 && deadline.passed()) {
            throw new OverException();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
