package caravan.torture;

/** The torture can't go on: a server did not start, or Caravan did what it must not. */
final class TortureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TortureException(String message) {
        super(message);
    }

    TortureException(String message, Throwable cause) {
        super(message, cause);
    }
}
