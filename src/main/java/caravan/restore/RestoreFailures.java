package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.kafka.KafkaErrors;
import caravan.store.StoreException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** Says what ended a restore. */
final class RestoreFailures {
    private RestoreFailures() {}

    /** The failure that a person should hear of, out of what a route's step threw. */
    static RestoreException explained(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof RestoreException known) {
                return known;
            }
            if (at instanceof DamagedObjectException damage) {
                return new RestoreException(
                        RestoreException.Kind.DAMAGED,
                        damage.getMessage(),
                        "see what is damaged with 'verify --data'",
                        damage);
            }
            if (at instanceof StoreException missing && missing.kind() == StoreException.Kind.NOT_FOUND) {
                return new RestoreException(
                        RestoreException.Kind.NOT_POSSIBLE,
                        "the plan needs what is gone: " + missing.getMessage(),
                        "see with 'verify' whether it was pruned; to restore what is there now, delete the topics that the"
                                + " restore began, and run it again",
                        missing);
            }
        }
        Optional<KafkaException> refusal = KafkaErrors.refusal(cause);
        if (refusal.isPresent()) {
            return new RestoreException(
                    RestoreException.Kind.NOT_POSSIBLE,
                    "the restore was cut off: " + KafkaErrors.message(refusal.get()),
                    KafkaErrors.hint(refusal.get()) + "; then run it again: it goes on where it was",
                    cause);
        }
        return new RestoreException(
                RestoreException.Kind.NOT_POSSIBLE,
                "the restore was cut off: " + deepest(cause),
                "run it again: it goes on where it was",
                cause);
    }

    private static String deepest(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.toString() : at.getMessage();
    }
}
