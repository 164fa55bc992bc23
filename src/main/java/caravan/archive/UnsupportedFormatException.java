package caravan.archive;

/** A document is of a format that this version does not know: a later one wrote it. */
public final class UnsupportedFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int format;

    UnsupportedFormatException(String document, int format) {
        super(document + " is of format " + format + "; this version reads format " + Document.FORMAT);
        this.format = format;
    }

    /** The number that the document gives. */
    public int format() {
        return format;
    }
}
