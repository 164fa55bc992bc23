package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Consecutive record batches of one partition: the body of one exchange.
 *
 * @param partition the partition that the batches were read from
 * @param topicId the life of the topic that they belong to
 * @param assignment number of the assignment under which they were fetched; 0 for a chunk from the archive
 * @param from first offset that the chunk answers for, inclusive
 * @param next end of what it answers for, exclusive; greater than {@code from}
 * @param epoch partition leader epoch at {@code next - 1}; -1 where it is not known
 * @param batches whole record batches (message format v2), back to back; the first may begin before {@code from} and the
 *     last may end behind {@code next}. Empty where the range holds no record
 * @param transformed whether a step of a record route changed or dropped a record
 * @param view what the fetch told of the log beside the batches
 * @param release to be run when nobody reads the batches any more, so that their memory is used again; where it is not run, their
 *     memory is left to the collector. What is run twice does nothing
 */
public record Chunk(
        TopicPartition partition,
        Uuid topicId,
        long assignment,
        long from,
        long next,
        int epoch,
        ByteBuffer batches,
        boolean transformed,
        LogView view,
        Runnable release) {

    /** The release of batches whose memory is used for nothing else. */
    static final Runnable NOT_SHARED = () -> {};

    public Chunk {
        if (from < 0 || next <= from) {
            throw new IllegalArgumentException("not a range of offsets: [" + from + ", " + next + ")");
        }
    }

    /** A chunk whose memory is used for nothing else, and of whose log nothing was told. */
    public Chunk(
            TopicPartition partition,
            Uuid topicId,
            long assignment,
            long from,
            long next,
            int epoch,
            ByteBuffer batches,
            boolean transformed) {
        this(partition, topicId, assignment, from, next, epoch, batches, transformed, LogView.NONE, NOT_SHARED);
    }

    /** The same chunk in memory that is used for nothing else, to be read for as long as anybody likes. */
    Chunk unshared() {
        if (release == NOT_SHARED) {
            return this;
        }
        ByteBuffer copy = ByteBuffer.allocate(batches.remaining()).put(batches.duplicate());
        release.run();
        return withBatches(copy.flip(), false);
    }

    /** What belongs into one object: batches of one life of a partition, fetched under one assignment. */
    public String correlationKey() {
        return topicId + "/" + partition.partition() + "/" + assignment;
    }

    /**
     * What lies in a part of the range.
     *
     * @param first of the offsets, inclusive; not before {@code from}
     * @param end of these, exclusive; not behind {@code next}
     */
    public Chunk within(long first, long end) {
        return first == from && end == next
                ? this
                : new Chunk(partition, topicId, assignment, first, end, -1, batches, transformed);
    }

    /** The same range with other batches, as a record route leaves them. */
    public Chunk withBatches(ByteBuffer others, boolean changed) {
        return new Chunk(
                partition, topicId, assignment, from, next, epoch, others, transformed || changed, view, NOT_SHARED);
    }

    /** Without the batches, which are long. */
    @Override
    public int hashCode() {
        return Objects.hash(partition, assignment, from, next);
    }

    @Override
    public String toString() {
        return partition + " [" + from + ", " + next + ")";
    }
}
