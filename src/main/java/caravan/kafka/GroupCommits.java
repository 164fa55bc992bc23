package caravan.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commits that wait for the polling thread. Any thread may add one; only the polling thread sends them. */
final class GroupCommits {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommits.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private record Commit(Assignment assignment, OffsetAndMetadata offset) {}

    private final Queue<Commit> queued = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, Commit> unsent = new HashMap<>();
    private final BiConsumer<Map<TopicPartition, OffsetAndMetadata>, Duration> consumer;
    private final PartitionOwner owner;
    private boolean failing;

    /** @param consumer commits within a time, or throws as {@code KafkaConsumer.commitSync} does */
    GroupCommits(BiConsumer<Map<TopicPartition, OffsetAndMetadata>, Duration> consumer, PartitionOwner owner) {
        this.consumer = consumer;
        this.owner = owner;
    }

    void add(Assignment assignment, OffsetAndMetadata offset) {
        queued.add(new Commit(assignment, offset));
    }

    /**
     * Sends the newest commit of each partition. What failed and may be tried again waits for the next call.
     *
     * @param owned whether an assignment is still this process's; commits of others are dropped
     */
    void run(Predicate<Assignment> owned) {
        // What was added meanwhile is newer than what could not be sent.
        Map<TopicPartition, Commit> newest = new HashMap<>(unsent);
        unsent.clear();
        newest.values().removeIf(commit -> !owned.test(commit.assignment()));
        Commit next;
        while ((next = queued.poll()) != null) {
            // The broker checks the member, not whether it owns the partition: a late commit would move the group back.
            if (owned.test(next.assignment())) {
                newest.put(next.assignment().partition(), next);
            }
        }
        if (newest.isEmpty()) {
            if (failing) {
                // What failed is another member's to commit by now.
                failing = false;
                owner.committed(Map.of());
            }
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<TopicPartition, Long> reached = new HashMap<>();
        newest.forEach((partition, commit) -> {
            offsets.put(partition, commit.offset());
            reached.put(partition, commit.offset().offset());
        });
        try {
            commitWithOneRetry(offsets);
            failing = false;
            owner.committed(reached);
        } catch (CommitFailedException e) {
            LOG.info("not committed, the partitions are another member's by now: {}", offsets.keySet());
        } catch (RebalanceInProgressException | WakeupException e) {
            unsent.putAll(newest);
        } catch (KafkaException e) {
            unsent.putAll(newest);
            failing = true;
            LOG.warn("commit failed, trying again: {}", e.toString());
            owner.commitFailed(e);
        }
    }

    /** A consumer that is being stopped was woken up, which ends the first blocking call that comes. */
    private void commitWithOneRetry(Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            consumer.accept(offsets, TIMEOUT);
        } catch (WakeupException e) {
            consumer.accept(offsets, TIMEOUT);
        }
    }
}
