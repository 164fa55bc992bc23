package caravan.restore;

/** A restore can't be done as asked for, or could not be finished. */
public final class RestoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of end this is; the commands have an exit code for each. */
    public enum Kind {
        /** the target or the store is not as it has to be */
        NOT_POSSIBLE,
        /** the request has to be made clearer */
        CHOICE_NEEDED,
        /** the archive is damaged */
        DAMAGED
    }

    private final Kind kind;
    private final String hint;

    public RestoreException(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    public RestoreException(Kind kind, String message, String hint, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.hint = hint;
    }

    public Kind kind() {
        return kind;
    }

    /** What can be done about it. */
    public String hint() {
        return hint;
    }
}
