package caravan.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.DefaultRecordBatch;

/**
 * Batches of one partition that wait for their turn. Only the first one is ever in flight, and nobody else writes to the
 * partition, so each must be at the offset where the one before it ended. Belongs to the sender's thread.
 */
final class OutgoingPartition {
    private final TopicPartition partition;
    private final Deque<OutgoingBatch> batches = new ArrayDeque<>();
    private int sequence;
    private OptionalLong expected;
    private Optional<Uuid> topicId = Optional.empty();
    private Optional<KafkaException> failure = Optional.empty();
    private long since;
    private long retryAt;
    private int sent;
    private int damaged;

    /**
     * @param sequence of the first record
     * @param expected its offset; empty where that is not known before it is there
     */
    OutgoingPartition(TopicPartition partition, int sequence, OptionalLong expected) {
        this.partition = partition;
        this.sequence = sequence;
        this.expected = expected;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Adds a batch; whether it is the first one, so that its turn has come. */
    boolean add(OutgoingBatch batch, long now) {
        if (failure.isPresent()) {
            batch.acknowledged().completeExceptionally(failure.get());
            return false;
        }
        batches.add(batch);
        if (batches.size() == 1) {
            begin(now);
            return true;
        }
        return false;
    }

    private void begin(long now) {
        since = now;
        retryAt = now;
        sent = 0;
        damaged = 0;
    }

    OutgoingBatch first() {
        return batches.getFirst();
    }

    /** The first batch, which is sent now, again or for the first time. */
    OutgoingBatch sent() {
        sent++;
        return first();
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** When the first batch's turn came, millis. */
    long since() {
        return since;
    }

    /** Sequence of the first batch. */
    int sequence() {
        return sequence;
    }

    /** No sooner is the first batch sent, millis. */
    long retryAt() {
        return retryAt;
    }

    void retryAt(long time) {
        retryAt = time;
    }

    /** How often the first batch arrived damaged, this time included. */
    int damaged() {
        return ++damaged;
    }

    boolean failed() {
        return failure.isPresent();
    }

    /** Whether the topic is still the one that the first batch went to. */
    boolean same(Uuid id) {
        if (topicId.isEmpty()) {
            topicId = Optional.of(id);
        }
        return topicId.get().equals(id);
    }

    /** The broker refused the first batch as too large; its sequence is still to be used. */
    void replaceFirst(List<OutgoingBatch> parts, long now) {
        batches.removeFirst();
        for (int i = parts.size() - 1; i >= 0; i--) {
            batches.addFirst(parts.get(i));
        }
        begin(now);
    }

    /**
     * The broker has the first batch. Fails where it is not where it must be: somebody else writes here, or it is there twice.
     *
     * @param offset of its first record; -1 where the broker does not know any more
     */
    void acknowledged(long offset, long now) {
        if (offset >= 0 && expected.isPresent() && expected.getAsLong() != offset) {
            fail(new KafkaException(partition + ": a batch is at offset " + offset + ", and not at "
                    + expected.getAsLong() + ", where it belongs: somebody else writes to the topic"));
            return;
        }
        if (offset < 0 && sent < 2) {
            fail(new KafkaException(
                    partition + ": the broker says that it has a batch already, which was sent to it only once"));
            return;
        }
        OutgoingBatch batch = batches.removeFirst();
        if (offset >= 0) {
            expected = OptionalLong.of(offset + batch.records());
        } else if (expected.isPresent()) {
            expected = OptionalLong.of(expected.getAsLong() + batch.records());
        }
        sequence = DefaultRecordBatch.incrementSequence(sequence, batch.records());
        begin(now);
        batch.acknowledged().complete(offset);
    }

    /** Fails what waits, and what will come. */
    void fail(KafkaException why) {
        failure = Optional.of(why);
        batches.forEach(batch -> batch.acknowledged().completeExceptionally(why));
        batches.clear();
    }
}
