package caravan.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of a broker's answer to batches: what it has is acknowledged, what may or may not have arrived is sent again as it
 * was, what is too large goes in two, and anything else fails its partition. Belongs to the sender's thread.
 */
final class ProduceAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ProduceAnswers.class);

    /** How often a batch may arrive damaged. */
    private static final int DAMAGED_ATTEMPTS = 3;

    private final TopicMetadata metadata;
    private final OutgoingPartitions partitions;
    private final OutgoingBatches batches;

    ProduceAnswers(TopicMetadata metadata, OutgoingPartitions partitions, OutgoingBatches batches) {
        this.metadata = metadata;
        this.partitions = partitions;
        this.batches = batches;
    }

    /** @param asked the partitions that the request had a batch of */
    void take(Map<TopicPartition, OutgoingPartition> asked, ClientResponse response, long now) {
        if (response.versionMismatch() != null) {
            asked.values().forEach(partition -> partitions.fail(partition, response.versionMismatch()));
            return;
        }
        if (response.authenticationException() != null) {
            asked.values().forEach(partition -> partitions.fail(partition, response.authenticationException()));
            return;
        }
        if (response.wasDisconnected()) {
            metadata.requestUpdate(false);
            asked.values().forEach(partition -> partitions.again(partition, now));
            return;
        }
        Map<TopicPartition, OutgoingPartition> open = new LinkedHashMap<>(asked);
        ProduceResponse answer = (ProduceResponse) response.responseBody();
        answer.data().responses().forEach(topic -> topic.partitionResponses().forEach(part -> {
            OutgoingPartition partition = open.remove(new TopicPartition(topic.name(), part.index()));
            if (partition != null && !partition.failed()) {
                answered(partition, part, answer, now);
            }
        }));
        open.values().forEach(partition -> partitions.again(partition, now));
    }

    private void answered(
            OutgoingPartition partition, PartitionProduceResponse answer, ProduceResponse response, long now) {
        Errors error = Errors.forCode(answer.errorCode());
        switch (error) {
            case NONE -> partitions.acknowledged(partition, answer.baseOffset(), now);
            case DUPLICATE_SEQUENCE_NUMBER -> partitions.acknowledged(partition, -1, now);
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> split(partition, error, now);
            default -> {
                boolean damaged = error == Errors.CORRUPT_MESSAGE && partition.damaged() >= DAMAGED_ATTEMPTS;
                if (damaged || !(error.exception() instanceof RetriableException)) {
                    partitions.fail(partition, refused(partition, error, answer));
                    return;
                }
                LOG.debug("{}: {}, the batch is sent again", partition.partition(), error);
                if (error.exception() instanceof InvalidMetadataException) {
                    metadata.learn(
                            partition.partition(),
                            answer.currentLeader().leaderId(),
                            answer.currentLeader().leaderEpoch(),
                            response.data().nodeEndpoints().stream()
                                    .map(end -> new Node(end.nodeId(), end.host(), end.port(), end.rack())));
                    metadata.requestUpdate(false);
                }
                partitions.again(partition, now);
            }
        }
    }

    private void split(OutgoingPartition partition, Errors error, long now) {
        OutgoingBatch batch = partition.first();
        if (batch.records() < 2) {
            partitions.fail(
                    partition,
                    new KafkaException(
                            partition.partition() + ": a record of " + batch.size()
                                    + " bytes is larger than the topic's max.message.bytes, or the brokers' message.max.bytes, allow"));
            return;
        }
        LOG.debug("{}: {}, the batch of {} records is sent in two", partition.partition(), error, batch.records());
        partition.replaceFirst(batches.halves(batch), now);
        partitions.toSend(partition);
    }

    private static KafkaException refused(OutgoingPartition partition, Errors error, PartitionProduceResponse answer) {
        KafkaException why = error.exception();
        if (KafkaErrors.refusal(why).isPresent()) {
            return why;
        }
        String text = answer.errorMessage() == null ? error.message() : answer.errorMessage();
        return new KafkaException(partition.partition() + ": the broker refused a batch (" + error + "): " + text);
    }
}
