package caravan.kafka;

import java.util.Optional;

/**
 * Why a leader no longer serves a position; a follower's word never leads here.
 *
 * @param position the offset that was asked for
 * @param truncated whether the log holds other records than those that were read before
 * @param common if it was truncated: the end of the newest epoch that it has of those that were read before (KIP-101, KIP-320); empty
 *     where the leader knows no epoch as new as the one that was read last, whatever became of it
 */
public record Refused(long position, boolean truncated, Optional<EpochEnd> common) {

    /**
     * How far a log goes up to a leader epoch.
     *
     * @param epoch partition leader epoch: the largest one that the log has, of those up to the one that was asked about
     * @param offset end of its records, exclusive
     */
    public record EpochEnd(int epoch, long offset) {}

    @Override
    public String toString() {
        return "the leader does not serve offset " + position
                + (truncated ? " any more: the log was truncated" : "")
                + common.map(end -> ", and what it has up to leader epoch " + end.epoch() + " ends at " + end.offset())
                        .orElse("");
    }

    /** The offset is below the log's start or behind its end. */
    public static Refused outOfRange(long position) {
        return new Refused(position, false, Optional.empty());
    }

    /** The log holds other records than those that were read before. */
    public static Refused truncated(long position, Optional<EpochEnd> common) {
        return new Refused(position, true, common);
    }
}
