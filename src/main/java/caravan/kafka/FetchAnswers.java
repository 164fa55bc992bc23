package caravan.kafka;

import caravan.kafka.ChunkSource.Fetched;
import caravan.kafka.FetchBuffers.Piece;
import caravan.kafka.FetchMemory.Answer;
import caravan.kafka.FetchPosition.Asked;
import caravan.kafka.Refused.EpochEnd;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of a broker's answer for one partition: what was fetched goes into the buffers, what may be waited out is asked
 * again, and everything else is for the polling thread to act on. That a position is not in the log any more is only believed of
 * a broker that was the leader when it was asked, and still is. Belongs to the thread that fetches.
 */
final class FetchAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(FetchAnswers.class);

    static final long RETRY_MILLIS = 200;
    /** How often a batch with a wrong checksum is fetched again, from another replica where there is one. */
    private static final int DAMAGED_ATTEMPTS = 3;
    /** A leader that has not heard of its own epoch does so within seconds; one that was put back to an older state never. */
    static final long UNKNOWN_EPOCH_MILLIS = 10_000;

    private final TopicMetadata metadata;
    private final FetchBuffers buffers;
    private final long replicaMillis;
    private final LongSupplier timeOfDay;

    /**
     * @param replicaMillis how long another replica than the leader is read from
     * @param timeOfDay in epoch milliseconds, by which others are told when a log ended
     */
    FetchAnswers(TopicMetadata metadata, FetchBuffers buffers, long replicaMillis, LongSupplier timeOfDay) {
        this.metadata = metadata;
        this.buffers = buffers;
        this.replicaMillis = replicaMillis;
        this.timeOfDay = timeOfDay;
    }

    /**
     * @param node that answered
     * @param memory that the answer lies in; empty where that is the heap
     */
    void take(
            FetchPosition position,
            Asked asked,
            PartitionData data,
            Node node,
            FetchResponse answer,
            Optional<Answer> memory,
            long now) {
        Errors error = Errors.forCode(data.errorCode());
        if (error == Errors.NONE && !FetchResponse.isDivergingEpoch(data)) {
            position.epochKnown();
            if (FetchResponse.isPreferredReplica(data)) {
                prefer(position, data.preferredReadReplica(), now);
            }
            accept(position, data, node, memory, now);
            return;
        }
        position.retryAt(now + RETRY_MILLIS);
        position.forgetReplica();
        if (error != Errors.UNKNOWN_LEADER_EPOCH) {
            position.epochKnown();
        }
        boolean ofLeader = asked.ofLeader() && leads(node, position);
        switch (error) {
            case NONE -> {
                if (ofLeader) {
                    EpochEndOffset common = data.divergingEpoch();
                    refuse(
                            position,
                            Refused.truncated(
                                    position.offset(), Optional.of(new EpochEnd(common.epoch(), common.endOffset()))));
                }
            }
            case OFFSET_OUT_OF_RANGE -> {
                if (ofLeader) {
                    refuse(position, Refused.outOfRange(position.offset()));
                }
            }
            case UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> {
                metadata.requestUpdate(false);
                Optional<Uuid> other =
                        metadata.topicId(position.partition().topic()).filter(id -> !id.equals(position.topicId()));
                if (other.isPresent()) {
                    unusable(
                            position,
                            new IllegalStateException(
                                    position.partition() + ": the topic was deleted, and created again"));
                }
            }
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH -> {
                metadata.learn(
                        position.partition(),
                        data.currentLeader().leaderId(),
                        data.currentLeader().leaderEpoch(),
                        answer.data().nodeEndpoints().stream()
                                .map(end -> new Node(end.nodeId(), end.host(), end.port(), end.rack())));
                metadata.requestUpdate(false);
            }
            case UNKNOWN_LEADER_EPOCH -> {
                metadata.requestUpdate(false);
                if (position.epochUnknown(now) > UNKNOWN_EPOCH_MILLIS) {
                    position.epochKnown();
                    metadata.distrust(position.partition().topic());
                }
            }
            case UNKNOWN_TOPIC_OR_PARTITION, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, OFFSET_NOT_AVAILABLE ->
                metadata.requestUpdate(false);
            case TOPIC_AUTHORIZATION_FAILED ->
                buffers.fail(MissingAclException.ofTopics(
                        AclOperation.READ, List.of(position.partition().topic())));
            default ->
                buffers.fail(new KafkaException(
                        position.partition() + ": fetching failed: " + error.message(), error.exception()));
        }
    }

    private boolean leads(Node node, FetchPosition position) {
        return metadata.currentLeader(position.partition())
                .leader
                .filter(node::equals)
                .isPresent();
    }

    private void accept(FetchPosition position, PartitionData data, Node node, Optional<Answer> memory, long now) {
        try {
            Optional<Fetched> fetched = FetchedBatches.of(position.partition(), position.offset(), data, memory);
            if (fetched.isPresent()) {
                Fetched seen = fetched.get()
                        .seen(timeOfDay.getAsLong(), position.endedAt(), position.offset(), position.epoch());
                buffers.add(position.partition(), position.number(), Piece.of(position.offset(), seen));
                position.advance(seen.next(), seen.epoch());
            }
            position.logEnds(FetchedBatches.end(data), timeOfDay.getAsLong());
        } catch (CorruptRecordException e) {
            position.retryAt(now + RETRY_MILLIS);
            LOG.warn(
                    "{}: what {} sent at offset {} is damaged: {}",
                    position.partition(),
                    node,
                    position.offset(),
                    e.getMessage());
            if (position.damaged() >= DAMAGED_ATTEMPTS) {
                unusable(position, new DamagedLogException(position.partition(), position.offset(), e));
            } else {
                metadata.anotherReplica(position.partition(), node.id())
                        .ifPresentOrElse(other -> prefer(position, other.id(), now), position::forgetReplica);
            }
        } catch (RuntimeException e) {
            unusable(position, e);
        }
    }

    private void prefer(FetchPosition position, int replica, long now) {
        LOG.debug("{} is read from replica {} for {} ms", position.partition(), replica, replicaMillis);
        position.prefer(replica, now + replicaMillis);
    }

    private void refuse(FetchPosition position, Refused refused) {
        position.pause(true);
        buffers.add(position.partition(), position.number(), Piece.refused(refused));
    }

    private void unusable(FetchPosition position, RuntimeException why) {
        position.pause(true);
        buffers.add(position.partition(), position.number(), Piece.unusable(position.offset(), why));
    }
}
