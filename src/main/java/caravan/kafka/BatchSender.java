package caravan.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends record batches as they are, as one idempotent producer (KIP-98): of each partition one batch at a time, many partitions in a
 * request to their leader, several leaders at once. What may have arrived or not is sent again under the same sequence, by which
 * the broker tells that it has it. A partition where anything else goes wrong fails as a whole: what is behind a hole must not
 * arrive.
 *
 * <p>Everything but {@link #send}, {@link #end} and {@link #wakeup} belongs to one thread.
 */
final class BatchSender {
    private static final Logger LOG = LoggerFactory.getLogger(BatchSender.class);

    /** Far below a broker's {@code socket.request.max.bytes}, 100 MiB unless set. A larger batch goes alone. */
    static final int MAX_REQUEST_BYTES = 16 << 20;

    private static final short ALL_IN_SYNC_REPLICAS = -1;
    private static final long RETRY_MILLIS = 100;
    private static final long IDLE_MILLIS = 1_000;
    /** How long brokers may say that they know no such topic, as they do just after it was made. */
    private static final Duration MISSING = Duration.ofSeconds(30);
    /** How often a batch may arrive damaged. */
    private static final int DAMAGED_ATTEMPTS = 3;

    private record Submitted(TopicPartition partition, OutgoingBatch batch, OptionalLong at) {}

    private record Producer(long id, short epoch) {}

    private final KafkaClient client;
    private final TopicMetadata metadata;
    private final OutgoingBatches batches;
    private final Time time;
    private final int requestTimeoutMillis;
    private final long deliveryTimeoutMillis;
    private final Queue<Submitted> submitted = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, OutgoingPartition> partitions = new HashMap<>();
    /** Those whose first batch is to be sent, the one that waits longest first. */
    private final Set<OutgoingPartition> ready = new LinkedHashSet<>();

    private Optional<Producer> producer = Optional.empty();
    private boolean identifying;
    private long identifyAt;
    private volatile Optional<KafkaException> ended = Optional.empty();

    BatchSender(ProducerConfig config, KafkaClient client, TopicMetadata metadata, OutgoingBatches batches, Time time) {
        this.client = client;
        this.metadata = metadata;
        this.batches = batches;
        this.time = time;
        this.requestTimeoutMillis = config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        this.deliveryTimeoutMillis = config.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
    }

    // ---- for any thread ----

    /**
     * Sends a batch behind all that were sent to the partition before; its future tells the end of it.
     *
     * @param at offset where it must come to lie, if it is the first one of its partition; of the others it is known
     */
    CompletableFuture<Long> send(TopicPartition partition, OutgoingBatch batch, OptionalLong at) {
        metadata.add(partition.topic());
        submitted.add(new Submitted(partition, batch, at));
        ended.ifPresent(this::refuse);
        client.wakeup();
        return batch.acknowledged();
    }

    void wakeup() {
        client.wakeup();
    }

    /** Fails what was not sent yet, and all that will come. */
    private void refuse(KafkaException why) {
        Submitted next;
        while ((next = submitted.poll()) != null) {
            next.batch().acknowledged().completeExceptionally(why);
        }
    }

    // ---- on its own thread ----

    /** Nothing is sent any more. */
    void end(KafkaException why) {
        ended = Optional.of(why);
        failAll(why);
        refuse(why);
    }

    /** Sends what can be sent, and waits for something to happen. */
    void run() {
        long now = time.milliseconds();
        Submitted next;
        while ((next = submitted.poll()) != null) {
            OptionalLong at = next.at();
            OutgoingPartition partition =
                    partitions.computeIfAbsent(next.partition(), id -> new OutgoingPartition(id, 0, at));
            if (partition.add(next.batch(), now)) {
                ready.add(partition);
            }
        }
        metadataFailure();
        giveUp(now);
        long wait = IDLE_MILLIS;
        if (!ready.isEmpty()) {
            wait = producer.isPresent() ? produce(producer.get(), now) : identify(now);
        }
        client.poll(wait, now);
    }

    private void metadataFailure() {
        try {
            metadata.maybeThrowAnyException();
        } catch (TopicAuthorizationException e) {
            partitions.values().stream()
                    .filter(partition -> e.unauthorizedTopics()
                            .contains(partition.partition().topic()))
                    .toList()
                    .forEach(partition -> fail(partition, e));
        } catch (KafkaException e) {
            failAll(e);
        }
    }

    /** Fails what can't come to its end any more. */
    private void giveUp(long now) {
        for (OutgoingPartition partition : List.copyOf(ready)) {
            String topic = partition.partition().topic();
            Optional<Uuid> id = metadata.topicId(topic);
            if (id.isPresent() && !partition.same(id.get())) {
                fail(
                        partition,
                        new KafkaException(
                                partition.partition() + ": the topic was deleted and created again meanwhile"));
            } else if (metadata.missing(topic).compareTo(MISSING) >= 0) {
                fail(
                        partition,
                        new KafkaException(partition.partition() + ": there is no topic " + topic + " any more"));
            } else if (now - partition.since() > deliveryTimeoutMillis) {
                fail(
                        partition,
                        new TimeoutException(partition.partition() + ": no broker took a batch for "
                                + deliveryTimeoutMillis / 1000 + " s"));
            }
        }
    }

    private void failAll(KafkaException why) {
        partitions.values().forEach(partition -> fail(partition, why));
    }

    private void fail(OutgoingPartition partition, KafkaException why) {
        ready.remove(partition);
        if (!partition.failed()) {
            partition.fail(why);
        }
    }

    // ---- whose the batches are ----

    private long identify(long now) {
        if (identifying) {
            return IDLE_MILLIS;
        }
        Node node = client.leastLoadedNode(now).node();
        if (identifyAt > now || node == null || !connected(node, now)) {
            return RETRY_MILLIS;
        }
        InitProducerIdRequestData question =
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(Integer.MAX_VALUE);
        identifying = true;
        send(node, new InitProducerIdRequest.Builder(question), this::identified, now);
        return IDLE_MILLIS;
    }

    private void identified(ClientResponse response) {
        identifying = false;
        identifyAt = time.milliseconds() + RETRY_MILLIS;
        if (response.versionMismatch() != null) {
            failAll(response.versionMismatch());
        } else if (response.authenticationException() != null) {
            failAll(response.authenticationException());
        } else if (!response.wasDisconnected()) {
            InitProducerIdResponse answer = (InitProducerIdResponse) response.responseBody();
            if (answer.error() == Errors.NONE) {
                producer = Optional.of(
                        new Producer(answer.data().producerId(), answer.data().producerEpoch()));
            } else if (!(answer.error().exception() instanceof RetriableException)) {
                failAll(answer.error().exception());
            }
        }
    }

    // ---- requests ----

    private static final class Request {
        private final Map<TopicPartition, OutgoingPartition> partitions = new LinkedHashMap<>();
        private long bytes;
    }

    private long produce(Producer as, long now) {
        Map<Node, Boolean> connected = new HashMap<>();
        Map<Node, Request> requests = new LinkedHashMap<>();
        long wait = IDLE_MILLIS;
        for (OutgoingPartition partition : List.copyOf(ready)) {
            if (partition.failed()) {
                continue;
            }
            Optional<Node> leader = partition.retryAt() > now ? Optional.empty() : leader(partition.partition());
            if (leader.isEmpty() || !connected.computeIfAbsent(leader.get(), node -> connected(node, now))) {
                wait = RETRY_MILLIS;
                continue;
            }
            Request request = requests.computeIfAbsent(leader.get(), node -> new Request());
            int bytes = partition.first().size();
            if (request.bytes == 0 || request.bytes + bytes <= MAX_REQUEST_BYTES) {
                request.partitions.put(partition.partition(), partition);
                request.bytes += bytes;
                ready.remove(partition);
            } else {
                wait = 0;
            }
        }
        requests.forEach((node, request) -> produce(as, node, request, now));
        return wait;
    }

    private Optional<Node> leader(TopicPartition partition) {
        Optional<Node> leader = metadata.currentLeader(partition).leader.filter(node -> !node.isEmpty());
        if (leader.isEmpty()) {
            metadata.requestUpdate(false);
        }
        return leader;
    }

    /** Whether a request may be sent to a broker now: there is a connection, with room, and no quota holds it back. */
    private boolean connected(Node node, long now) {
        if (client.ready(node, now)) {
            return true;
        }
        AuthenticationException refused = client.authenticationException(node);
        if (refused != null) {
            failAll(refused);
            return false;
        }
        if (client.connectionFailed(node)) {
            metadata.requestUpdate(false);
        }
        return false;
    }

    private void produce(Producer as, Node node, Request request, long now) {
        // Another broker may have refused the user since it was put together.
        request.partitions.values().removeIf(OutgoingPartition::failed);
        if (request.partitions.isEmpty()) {
            return;
        }
        ProduceRequestData data =
                new ProduceRequestData().setAcks(ALL_IN_SYNC_REPLICAS).setTimeoutMs(requestTimeoutMillis);
        request.partitions.forEach((id, partition) -> {
            partition.sent().stamp(as.id(), as.epoch(), partition.sequence());
            TopicProduceData topic = data.topicData().find(id.topic());
            if (topic == null) {
                topic = new TopicProduceData().setName(id.topic());
                data.topicData().add(topic);
            }
            topic.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(id.partition())
                            .setRecords(partition.first().content()));
        });
        send(node, ProduceRequest.forCurrentMagic(data), response -> answered(request.partitions, response), now);
    }

    private void send(Node node, AbstractRequest.Builder<?> request, Consumer<ClientResponse> answered, long now) {
        client.send(
                client.newClientRequest(node.idString(), request, now, true, requestTimeoutMillis, response -> {
                    try {
                        answered.accept(response);
                    } catch (RuntimeException e) {
                        // Kafka's client would only log it.
                        failAll(e instanceof KafkaException known ? known : new KafkaException(e));
                    }
                }),
                now);
    }

    // ---- answers ----

    private void answered(Map<TopicPartition, OutgoingPartition> asked, ClientResponse response) {
        long now = time.milliseconds();
        if (response.versionMismatch() != null) {
            asked.values().forEach(partition -> fail(partition, response.versionMismatch()));
            return;
        }
        if (response.authenticationException() != null) {
            asked.values().forEach(partition -> fail(partition, response.authenticationException()));
            return;
        }
        if (response.wasDisconnected()) {
            metadata.requestUpdate(false);
            asked.values().forEach(partition -> again(partition, now));
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
        open.values().forEach(partition -> again(partition, now));
    }

    private void answered(
            OutgoingPartition partition, PartitionProduceResponse answer, ProduceResponse response, long now) {
        Errors error = Errors.forCode(answer.errorCode());
        switch (error) {
            case NONE -> acknowledged(partition, answer.baseOffset(), now);
            case DUPLICATE_SEQUENCE_NUMBER -> acknowledged(partition, -1, now);
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> split(partition, error, now);
            default -> {
                boolean damaged = error == Errors.CORRUPT_MESSAGE && partition.damaged() >= DAMAGED_ATTEMPTS;
                if (damaged || !(error.exception() instanceof RetriableException)) {
                    fail(partition, refused(partition, error, answer));
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
                again(partition, now);
            }
        }
    }

    private void acknowledged(OutgoingPartition partition, long offset, long now) {
        partition.acknowledged(offset, now);
        if (!partition.isEmpty()) {
            ready.add(partition);
        }
    }

    private void again(OutgoingPartition partition, long now) {
        if (!partition.failed()) {
            partition.retryAt(now + RETRY_MILLIS);
            ready.add(partition);
        }
    }

    private void split(OutgoingPartition partition, Errors error, long now) {
        OutgoingBatch batch = partition.first();
        if (batch.records() < 2) {
            fail(
                    partition,
                    new KafkaException(
                            partition.partition() + ": a record of " + batch.size()
                                    + " bytes is larger than the topic's max.message.bytes, or the brokers' message.max.bytes, allow"));
            return;
        }
        LOG.debug("{}: {}, the batch of {} records is sent in two", partition.partition(), error, batch.records());
        partition.replaceFirst(batches.halves(batch), now);
        ready.add(partition);
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
