package caravan.backup;

import java.time.Duration;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the archive is behind one partition.
 *
 * @param stored offset up to which (exclusive) everything is in the archive
 * @param end high watermark when the cluster was last asked; {@code stored} where it was not asked yet
 * @param waiting how long the oldest offset that is not stored has been known to this process; zero where everything is stored
 */
public record PartitionLag(TopicPartition partition, long stored, long end, Duration waiting) {

    /** Offsets that are not stored yet; never negative. */
    public long records() {
        return Math.max(0, end - stored);
    }
}
