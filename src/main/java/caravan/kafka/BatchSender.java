package caravan.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.Time;

/**
 * Sends record batches as they are, as one idempotent producer (KIP-98): of each partition one batch at a time, many partitions in a
 * request to their leader, several leaders at once. What may have arrived or not is sent again under the same sequence, by which
 * the broker tells that it has it. A partition where anything else goes wrong fails as a whole: what is behind a hole must not
 * arrive.
 *
 * <p>Everything but {@link #send}, {@link #end} and {@link #wakeup} belongs to one thread.
 */
final class BatchSender {
    /** Far below a broker's {@code socket.request.max.bytes}, 100 MiB unless set. A larger batch goes alone. */
    static final int MAX_REQUEST_BYTES = 16 << 20;

    private static final short ALL_IN_SYNC_REPLICAS = -1;
    private static final long RETRY_MILLIS = 100;
    private static final long IDLE_MILLIS = 1_000;
    /** How long brokers may say that they know no such topic, as they do just after it was made. */
    private static final Duration MISSING = Duration.ofSeconds(30);

    private record Submitted(TopicPartition partition, OutgoingBatch batch, OptionalLong at, int sequence) {}

    private final KafkaClient client;
    private final TopicMetadata metadata;
    private final Time time;
    private final int requestTimeoutMillis;
    private final long deliveryTimeoutMillis;
    private final Queue<Submitted> submitted = new ConcurrentLinkedQueue<>();
    private final OutgoingPartitions partitions = new OutgoingPartitions();
    private final BrokerConnections brokers;
    private final ProducerIdentity identity;
    private final ProduceAnswers answers;
    private final CompletableFuture<ProducerId> producerId = new CompletableFuture<>();
    private volatile boolean identifying;
    private volatile Optional<KafkaException> ended = Optional.empty();

    BatchSender(ProducerConfig config, KafkaClient client, TopicMetadata metadata, OutgoingBatches batches, Time time) {
        this.client = client;
        this.metadata = metadata;
        this.time = time;
        this.requestTimeoutMillis = config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        this.deliveryTimeoutMillis = config.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        this.brokers = new BrokerConnections(client, metadata, requestTimeoutMillis, partitions::failAll);
        this.identity = new ProducerIdentity(client, brokers, time, partitions::failAll, producerId);
        this.answers = new ProduceAnswers(metadata, partitions, batches);
    }

    // ---- for any thread ----

    /**
     * Sends a batch behind all that were sent to the partition before; its future tells the end of it.
     *
     * @param at offset where it must come to lie, if it is the first one of its partition; of the others it is known
     * @param sequence of its first record, if it is the first one of its partition
     */
    CompletableFuture<Long> send(TopicPartition partition, OutgoingBatch batch, OptionalLong at, int sequence) {
        metadata.add(partition.topic());
        submitted.add(new Submitted(partition, batch, at, sequence));
        ended.ifPresent(this::refuse);
        client.wakeup();
        return batch.acknowledged();
    }

    void wakeup() {
        client.wakeup();
    }

    /** Asks for this sender's identity, unless it has one; its future fails where the brokers give none. */
    CompletableFuture<ProducerId> identify() {
        identifying = true;
        client.wakeup();
        return producerId;
    }

    /**
     * Sends as this producer, which was another sender's before.
     *
     * @throws IllegalStateException if it sends as another one already
     */
    void identify(ProducerId as) {
        if (!producerId.complete(as) && !producerId.join().equals(as)) {
            throw new IllegalStateException("the sender is " + producerId.join() + " already");
        }
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
        partitions.failAll(why);
        producerId.completeExceptionally(why);
        refuse(why);
    }

    /** Sends what can be sent, and waits for something to happen. */
    void run() {
        long now = time.milliseconds();
        Submitted next;
        while ((next = submitted.poll()) != null) {
            partitions.add(next.partition(), next.batch(), next.at(), next.sequence(), now);
        }
        metadataFailure();
        giveUp(now);
        long wait = IDLE_MILLIS;
        if (!partitions.ready().isEmpty() || identifying && !producerId.isDone()) {
            Optional<ProducerId> producer = identity.producer();
            if (producer.isPresent()) {
                wait = produce(producer.get(), now);
            } else if (!identity.ask(now)) {
                wait = RETRY_MILLIS;
            }
        }
        client.poll(wait, now);
    }

    private void metadataFailure() {
        try {
            metadata.maybeThrowAnyException();
        } catch (TopicAuthorizationException e) {
            partitions.fail(partition -> e.unauthorizedTopics().contains(partition.topic()), e);
        } catch (KafkaException e) {
            partitions.failAll(e);
        }
    }

    /** Fails what can't come to its end any more. */
    private void giveUp(long now) {
        for (OutgoingPartition partition : partitions.ready()) {
            String topic = partition.partition().topic();
            Optional<Uuid> id = metadata.topicId(topic);
            if (id.isPresent() && !partition.same(id.get())) {
                partitions.fail(
                        partition,
                        new KafkaException(
                                partition.partition() + ": the topic was deleted and created again meanwhile"));
            } else if (metadata.missing(topic).compareTo(MISSING) >= 0) {
                partitions.fail(
                        partition,
                        new KafkaException(partition.partition() + ": there is no topic " + topic + " any more"));
            } else if (now - partition.since() > deliveryTimeoutMillis) {
                partitions.fail(
                        partition,
                        new TimeoutException(partition.partition() + ": no broker took a batch for "
                                + deliveryTimeoutMillis / 1000 + " s"));
            }
        }
    }

    // ---- requests ----

    private static final class Request {
        private final Map<TopicPartition, OutgoingPartition> partitions = new LinkedHashMap<>();
        private long bytes;
    }

    private long produce(ProducerId as, long now) {
        Map<Node, Boolean> connected = new HashMap<>();
        Map<Node, Request> requests = new LinkedHashMap<>();
        long wait = IDLE_MILLIS;
        for (OutgoingPartition partition : partitions.ready()) {
            if (partition.failed()) {
                continue;
            }
            Optional<Node> leader = partition.retryAt() > now
                    ? Optional.empty()
                    : leader(partition.partition()).map(node -> connection(node, partition.partition()));
            if (leader.isEmpty() || !connected.computeIfAbsent(leader.get(), node -> brokers.ready(node, now))) {
                wait = RETRY_MILLIS;
                continue;
            }
            Request request = requests.computeIfAbsent(leader.get(), node -> new Request());
            int bytes = partition.first().size();
            if (request.bytes == 0 || request.bytes + bytes <= MAX_REQUEST_BYTES) {
                request.partitions.put(partition.partition(), partition);
                request.bytes += bytes;
                partitions.inFlight(partition);
            } else {
                wait = 0;
            }
        }
        requests.forEach((node, request) -> produce(as, node, request, now));
        return wait;
    }

    /**
     * One of two connections to a broker, always the same one for a partition: a broker works on one request of a connection at a time,
     * and would wait for the next one to be written. The second one goes by another id, as that of Kafka's consumer to its group's
     * coordinator does.
     */
    private static Node connection(Node leader, TopicPartition partition) {
        boolean first = ((partition.topic().hashCode() + partition.partition() / 2) & 1) == 1;
        return first ? leader : new Node(Integer.MAX_VALUE - leader.id(), leader.host(), leader.port(), leader.rack());
    }

    private Optional<Node> leader(TopicPartition partition) {
        Optional<Node> leader = metadata.currentLeader(partition).leader.filter(node -> !node.isEmpty());
        if (leader.isEmpty()) {
            metadata.requestUpdate(false);
        }
        return leader;
    }

    private void produce(ProducerId as, Node node, Request request, long now) {
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
        brokers.send(
                node,
                ProduceRequest.forCurrentMagic(data),
                response -> answers.take(request.partitions, response, time.milliseconds()),
                now);
    }
}
