package caravan.backup;

import caravan.archive.ObjectKey;
import java.util.Optional;

/**
 * What the first object of an assignment has to be before it may be stored, where it does not just go on where the archive ends. Nothing
 * else is stored before it.
 */
@FunctionalInterface
interface Admission {

    /** Why the object may not be stored, so that its partition stops; empty if it may. */
    Optional<BackupException> refusal(ObjectKey first);
}
