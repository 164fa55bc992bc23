package caravan.kafka;

import caravan.kafka.FetchMemory.Answer;
import caravan.kafka.FetchPosition.Asked;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.FetchSessionHandler;
import org.apache.kafka.clients.FetchSessionHandler.FetchRequestData;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.Metadata.LeaderAndEpoch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Fetches record batches as they are: one request for all partitions of a broker, the next one in flight
 * while what the last one brought is worked on. Each request says which leader epoch it believes in and which one it read last, so
 * that a broker tells where a log was truncated (KIP-320), and names topics by their ids where the broker knows them (KIP-516), so
 * that a recreated topic can't answer for the one before it.
 *
 * <p>{@link #begin}, {@link #end}, {@link #pause} and {@link #wakeup} are for any thread, everything else belongs to one.
 */
final class BatchFetcher {

    /** Last version of the request that names topics by name. */
    private static final short LAST_WITHOUT_TOPIC_IDS = 12;
    /** No more is asked for while so many bytes wait to be handed out. */
    private static final long MAX_BUFFERED = 12L << 20;
    /** No more of one partition is asked for while so many bytes of it wait. */
    private static final long MAX_BUFFERED_OF_ONE = 4L << 20;
    /** No more than so many bytes are on their way, from all brokers together, unless these are very many. */
    private static final long MAX_IN_FLIGHT = 12L << 20;

    private static final int MIN_RESPONSE = 1 << 20;
    /** Less is not asked for, however low the rate. */
    private static final long MIN_RESPONSE_OF_RATE = 16 << 10;
    /** A response brings this part of a second's worth, where the rate is limited: so that partitions take turns. */
    private static final int RESPONSES_A_SECOND = 4;

    /** How long a broker may wait for more, while a partition that is left out of the request could be asked for again. */
    private static final int SHORT_WAIT_MILLIS = 5;

    private record Request(FetchRequestData data, Map<TopicPartition, Asked> asked) {}

    private final FetchBuffers buffers;
    private final FetchMemory memory;
    private final ConsumerConfig config;
    private final Time time;
    private final LongSupplier timeOfDay;
    private final TopicMetadata metadata;
    private final KafkaClient client;
    private final FetchAnswers answers;
    private final ByteRate rate;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, FetchPosition> positions = new LinkedHashMap<>();
    private final Map<Integer, FetchSessionHandler> sessions = new HashMap<>();
    private final Map<Integer, Request> inFlight = new HashMap<>();

    /**
     * @param config the sizes and waits of fetching
     * @param rate nothing is asked for while it has to wait
     * @param memory where the client's answers lie
     */
    BatchFetcher(
            ConsumerConfig config,
            KafkaClient client,
            TopicMetadata metadata,
            FetchBuffers buffers,
            ByteRate rate,
            FetchMemory memory,
            Time time) {
        this.config = config;
        this.client = client;
        this.metadata = metadata;
        this.buffers = buffers;
        this.rate = rate;
        this.memory = memory;
        this.time = time;
        // Not Kafka's clock where that is ahead of the host's: what it says here is kept, and compared by other
        // processes.
        this.timeOfDay = time == Time.SYSTEM ? System::currentTimeMillis : time::milliseconds;
        this.answers =
                new FetchAnswers(metadata, buffers, config.getLong(ConsumerConfig.METADATA_MAX_AGE_CONFIG), timeOfDay);
    }

    // ---- for any thread ----

    /** Begins a partition, paused; what is fetched of it comes under this number. */
    void begin(TopicPartition partition, long number, Start start) {
        tell(() -> {
            positions.put(partition, new FetchPosition(partition, number, start));
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
            FetchPosition position = positions.get(partition);
            if (position != null) {
                position.pause(paused);
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

    // ---- on its own thread ----

    /** Asks for what is wanted, and waits for something to happen. */
    void run() {
        Runnable command;
        while ((command = commands.poll()) != null) {
            command.run();
        }
        long now = time.milliseconds();
        send(now);
        client.poll(positions.isEmpty() ? Long.MAX_VALUE : patience(), now);
    }

    private long patience() {
        long owed = rate.waitNanos();
        return owed == 0
                ? FetchAnswers.RETRY_MILLIS
                : Math.min(FetchAnswers.RETRY_MILLIS, 1 + TimeUnit.NANOSECONDS.toMillis(owed));
    }

    private void send(long now) {
        if (buffers.bytes() >= MAX_BUFFERED || rate.waitNanos() > 0) {
            return;
        }
        Map<Node, Map<TopicPartition, FetchRequest.PartitionData>> wanted = new LinkedHashMap<>();
        Map<TopicPartition, Asked> asked = new HashMap<>();
        Set<Integer> leftOut = new HashSet<>();
        positions.forEach((partition, position) -> {
            if (position.paused()) {
                return;
            }
            LeaderAndEpoch leader = metadata.currentLeader(partition);
            if (leader.leader.isEmpty()) {
                metadata.requestUpdate(false);
                return;
            }
            Node node = readFrom(position, leader.leader.get(), now);
            if (inFlight.containsKey(node.id())) {
                return;
            }
            if (position.retryAt() > now || buffers.bytes(partition) >= MAX_BUFFERED_OF_ONE) {
                leftOut.add(node.id());
                return;
            }
            asked.put(partition, position.asked(node.equals(leader.leader.get())));
            wanted.computeIfAbsent(node, unused -> new LinkedHashMap<>())
                    .put(
                            partition,
                            new FetchRequest.PartitionData(
                                    position.topicId(),
                                    position.offset(),
                                    FetchRequest.INVALID_LOG_START_OFFSET,
                                    config.getInt(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                                    leader.epoch,
                                    position.epoch()));
        });
        wanted.forEach((node, partitions) -> send(node, partitions, asked, leftOut.contains(node.id()), now));
    }

    private Node readFrom(FetchPosition position, Node leader, long now) {
        Optional<Integer> replica = position.replica(now);
        if (replica.isPresent()) {
            Optional<Node> online = metadata.fetch().nodeIfOnline(position.partition(), replica.get());
            if (online.isPresent()) {
                return online.get();
            }
            position.forgetReplica();
        }
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
        long most = Math.max(MIN_RESPONSE, MAX_IN_FLIGHT / brokers);
        long limit = rate.bytesPerSecond();
        if (limit > 0) {
            most = Math.min(most, Math.max(MIN_RESPONSE_OF_RATE, limit / RESPONSES_A_SECOND / brokers));
        }
        return (int) Math.min(config.getInt(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), most);
    }

    private void answered(Node node, ClientResponse response) {
        Optional<Answer> lying = memory.answer(response.destination());
        try {
            read(node, response, lying);
        } catch (RuntimeException e) {
            // Kafka's client would only log it.
            buffers.fail(e);
        }
        lying.ifPresent(Answer::read);
    }

    private void read(Node node, ClientResponse response, Optional<Answer> lying) {
        Request request = inFlight.remove(node.id());
        FetchSessionHandler session = sessions.get(node.id());
        long now = time.milliseconds();
        if (response.wasDisconnected()
                || response.versionMismatch() != null
                || response.authenticationException() != null) {
            session.handleError(DisconnectException.INSTANCE);
            request.asked().keySet().stream()
                    .map(positions::get)
                    .filter(Objects::nonNull)
                    .forEach(FetchPosition::forgetReplica);
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
            later(request.asked().keySet(), now);
            return;
        }
        Map<TopicPartition, FetchResponseData.PartitionData> told =
                answer.responseData(session.sessionTopicNames(), version);
        told.forEach((partition, data) -> {
            rate.moved(FetchResponse.recordsSize(data));
            FetchPosition position = positions.get(partition);
            Asked asked = request.asked().get(partition);
            if (position != null && asked != null && position.waitsFor(asked)) {
                answers.take(position, asked, data, node, answer, lying, now);
                if (FetchResponse.recordsSize(data) > 0) {
                    toTheEnd(position);
                }
            }
        });
        if (answer.throttleTimeMs() == 0) {
            request.asked().forEach((partition, asked) -> {
                FetchPosition position = positions.get(partition);
                if (!told.containsKey(partition) && position != null && position.waitsFor(asked)) {
                    // A session leaves out where nothing changed (KIP-227); one that is throttled leaves out all.
                    position.nothingNew(timeOfDay.getAsLong());
                }
            });
        }
    }

    /** A broker fills its response in the order of the request: so who got something comes after those who got nothing. */
    private void toTheEnd(FetchPosition position) {
        positions.remove(position.partition());
        positions.put(position.partition(), position);
    }

    private void later(Set<TopicPartition> partitions, long now) {
        partitions.forEach(partition -> {
            FetchPosition position = positions.get(partition);
            if (position != null) {
                position.retryAt(now + FetchAnswers.RETRY_MILLIS);
            }
        });
    }
}
