package caravan.restore;

import java.util.Optional;

/** What a service remembers of its restores, so that one that came to its end does not begin again after a restart. */
public interface RestoreJournal {

    /**
     * How this restore ended before, if it did. Waits as long as that can't be told because the store or the cluster is away.
     *
     * @throws InterruptedException where the service ends meanwhile
     */
    Optional<RestoreReport> finished(RestoreTask restore) throws InterruptedException;

    /** The restore came to its end. Must not fail: its records are in the cluster. */
    void ended(RestoreTask restore, RestoreReport report);
}
