package caravan.kafka;

import caravan.archive.RecordBatches;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.utils.Utils;

/**
 * The producer that a restore route sends to: takes a {@link Chunk} as the value of one "record", sends its records, each to
 * its own partition with its own timestamp and headers, and completes when all are acknowledged.
 */
public final class ChunkProducer extends KafkaProducer<Object, Object> {

    /**
     * Bytes of records that may wait for acknowledgement at once, all partitions together. Far below a broker's
     * {@code socket.request.max.bytes} (100 MiB unless set), because all of it can end up in one request. A larger record
     * goes alone.
     */
    private static final int MAX_IN_FLIGHT_BYTES = 32 << 20;

    private static final int RECORD_OVERHEAD = 64;

    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT_BYTES, true);

    ChunkProducer(Properties properties) {
        super(properties);
    }

    /**
     * @param carrier topic and partition to send to, and the chunk as its value
     * @param callback called once, when all records are acknowledged or one was refused
     * @throws UnsupportedRecordException where Kafka's producer cannot carry a record
     */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> carrier, Callback callback) {
        if (!(carrier.value() instanceof Chunk chunk)) {
            throw new IllegalArgumentException("a chunk was expected, not " + carrier.value());
        }
        Acknowledgements acknowledgements =
                new Acknowledgements(new TopicPartition(carrier.topic(), carrier.partition()), callback);
        Iterator<Record> records = RecordBatches.records(chunk.batches(), chunk.from(), chunk.next())
                .iterator();
        try {
            while (records.hasNext() && !acknowledgements.failed()) {
                Record next = records.next();
                ProducerRecord<Object, Object> record = exploded(carrier, chunk, next);
                int bytes = Math.min(MAX_IN_FLIGHT_BYTES, next.sizeInBytes() + RECORD_OVERHEAD);
                inFlight.acquireUninterruptibly(bytes);
                acknowledgements.sent();
                Callback acknowledged = (metadata, exception) -> {
                    inFlight.release(bytes);
                    acknowledgements.onCompletion(metadata, exception);
                };
                try {
                    super.send(record, acknowledged);
                } catch (RuntimeException e) {
                    // KafkaProducer.doSend either throws or calls back, never both.
                    acknowledged.onCompletion(null, e);
                } catch (Error e) {
                    acknowledged.onCompletion(null, new KafkaException(e));
                }
            }
        } catch (RuntimeException e) {
            acknowledgements.fail(e);
        } catch (Error e) {
            acknowledgements.fail(new KafkaException(e));
        }
        acknowledgements.allSent();
        return acknowledgements.future;
    }

    /**
     * Ends without waiting where nothing is in flight: a producer that the brokers refused to be idempotent would else try to abort a
     * transaction that it does not have, and log the failure of that.
     */
    @Override
    public void close() {
        if (inFlight.availablePermits() == MAX_IN_FLIGHT_BYTES) {
            super.close(Duration.ZERO);
        } else {
            super.close();
        }
    }

    private static ProducerRecord<Object, Object> exploded(
            ProducerRecord<Object, Object> carrier, Chunk chunk, Record record) {
        if (record.timestamp() < 0) {
            throw new UnsupportedRecordException(chunk.partition(), record.offset(), record.timestamp());
        }
        return new ProducerRecord<>(
                carrier.topic(),
                carrier.partition(),
                record.timestamp(),
                bytes(record.key()),
                bytes(record.value()),
                Arrays.asList(record.headers()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return buffer == null ? null : Utils.toArray(buffer);
    }

    /** Counts the acknowledgements of one chunk; the sender itself holds one until all are sent. */
    private static final class Acknowledgements implements Callback {
        private final CompletableFuture<RecordMetadata> future = new CompletableFuture<>();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final AtomicInteger pending = new AtomicInteger(1);
        private final Callback callback;
        private volatile RecordMetadata last;

        private Acknowledgements(TopicPartition partition, Callback callback) {
            this.callback = callback;
            this.last = new RecordMetadata(partition, -1, -1, -1, -1, -1);
        }

        private void sent() {
            pending.incrementAndGet();
        }

        private boolean failed() {
            return failure.get() != null;
        }

        private void fail(Exception e) {
            Optional<KafkaException> refusal = KafkaErrors.refusal(e).filter(AuthorizationException.class::isInstance);
            failure.compareAndSet(null, refusal.isPresent() ? MissingAclException.ofProducer(last.topic()) : e);
        }

        private void allSent() {
            settle();
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception exception) {
            if (exception != null) {
                fail(exception);
            } else {
                last = metadata;
            }
            settle();
        }

        private void settle() {
            if (pending.decrementAndGet() > 0) {
                return;
            }
            Exception failed = failure.get();
            if (callback != null) {
                callback.onCompletion(failed == null ? last : null, failed);
            }
            if (failed == null) {
                future.complete(last);
            } else {
                future.completeExceptionally(failed);
            }
        }
    }
}
