package caravan.kafka;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** All partitions that a sender writes to, and which of them have a batch to be sent now. Belongs to the sender's thread. */
final class OutgoingPartitions {
    private static final long RETRY_MILLIS = 100;

    private final Map<TopicPartition, OutgoingPartition> partitions = new HashMap<>();
    /** Those whose first batch is to be sent, the one that waits longest first. */
    private final Set<OutgoingPartition> ready = new LinkedHashSet<>();

    /**
     * @param at offset where it must come to lie, if it is the first one of its partition
     * @param sequence of its first record, if it is the first one of its partition
     */
    void add(TopicPartition partition, OutgoingBatch batch, OptionalLong at, int sequence, long now) {
        OutgoingPartition outgoing =
                partitions.computeIfAbsent(partition, id -> new OutgoingPartition(id, sequence, at));
        if (outgoing.add(batch, now)) {
            ready.add(outgoing);
        }
    }

    /** Those whose first batch is to be sent now or later; what is done to them does not change the list. */
    List<OutgoingPartition> ready() {
        return List.copyOf(ready);
    }

    /** The first batch of a partition is on its way. */
    void inFlight(OutgoingPartition partition) {
        ready.remove(partition);
    }

    /** The first batch of a partition is to be sent, now or again, when its time comes. */
    void toSend(OutgoingPartition partition) {
        if (!partition.failed()) {
            ready.add(partition);
        }
    }

    /** The first batch of a partition is to be sent again after a moment. */
    void again(OutgoingPartition partition, long now) {
        partition.retryAt(now + RETRY_MILLIS);
        toSend(partition);
    }

    /** The broker has the first batch of a partition, at this offset; -1 where it does not know. */
    void acknowledged(OutgoingPartition partition, long offset, long now) {
        partition.acknowledged(offset, now);
        if (!partition.isEmpty()) {
            ready.add(partition);
        }
    }

    /** Fails what waits for a partition, and what will come. */
    void fail(OutgoingPartition partition, KafkaException why) {
        ready.remove(partition);
        if (!partition.failed()) {
            partition.fail(why);
        }
    }

    void fail(Predicate<TopicPartition> which, KafkaException why) {
        partitions.values().stream()
                .filter(partition -> which.test(partition.partition()))
                .toList()
                .forEach(partition -> fail(partition, why));
    }

    void failAll(KafkaException why) {
        fail(any -> true, why);
    }
}
