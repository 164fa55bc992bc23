package caravan.bench;

/** The benchmark can't go on, or what it measured is worth nothing: a process failed, or a record was lost. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
