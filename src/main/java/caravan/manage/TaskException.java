package caravan.manage;

/** Something that was asked of a task can't be done. */
public final class TaskException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** What was asked is not well formed. */
        INVALID,
        /** There is no such task. */
        NOT_FOUND,
        /** The task is not in a state, or of an origin, in which this could be done. */
        CONFLICT,
        /** The store or the cluster did not answer. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final String hint;

    /**
     * @param hint what to do
     */
    public TaskException(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    public Kind kind() {
        return kind;
    }

    public String hint() {
        return hint;
    }
}
