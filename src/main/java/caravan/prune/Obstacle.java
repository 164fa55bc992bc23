package caravan.prune;

import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;

/** What keeps old objects of a partition from being deleted. */
sealed interface Obstacle {

    /** A hole stays a hole: what lies behind it is not at the old end. */
    record Hole(OffsetRange range) implements Obstacle {}

    /** A restore that has not come to its end needs an object. */
    record Needed(ObjectKey object, String restoreId) implements Obstacle {}

    /** The keys contradict each other, so that what is kept might be read differently afterwards. */
    record Unclear(String why) implements Obstacle {}
}
