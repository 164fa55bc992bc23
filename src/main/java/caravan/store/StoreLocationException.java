package caravan.store;

/** A store's name, or a setting of it, that is not understood: a mistake of the user's. */
public final class StoreLocationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String hint;

    StoreLocationException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** What to write instead: one sentence for a user. */
    public String hint() {
        return hint;
    }
}
