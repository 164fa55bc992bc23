package caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer that a restore route sends to: takes a {@link Chunk} as the value of one "record", sends its record batches, and
 * completes when all are acknowledged; with a {@link PendingChunk} it completes as soon as the batches wait for their turn. Has a
 * thread and connections of its own.
 */
public final class ChunkProducer implements Producer<Object, Object> {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkProducer.class);

    /** Bytes of batches that may wait or be in flight at once, all partitions together. A larger batch goes alone. */
    private static final int MAX_OUTGOING_BYTES = 32 << 20;

    /** Requests of different partitions that a broker has at once: it works on one, the others are there when it is done. */
    private static final int REQUESTS_IN_FLIGHT = 5;

    private static final long CLOSE_MILLIS = 5_000;

    private final Semaphore room = new Semaphore(MAX_OUTGOING_BYTES, true);
    private final Metrics metrics = new Metrics();
    private final OutgoingBatches batches;
    private final TopicMetadata metadata;
    private final NetworkClient client;
    private final BatchSender sender;
    private final Thread thread;
    private volatile boolean closed;

    /** @param rebatch whether all records go into new batches */
    ChunkProducer(ProducerConfig config, boolean rebatch) {
        Compression compression = Compression.of(
                        CompressionType.forName(config.getString(ProducerConfig.COMPRESSION_TYPE_CONFIG)))
                .build();
        batches = new OutgoingBatches(compression, config.getInt(ProducerConfig.BATCH_SIZE_CONFIG), rebatch);
        metadata = new TopicMetadata(config);
        client = ClientUtils.createNetworkClient(
                config,
                metrics,
                "caravan-produce",
                new LogContext(),
                new ApiVersions(),
                Time.SYSTEM,
                REQUESTS_IN_FLIGHT,
                metadata,
                null,
                null);
        sender = new BatchSender(config, client, metadata, batches, Time.SYSTEM);
        thread = new Thread(this::run, "caravan-produce");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        KafkaException end = new KafkaException("the producer was closed");
        try {
            while (!closed) {
                sender.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("producing ends", e);
            end = new KafkaException("producing ended: " + e, e);
        } finally {
            sender.end(end);
            client.close();
            metrics.close();
        }
    }

    /**
     * Whom the brokers take what is sent to come from. Before anything is sent they are asked for it; the future fails where they
     * refuse.
     */
    public CompletableFuture<ProducerId> identify() {
        return sender.identify();
    }

    /**
     * Sends as the producer that an earlier run was, so that the brokers recognise what that had sent.
     *
     * @throws IllegalStateException if it is another one already
     */
    public void identify(ProducerId as) {
        sender.identify(as);
    }

    /**
     * @param carrier topic and partition to send to, and the chunk as its value
     * @param callback called once, when all records are acknowledged or one was refused
     * @throws IllegalArgumentException where the value is no chunk
     */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> carrier, Callback callback) {
        RecordMetadata sent =
                new RecordMetadata(new TopicPartition(carrier.topic(), carrier.partition()), -1, -1, -1, -1, -1);
        CompletableFuture<RecordMetadata> done;
        if (carrier.value() instanceof PendingChunk pending) {
            send(sent, pending.chunk(), pending.at(), pending.sequence()).whenComplete((all, failure) -> {
                if (failure == null) {
                    pending.acknowledged().complete(null);
                } else {
                    pending.acknowledged().completeExceptionally(cause(failure));
                }
            });
            done = CompletableFuture.completedFuture(sent);
        } else if (carrier.value() instanceof Chunk chunk) {
            done = send(sent, chunk, OptionalLong.empty(), 0).thenApply(all -> sent);
        } else {
            throw new IllegalArgumentException("a chunk was expected, not " + carrier.value());
        }
        if (callback != null) {
            done.whenComplete((metadata, failure) -> callback.onCompletion(metadata, exception(failure)));
        }
        return done;
    }

    private CompletableFuture<Void> send(RecordMetadata target, Chunk chunk, OptionalLong at, int sequence) {
        try {
            TopicPartition partition = new TopicPartition(target.topic(), target.partition());
            List<OutgoingBatch> outgoing = batches.of(chunk);
            CompletableFuture<?>[] all = new CompletableFuture<?>[outgoing.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = send(partition, outgoing.get(i), i == 0 ? at : OptionalLong.empty(), sequence);
            }
            return CompletableFuture.allOf(all)
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(named(failure, target.topic())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(new InterruptException(e));
        } catch (RuntimeException | OutOfMemoryError e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Long> send(TopicPartition partition, OutgoingBatch batch, OptionalLong at, int sequence)
            throws InterruptedException {
        int bytes = Math.min(MAX_OUTGOING_BYTES, batch.size());
        room.acquire(bytes);
        return sender.send(partition, batch, at, sequence).whenComplete((offset, failure) -> room.release(bytes));
    }

    /** Names the ACL that is missing, where that is why. */
    private static Throwable named(Throwable failure, String topic) {
        return KafkaErrors.refusal(failure)
                        .filter(AuthorizationException.class::isInstance)
                        .isPresent()
                ? MissingAclException.ofProducer(topic)
                : cause(failure);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static Exception exception(Throwable failure) {
        Throwable cause = failure == null ? null : cause(failure);
        return cause instanceof Error ? new KafkaException(cause) : (Exception) cause;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> carrier) {
        return send(carrier, null);
    }

    /** Fails what is not acknowledged. */
    @Override
    public void close() {
        close(Duration.ofMillis(CLOSE_MILLIS));
    }

    @Override
    public void close(Duration timeout) {
        closed = true;
        sender.wakeup();
        try {
            thread.join(Math.max(1, timeout.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return metadata.fetch().partitionsForTopic(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return metrics.metrics();
    }

    /** Does nothing: what is sent goes out at once, and its future tells when it has arrived. */
    @Override
    public void flush() {}

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        throw new UnsupportedOperationException("this producer sends no telemetry");
    }

    // ---- a restore adds no transactions to the log ----

    @Override
    public void initTransactions() {
        throw noTransactions();
    }

    @Override
    public void beginTransaction() {
        throw noTransactions();
    }

    @Override
    @Deprecated
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, String group) {
        throw noTransactions();
    }

    @Override
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        throw noTransactions();
    }

    @Override
    public void commitTransaction() {
        throw noTransactions();
    }

    @Override
    public void abortTransaction() {
        throw noTransactions();
    }

    private static UnsupportedOperationException noTransactions() {
        return new UnsupportedOperationException("this producer has no transactions");
    }
}
