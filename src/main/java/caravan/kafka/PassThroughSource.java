package caravan.kafka;

import caravan.kafka.FetchBuffers.Piece;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out record batches as the brokers hold them. Kafka's consumer, whose partitions stay paused, is a member of the group; a
 * thread and connections of its own fetch.
 */
final class PassThroughSource implements ChunkSource {
    private static final Logger LOG = LoggerFactory.getLogger(PassThroughSource.class);

    /** The longest time that the consumer waits to take part in a rebalance. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

    private static final long CLOSE_MILLIS = 5_000;

    private final ShieldedConsumer consumer;
    private final FetchBuffers buffers = new FetchBuffers();
    private final Metrics metrics = new Metrics();
    private final NetworkClient client;
    private final BatchFetcher fetcher;
    private final Thread thread;
    private final Set<TopicPartition> begun = new HashSet<>();
    private Set<TopicPartition> wanted = Set.of();
    private long numbers;
    private volatile boolean closed;

    /**
     * @param config of the connections that fetch
     * @param rate how much is fetched in a second
     */
    PassThroughSource(ConsumerConfig config, ShieldedConsumer consumer, ByteRate rate) {
        this.consumer = consumer;
        TopicMetadata metadata = new TopicMetadata(config);
        FetchMemory memory = new FetchMemory();
        this.client = FetchConnections.client(config, metadata, metrics, memory);
        this.fetcher = new BatchFetcher(config, client, metadata, buffers, rate, memory, Time.SYSTEM);
        this.thread = new Thread(this::run, "caravan-fetch");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                fetcher.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("fetching ends", e);
            buffers.fail(e instanceof Error ? e : new Error("fetching ended: " + e, e));
        } finally {
            client.close();
            metrics.close();
        }
    }

    @Override
    public void begin(TopicPartition partition, Start start) {
        numbers++;
        buffers.begin(partition, numbers);
        fetcher.begin(partition, numbers, start);
        begun.add(partition);
        wanted = without(wanted, partition);
    }

    @Override
    public void end(TopicPartition partition) {
        if (begun.remove(partition)) {
            wanted = without(wanted, partition);
            fetcher.end(partition);
            buffers.end(partition);
        }
    }

    private static Set<TopicPartition> without(Set<TopicPartition> partitions, TopicPartition one) {
        Set<TopicPartition> others = new HashSet<>(partitions);
        others.remove(one);
        return others;
    }

    @Override
    public void fetchOnly(Set<TopicPartition> partitions) {
        for (TopicPartition partition : begun) {
            boolean fetch = partitions.contains(partition);
            if (fetch != wanted.contains(partition)) {
                fetcher.pause(partition, !fetch);
            }
        }
        wanted = new HashSet<>(partitions);
        wanted.retainAll(begun);
    }

    @Override
    public Fetch fetch(Duration timeout) {
        // The consumer waits only for partitions of its own.
        boolean idle = consumer.assignment().isEmpty();
        ConsumerRecords<Object, Object> none = consumer.fetchRecords(idle ? shortest(timeout) : Duration.ZERO);
        if (!none.isEmpty()) {
            throw new IllegalStateException("a paused partition was fetched: " + none.partitions());
        }
        try {
            Map<TopicPartition, Piece> pieces = buffers.take(wanted, idle ? Duration.ZERO : shortest(timeout));
            if (!pieces.isEmpty()) {
                fetcher.wakeup();
            }
            return new Pieces(pieces);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static Duration shortest(Duration timeout) {
        return timeout.compareTo(LONGEST_WAIT) < 0 ? timeout : LONGEST_WAIT;
    }

    @Override
    public void nudge() {
        buffers.nudge();
    }

    @Override
    public void close() {
        closed = true;
        fetcher.wakeup();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Pieces(Map<TopicPartition, Piece> pieces) implements Fetch {

        @Override
        public Optional<Fetched> of(TopicPartition partition, long position) {
            Piece piece = pieces.get(partition);
            if (piece == null) {
                return Optional.empty();
            }
            piece.unusable().ifPresent(why -> {
                throw why;
            });
            if (piece.from() != position) {
                throw new IllegalStateException(
                        partition + ": fetched from offset " + piece.from() + " instead of " + position);
            }
            return piece.fetched();
        }

        @Override
        public Map<TopicPartition, Refused> refused() {
            Map<TopicPartition, Refused> refused = new HashMap<>();
            pieces.forEach((partition, piece) -> piece.refused().ifPresent(why -> refused.put(partition, why)));
            return refused;
        }
    }
}
