package caravan.kafka;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Says where the backup of a partition starts, and how far it has come. All calls are made on the polling thread, on which the
 * group's membership depends: they wait for nothing that has no bound (Kafka, the store, a lock that is held meanwhile). What an
 * object's file still lacks may be written to the local disk.
 */
public interface PartitionOwner {

    /**
     * A partition is this process's from now on; nothing is fetched until the start is known, however long that takes.
     *
     * @param predecessor the assignment that this one continues, if the partition starts anew without having been away
     * @param refused the position that the leader does not serve any more, if that is why
     */
    CompletableFuture<Start> assigned(
            Assignment assignment, Optional<Assignment> predecessor, Optional<Refused> refused);

    /** The partition is no longer this process's: what is not stored of it is dropped. */
    void released(Assignment assignment);

    /** Offset up to which (exclusive) chunks of this assignment were taken; its start if none was. */
    long accepted(Assignment assignment);

    /** Whether more of this partition may be fetched now. */
    boolean hasRoom(Assignment assignment);

    /** Called before each fetch, when all chunks that were handed out before have been through the route. */
    void beforeFetch(Map<TopicPartition, Long> positions);

    /** Called when a fetch did not fail, whether it brought something or not. */
    void fetched();

    /** Called when fetching failed in a way that is waited out. */
    void fetchFailed(RuntimeException cause);

    /** Called when what was fetched of a partition could not be used; it starts anew. */
    void fetchFailed(TopicPartition partition, RuntimeException cause);

    /** Called when a commit failed; it is tried again. */
    void commitFailed(RuntimeException cause);

    /** Called when commits reached the consumer group, or none that failed is left to be sent. */
    void committed(Map<TopicPartition, Long> offsets);

    /** A partition can't go on, and needs a person. */
    void failed(TopicPartition partition, Throwable cause);
}
