package caravan.kafka;

import caravan.kafka.ChunkSource.Fetched;
import caravan.kafka.FetchBuffers.Piece;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.FetchSessionHandler;
import org.apache.kafka.clients.FetchSessionHandler.FetchRequestData;
import org.apache.kafka.clients.Metadata.LeaderAndEpoch;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches record batches as they are, on a thread of its own: one request for all partitions of a broker, the next one in flight
 * while what the last one brought is worked on. Each request says which leader epoch it believes in and which one it read last, so
 * that a broker tells where a log was truncated (KIP-320), and names topics by their ids where the broker knows them (KIP-516), so
 * that a recreated topic can't answer for the one before it.
 *
 * <p>What may be waited out is waited out here. Everything else goes into the buffers, for the polling thread to act on.
 */
final class BatchFetcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFetcher.class);

    /** Last version of the request that names topics by name. */
    private static final short LAST_WITHOUT_TOPIC_IDS = 12;
    /** No more is asked for while so many bytes wait to be handed out. */
    private static final long MAX_BUFFERED = 32L << 20;
    /** No more of one partition is asked for while so many bytes of it wait. */
    private static final long MAX_BUFFERED_OF_ONE = 4L << 20;
    /** No more than so many bytes are on their way, from all brokers together, unless these are very many. */
    private static final long MAX_IN_FLIGHT = 64L << 20;

    private static final int MIN_RESPONSE = 1 << 20;
    /** How long a broker may wait for more, while a partition that is left out of the request could be asked for again. */
    private static final int SHORT_WAIT_MILLIS = 5;
    /** How often a batch with a wrong checksum is fetched again, from another replica where there is one. */
    private static final int DAMAGED_ATTEMPTS = 3;

    private static final long RETRY_MILLIS = 200;
    private static final long CLOSE_MILLIS = 5_000;

    /** One partition from its start on. Belongs to the thread that fetches. */
    private static final class Position {
        private final long number;
        private final Uuid topicId;
        private long offset;
        private Optional<Integer> epoch;
        private boolean paused = true;
        private long retryAt;
        private int damaged;
        private Optional<Integer> replica = Optional.empty();
        private long replicaUntil;

        private Position(long number, Start start) {
            this.number = number;
            this.topicId = start.topicId();
            this.offset = start.offset();
            this.epoch = start.leaderEpoch();
        }
    }

    /** What was asked of a partition. */
    private record Asked(long number, long offset) {}

    private record Request(FetchRequestData data, Map<TopicPartition, Asked> asked) {}

    private final FetchBuffers buffers;
    private final ConsumerConfig config;
    private final Time time = Time.SYSTEM;
    private final TopicMetadata metadata;
    private final Metrics metrics = new Metrics();
    private final NetworkClient client;
    private final Thread thread;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, Position> positions = new LinkedHashMap<>();
    private final Map<Integer, FetchSessionHandler> sessions = new HashMap<>();
    private final Map<Integer, Request> inFlight = new HashMap<>();
    private volatile boolean closed;

    /** @param config security, and the sizes and waits of fetching */
    BatchFetcher(ConsumerConfig config, FetchBuffers buffers) {
        this.config = config;
        this.buffers = buffers;
        this.metadata = new TopicMetadata(config);
        this.client = ClientUtils.createNetworkClient(
                config, metrics, "caravan-fetch", new LogContext(), new ApiVersions(), time, 1, metadata, null, null);
        this.thread = new Thread(this::run, "caravan-fetch");
        thread.setDaemon(true);
        thread.start();
    }

    // ---- for the polling thread ----

    /** Begins a partition, paused; what is fetched of it comes under this number. */
    void begin(TopicPartition partition, long number, Start start) {
        tell(() -> {
            positions.put(partition, new Position(number, start));
            metadata.add(partition.topic());
        });
    }

    void end(TopicPartition partition) {
        tell(() -> {
            positions.remove(partition);
            metadata.retain(
                    positions.keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet()));
        });
    }

    void pause(TopicPartition partition, boolean paused) {
        tell(() -> {
            Position position = positions.get(partition);
            if (position != null) {
                position.paused = paused;
            }
        });
    }

    /** There may be room again. */
    void wakeup() {
        client.wakeup();
    }

    private void tell(Runnable command) {
        commands.add(command);
        client.wakeup();
    }

    @Override
    public void close() {
        closed = true;
        client.wakeup();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- on its own thread ----

    private void run() {
        try {
            while (!closed) {
                Runnable command;
                while ((command = commands.poll()) != null) {
                    command.run();
                }
                long now = time.milliseconds();
                send(now);
                client.poll(positions.isEmpty() ? Long.MAX_VALUE : RETRY_MILLIS, now);
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("fetching ends", e);
            buffers.fail(e instanceof Error ? e : new Error("fetching ended: " + e, e));
        } finally {
            client.close();
            metrics.close();
        }
    }

    private void send(long now) {
        if (buffers.bytes() >= MAX_BUFFERED) {
            return;
        }
        Map<Node, Map<TopicPartition, FetchRequest.PartitionData>> wanted = new LinkedHashMap<>();
        Map<TopicPartition, Asked> asked = new HashMap<>();
        Set<Integer> leftOut = new HashSet<>();
        positions.forEach((partition, position) -> {
            if (position.paused) {
                return;
            }
            LeaderAndEpoch leader = metadata.currentLeader(partition);
            if (leader.leader.isEmpty()) {
                metadata.requestUpdate(false);
                return;
            }
            Node node = readFrom(partition, position, leader.leader.get(), now);
            if (inFlight.containsKey(node.id())) {
                return;
            }
            if (position.retryAt > now || buffers.bytes(partition) >= MAX_BUFFERED_OF_ONE) {
                leftOut.add(node.id());
                return;
            }
            asked.put(partition, new Asked(position.number, position.offset));
            wanted.computeIfAbsent(node, unused -> new LinkedHashMap<>())
                    .put(
                            partition,
                            new FetchRequest.PartitionData(
                                    position.topicId,
                                    position.offset,
                                    FetchRequest.INVALID_LOG_START_OFFSET,
                                    config.getInt(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                                    leader.epoch,
                                    position.epoch));
        });
        wanted.forEach((node, partitions) -> send(node, partitions, asked, leftOut.contains(node.id()), now));
    }

    private Node readFrom(TopicPartition partition, Position position, Node leader, long now) {
        if (position.replica.isPresent() && now < position.replicaUntil) {
            Optional<Node> replica = metadata.fetch().nodeIfOnline(partition, position.replica.get());
            if (replica.isPresent()) {
                return replica.get();
            }
        }
        position.replica = Optional.empty();
        return leader;
    }

    private void send(
            Node node,
            Map<TopicPartition, FetchRequest.PartitionData> partitions,
            Map<TopicPartition, Asked> asked,
            boolean soon,
            long now) {
        if (!client.ready(node, now)) {
            AuthenticationException refused = client.authenticationException(node);
            if (refused != null) {
                buffers.fail(refused);
                later(partitions.keySet(), now);
            } else if (client.connectionFailed(node)) {
                metadata.requestUpdate(false);
            }
            return;
        }
        FetchSessionHandler.Builder session = sessions.computeIfAbsent(
                        node.id(), id -> new FetchSessionHandler(new LogContext(), id))
                .newBuilder(partitions.size(), true);
        partitions.forEach(session::add);
        FetchRequestData data = session.build();
        short version = data.canUseTopicIds() ? ApiKeys.FETCH.latestVersion() : LAST_WITHOUT_TOPIC_IDS;
        FetchRequest.Builder request = FetchRequest.Builder.forConsumer(
                        version,
                        soon ? SHORT_WAIT_MILLIS : config.getInt(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG),
                        config.getInt(ConsumerConfig.FETCH_MIN_BYTES_CONFIG),
                        data.toSend())
                .isolationLevel(IsolationLevel.READ_COMMITTED)
                .setMaxBytes(maxBytes())
                .metadata(data.metadata())
                .removed(data.toForget())
                .replaced(data.toReplace())
                .rackId(config.getString(ConsumerConfig.CLIENT_RACK_CONFIG));
        Map<TopicPartition, Asked> ofThisOne = new HashMap<>();
        partitions.keySet().forEach(partition -> ofThisOne.put(partition, asked.get(partition)));
        inFlight.put(node.id(), new Request(data, ofThisOne));
        client.send(
                client.newClientRequest(
                        node.idString(),
                        request,
                        now,
                        true,
                        config.getInt(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG),
                        response -> answered(node, response)),
                now);
    }

    /** All brokers can answer at once. */
    private int maxBytes() {
        int brokers = Math.max(1, metadata.fetch().nodes().size());
        return Math.min(config.getInt(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), Math.max(MIN_RESPONSE, (int)
                (MAX_IN_FLIGHT / brokers)));
    }

    private void answered(Node node, ClientResponse response) {
        try {
            read(node, response);
        } catch (RuntimeException e) {
            // Kafka's client would only log it.
            buffers.fail(e);
        }
    }

    private void read(Node node, ClientResponse response) {
        Request request = inFlight.remove(node.id());
        FetchSessionHandler session = sessions.get(node.id());
        long now = time.milliseconds();
        if (response.wasDisconnected()
                || response.versionMismatch() != null
                || response.authenticationException() != null) {
            session.handleError(DisconnectException.INSTANCE);
            request.asked().keySet().forEach(partition -> forgetReplica(positions.get(partition)));
            metadata.requestUpdate(false);
            if (response.versionMismatch() != null) {
                buffers.fail(response.versionMismatch());
            }
            later(request.asked().keySet(), now);
            return;
        }
        FetchResponse answer = (FetchResponse) response.responseBody();
        short version = response.requestHeader().apiVersion();
        if (!session.handleResponse(answer, version)) {
            if (answer.error() == Errors.FETCH_SESSION_TOPIC_ID_ERROR || answer.error() == Errors.UNKNOWN_TOPIC_ID) {
                metadata.requestUpdate(false);
            }
            return;
        }
        answer.responseData(session.sessionTopicNames(), version).forEach((partition, data) -> {
            Position position = positions.get(partition);
            Asked asked = request.asked().get(partition);
            // What was asked for before the partition began again is nobody's.
            if (position != null && asked != null && asked.equals(new Asked(position.number, position.offset))) {
                take(partition, position, data, node, answer, now);
            }
        });
    }

    private void take(
            TopicPartition partition,
            Position position,
            PartitionData data,
            Node node,
            FetchResponse answer,
            long now) {
        Errors error = Errors.forCode(data.errorCode());
        if (error == Errors.NONE && !FetchResponse.isDivergingEpoch(data)) {
            if (FetchResponse.isPreferredReplica(data)) {
                prefer(position, data.preferredReadReplica(), now);
            }
            accept(partition, position, data, node, now);
            return;
        }
        position.retryAt = now + RETRY_MILLIS;
        boolean leader =
                metadata.currentLeader(partition).leader.filter(node::equals).isPresent();
        forgetReplica(position);
        switch (error) {
            case NONE -> {
                if (leader) {
                    long end = data.divergingEpoch().endOffset();
                    refuse(partition, position, Refused.truncated(position.offset, OptionalLong.of(end)));
                }
            }
            case OFFSET_OUT_OF_RANGE -> {
                if (leader) {
                    refuse(partition, position, Refused.outOfRange(position.offset));
                }
            }
            case UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID -> {
                metadata.requestUpdate(false);
                Optional<Uuid> other = metadata.topicId(partition.topic()).filter(id -> !id.equals(position.topicId));
                if (other.isPresent()) {
                    unusable(
                            partition,
                            position,
                            new IllegalStateException(partition + ": the topic was deleted, and created again"));
                }
            }
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH -> {
                metadata.learn(
                        partition,
                        data.currentLeader().leaderId(),
                        data.currentLeader().leaderEpoch(),
                        answer.data().nodeEndpoints().stream()
                                .map(end -> new Node(end.nodeId(), end.host(), end.port(), end.rack())));
                metadata.requestUpdate(false);
            }
            case UNKNOWN_TOPIC_OR_PARTITION,
                    REPLICA_NOT_AVAILABLE,
                    KAFKA_STORAGE_ERROR,
                    UNKNOWN_LEADER_EPOCH,
                    OFFSET_NOT_AVAILABLE -> metadata.requestUpdate(false);
            case TOPIC_AUTHORIZATION_FAILED ->
                buffers.fail(MissingAclException.ofTopics(AclOperation.READ, List.of(partition.topic())));
            default ->
                buffers.fail(
                        new KafkaException(partition + ": fetching failed: " + error.message(), error.exception()));
        }
    }

    private void accept(TopicPartition partition, Position position, PartitionData data, Node node, long now) {
        try {
            Optional<Fetched> fetched = FetchedBatches.of(partition, position.offset, data);
            if (fetched.isPresent()) {
                buffers.add(partition, position.number, Piece.of(position.offset, fetched.get()));
                position.offset = fetched.get().next();
                position.epoch = Optional.of(fetched.get().epoch()).filter(epoch -> epoch >= 0);
                position.damaged = 0;
            }
        } catch (CorruptRecordException e) {
            position.damaged++;
            position.retryAt = now + RETRY_MILLIS;
            LOG.warn("{}: what {} sent at offset {} is damaged: {}", partition, node, position.offset, e.getMessage());
            if (position.damaged >= DAMAGED_ATTEMPTS) {
                unusable(partition, position, new DamagedLogException(partition, position.offset, e));
            } else {
                metadata.anotherReplica(partition, node.id())
                        .ifPresentOrElse(other -> prefer(position, other.id(), now), () -> forgetReplica(position));
            }
        } catch (RuntimeException e) {
            unusable(partition, position, e);
        }
    }

    private void prefer(Position position, int replica, long now) {
        position.replica = Optional.of(replica);
        position.replicaUntil = now + config.getLong(ConsumerConfig.METADATA_MAX_AGE_CONFIG);
    }

    private static void forgetReplica(Position position) {
        if (position != null) {
            position.replica = Optional.empty();
        }
    }

    private void later(Set<TopicPartition> partitions, long now) {
        partitions.forEach(partition -> {
            Position position = positions.get(partition);
            if (position != null) {
                position.retryAt = now + RETRY_MILLIS;
            }
        });
    }

    private void refuse(TopicPartition partition, Position position, Refused refused) {
        position.paused = true;
        buffers.add(partition, position.number, Piece.refused(refused));
    }

    private void unusable(TopicPartition partition, Position position, RuntimeException why) {
        position.paused = true;
        buffers.add(partition, position.number, Piece.unusable(position.offset, why));
    }
}
