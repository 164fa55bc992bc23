package caravan.kafka;

import java.util.OptionalLong;

/**
 * Why a leader no longer serves a position; a follower's word never leads here.
 *
 * @param position the offset that was asked for
 * @param divergence where the log is known to differ from what was read before, if it was truncated (KIP-320)
 */
public record Refused(long position, boolean truncated, OptionalLong divergence) {

    @Override
    public String toString() {
        return "the leader does not serve offset " + position
                + (truncated ? " any more: the log was truncated" : "")
                + (divergence.isPresent() ? ", and differs from offset " + divergence.getAsLong() + " on" : "");
    }

    /** The offset is below the log's start or behind its end. */
    public static Refused outOfRange(long position) {
        return new Refused(position, false, OptionalLong.empty());
    }

    /** The log holds other records than those that were read before. */
    public static Refused truncated(long position, OptionalLong divergence) {
        return new Refused(position, true, divergence);
    }
}
