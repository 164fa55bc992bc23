package caravan.kafka;

import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The Kafka clients of a task's route: exchanges carry chunks, not records. Bound to a route as {@code kafkaClientFactory}. */
public final class ChunkClients implements KafkaClientFactory {

    /** What a task tells the clients of its route. */
    public interface Task extends AutoCloseable {
        KafkaSettings kafka();

        /** For a backup: who decides where partitions start; empty for a restore. */
        Optional<Backup> backup();

        /** For a restore: what its route sends to, before anything is sent. */
        default void sendsTo(ChunkProducer producer) {}

        /** How much it fetches, or produces, in a second. */
        ByteRate rate();

        /** Ends what the task holds beside its route. */
        @Override
        void close();
    }

    /**
     * What the consumer of a backup needs.
     *
     * @param maxBytes of log that an object is meant to hold; chunks are smaller by far, unless their first batch is not
     */
    public record Backup(TopicFilter topics, String group, PartitionOwner owner, long maxBytes) {}

    /**
     * System property: {@code true} takes records out of their batches and puts them into new ones, as if no batch could be moved
     * as it is. For comparing the two ways, in tests or where a broker is suspected.
     */
    public static final String REBATCH = "caravan.rebatch";

    /** An object becomes at most this part larger than it is meant to be. */
    private static final int CHUNKS_OF_AN_OBJECT = 4;

    /** How long the next attempt waits where a consumer could not be made. */
    private static final long RETRY_MILLIS = 5_000;

    private static final long LOOK_MILLIS = 100;

    private final AtomicLong assignments = new AtomicLong();
    private Task task;
    private TaskRoute taskRoute;

    /** Set by the route template. */
    public void setTask(Task task) {
        this.task = task;
    }

    /** Set by the route template: whose stop ends the attempts to make a consumer. */
    public void setTaskRoute(TaskRoute taskRoute) {
        this.taskRoute = taskRoute;
    }

    @Override
    public Consumer<?, ?> getConsumer(Properties route) {
        try {
            return consumer(route);
        } catch (RuntimeException e) {
            awaitNextAttempt();
            throw e;
        }
    }

    /**
     * Camel's attempts do not end when the route is stopped: it waits for them, half a minute, before it interrupts. So the wait
     * between two is here, and a stop ends it and them.
     */
    private void awaitNextAttempt() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
        try {
            while (System.nanoTime() < end) {
                if (taskRoute != null && taskRoute.stopping()) {
                    Thread.currentThread().interrupt();
                    return;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Consumer<?, ?> consumer(Properties route) {
        Backup backup = task.backup().orElseThrow(() -> new IllegalStateException("this task does not consume"));
        Properties properties = task.kafka().consumer(route, backup.group());
        properties.put(
                "exclude.internal.topics", Boolean.toString(!backup.topics().namesInternalTopic()));
        return new ChunkConsumer(
                properties, backup.topics(), backup.owner(), assignments, consumer -> source(consumer, backup));
    }

    private ChunkSource source(ShieldedConsumer consumer, Backup backup) {
        return Boolean.getBoolean(REBATCH)
                ? new RebatchingSource(consumer, task.rate())
                : new PassThroughSource(
                        new ConsumerConfig(task.kafka().fetcher(backup.maxBytes() / CHUNKS_OF_AN_OBJECT)),
                        consumer,
                        task.rate());
    }

    @Override
    public Producer<?, ?> getProducer(Properties route) {
        ChunkProducer producer =
                new ChunkProducer(new ProducerConfig(task.kafka().producer(route)), Boolean.getBoolean(REBATCH));
        task.sendsTo(producer);
        return producer;
    }

    @Override
    public String getBrokers(KafkaConfiguration configuration) {
        return task.kafka().bootstrapServers();
    }
}
