package caravan.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One measured round: the yardstick, and right after it Caravan.
 *
 * @param yardstick empty where there is none
 * @param caravan Caravan's process
 * @param assignedToCommitted a backup's seconds from the assignment of the partitions to the last commit, as the broker saw them
 * @param storedBytes bytes of the archive's objects
 * @param objects number of the archive's objects
 */
record Round(
        Optional<Figures> yardstick,
        Figures caravan,
        OptionalDouble assignedToCommitted,
        long storedBytes,
        long objects) {}
