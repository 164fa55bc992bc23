package caravan.store;

/** A store that could not do what it was asked; the message says what and where, {@link #hint()} what to do about it. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, as far as it makes a difference to the caller. */
    public enum Kind {
        /** No answer, or an answer that the server is not able to serve now. Trying again may help. */
        UNREACHABLE,
        /** Credentials missing, wrong, or without the right. */
        DENIED,
        /** The bucket, or the directory, does not exist. */
        NO_BUCKET,
        /** The key does not exist. */
        NOT_FOUND,
        OTHER
    }

    private final Kind kind;
    private final String hint;

    public StoreException(Kind kind, String message, String hint, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.hint = hint;
    }

    public Kind kind() {
        return kind;
    }

    /** What to do about it: one sentence for a user. */
    public String hint() {
        return hint;
    }
}
