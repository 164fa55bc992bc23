package caravan.kafka;

import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Where an assignment begins.
 *
 * @param topicId the life of the topic that the offset belongs to
 * @param offset first offset to fetch
 * @param leaderEpoch partition leader epoch of {@code offset - 1}, for Kafka's truncation check (KIP-320); empty where it
 *     is not known
 */
public record Start(Uuid topicId, long offset, Optional<Integer> leaderEpoch) {}
