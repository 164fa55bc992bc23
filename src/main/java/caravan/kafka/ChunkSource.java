package caravan.kafka;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Where the record batches of chunks come from. Called on the polling thread only. */
interface ChunkSource {

    /**
     * What was fetched of one partition from its position on.
     *
     * @param next end of it, exclusive; also behind offsets that hold no record (markers, compacted records)
     * @param epoch partition leader epoch at {@code next - 1}; -1 where it is not known
     * @param batches whole record batches (message format v2), back to back; empty where the range holds no record
     */
    record Fetched(long next, int epoch, ByteBuffer batches) {}

    /** What one fetch brought. */
    @FunctionalInterface
    interface Fetch {

        /** Nothing, of no partition. */
        Fetch NOTHING = (partition, position) -> Optional.empty();

        /**
         * What came of a partition; empty where its position did not move.
         *
         * @param position end of what was handed out before, exclusive
         * @throws RuntimeException where it can't be used; it will not come again by itself
         */
        Optional<Fetched> of(TopicPartition partition, long position);
    }

    /** Fetches the partitions that are assigned and not paused; throws as {@code KafkaConsumer.poll} does. */
    Fetch fetch(Duration timeout);
}
