package caravan.archive;

/**
 * Something in the archive is not what was stored: cut off, altered, or not what its key says. Trying again does not help; trouble
 * on the way to the archive is an {@link java.io.IOException} instead.
 */
public final class DamagedObjectException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, and where: entry, position, offset */
    public DamagedObjectException(String message) {
        super(message);
    }

    /** @param message what is wrong, and where: entry, position, offset */
    public DamagedObjectException(String message, Throwable cause) {
        super(message, cause);
    }
}
