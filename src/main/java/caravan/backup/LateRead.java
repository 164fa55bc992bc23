package caravan.backup;

import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.kafka.LogView.Missing;

/**
 * Offsets that were read so late that tombstones among them may have been compacted away.
 *
 * @param missing the first of them at which nothing lies any more. The gap's key has these alone: should it be all that is stored of
 *     them, a backup that goes on behind it passes over nothing. By its epoch, what takes their place after a truncation makes it void
 * @param next end of what was read late, exclusive
 */
record LateRead(Missing missing, long next) {

    /** This and what was read late behind it. */
    LateRead and(LateRead later) {
        return new LateRead(missing, later.next());
    }

    /** The same with a key that makes nothing void: it may not do so before the objects that it belongs to. */
    LateRead voidingNothing() {
        return new LateRead(new Missing(missing.offsets(), -1), next);
    }

    GapKey key() {
        return new GapKey(missing.offsets().from(), missing.offsets().next(), missing.epoch());
    }

    GapDocument document(long now) {
        return GapDocument.compaction(key(), next, now, Writer.name());
    }
}
