package caravan.kafka;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Where the record batches of chunks come from. Called on the polling thread only. */
interface ChunkSource extends AutoCloseable {

    /**
     * What was fetched of one partition from its position on.
     *
     * @param next end of it, exclusive; also behind offsets that hold no record (markers, compacted records)
     * @param epoch partition leader epoch at {@code next - 1}; -1 where it is not known
     * @param batches whole record batches (message format v2), back to back; empty where the range holds no record
     * @param view what was told of the log beside them
     * @param release to be run when nobody reads the batches any more, see {@link Chunk}
     */
    record Fetched(long next, int epoch, ByteBuffer batches, LogView view, Runnable release) {
        Fetched(long next, int epoch, ByteBuffer batches, LogView view) {
            this(next, epoch, batches, view, Chunk.NOT_SHARED);
        }

        /** The same with what is known of it beside the answer, as {@link LogView#seen}. */
        Fetched seen(long at, long endedAt, long from, Optional<Integer> epochBefore) {
            return new Fetched(next, epoch, batches, view.seen(at, endedAt, from, epochBefore), release);
        }
    }

    /** What one fetch brought. */
    @FunctionalInterface
    interface Fetch {

        /** Nothing, of no partition. */
        Fetch NOTHING = (partition, position) -> Optional.empty();

        /**
         * What came of a partition; empty where its position did not move.
         *
         * @param position end of what was handed out before, exclusive
         * @throws DamagedLogException if it must not be used, however often it is fetched
         * @throws RuntimeException if it can't be used; the partition then has to begin again
         */
        Optional<Fetched> of(TopicPartition partition, long position);

        /** Positions that their leaders do not serve any more; their partitions have to begin again. */
        default Map<TopicPartition, Refused> refused() {
            return Map.of();
        }
    }

    /** From here on a partition is fetched, unless it is paused. */
    void begin(TopicPartition partition, Start start);

    /** Nothing more of a partition is handed out until it begins again. */
    void end(TopicPartition partition);

    /** These, of those that have begun, are to be fetched; all others are paused. */
    void fetchOnly(Set<TopicPartition> partitions);

    /**
     * Fetches, and takes part in the consumer group meanwhile.
     *
     * @param timeout the longest wait where nothing comes
     * @throws RuntimeException as {@link org.apache.kafka.clients.consumer.KafkaConsumer#poll(Duration)} does, except for
     *     positions that are refused
     */
    Fetch fetch(Duration timeout);

    /** There is something else to do than to wait for the fetch that is under way; for any thread. */
    void nudge();

    @Override
    void close();
}
