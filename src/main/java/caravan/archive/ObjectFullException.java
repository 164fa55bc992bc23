package caravan.archive;

/** An object would become larger than the format allows: it has to be completed before more is appended. */
public final class ObjectFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ObjectFullException(long bytes, long limit) {
        super("an object of " + bytes + " bytes of log takes no more batches: the limit is " + limit);
    }
}
