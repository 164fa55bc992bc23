package caravan.archive;

import java.io.IOException;

/** Tells damage from trouble on the way to an object. */
final class Damage {
    private Damage() {}

    /**
     * What to throw where reading failed.
     *
     * @param trouble what the source threw; null if it did not
     * @param where what was read
     * @param cause what the reader threw
     * @return that the object is damaged, if the source threw nothing
     * @throws IOException what the source threw; its unchecked exceptions, too, are thrown as they are
     */
    static DamagedObjectException of(Exception trouble, String where, Exception cause) throws IOException {
        if (trouble instanceof IOException io) {
            throw io;
        }
        if (trouble instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return cause instanceof DamagedObjectException damage
                ? damage
                : new DamagedObjectException(where + " can't be read: " + cause.getMessage(), cause);
    }
}
