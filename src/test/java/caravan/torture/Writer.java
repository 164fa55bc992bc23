package caravan.torture;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes to one life of a topic until it is stopped, with one producer after the other, each with settings of its own. Sends no record
 * twice itself, so that each is in the log once at the most, and enters what became of it into the ledger.
 */
abstract class Writer {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final Duration CLOSING = Duration.ofSeconds(40);

    private final int number;
    private final Life life;
    private final String bootstrapServers;
    private final double rate;
    private final Random random;
    private final RecordMaker maker;
    private final Ledger ledger;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private long made;

    /**
     * @param number no other writer has it
     * @param rate records per second
     */
    Writer(int number, Life life, Subject subject, String bootstrapServers, double rate, long seed, Ledger ledger) {
        this.number = number;
        this.life = life;
        this.bootstrapServers = bootstrapServers;
        this.rate = rate;
        this.random = new Random(seed);
        this.maker = new RecordMaker(subject, random);
        this.ledger = ledger;
        this.thread = new Thread(this::write, "writer " + number + " of " + subject.topic());
    }

    final void start() {
        thread.start();
    }

    /** Asks it to end. */
    final void stop() {
        stop.countDown();
    }

    /** Waits until it has ended, and everything that it sent is in the ledger. */
    final void join() throws InterruptedException {
        thread.join();
    }

    private void write() {
        while (!stopping()) {
            try {
                writeWithOneProducer();
            } catch (KafkaException | IllegalStateException e) {
                // This producer is of no use any more; what it sent is in the ledger.
                pause(0.2);
            }
        }
    }

    /** Makes a producer, sends, and closes it. */
    abstract void writeWithOneProducer();

    final KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, CODECS.get(random.nextInt(CODECS.size())));
        settings.put(ProducerConfig.LINGER_MS_CONFIG, random.nextInt(60));
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << (9 + random.nextInt(9)));
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1 + random.nextInt(5));
        // Short enough that some answers are never heard while brokers are away.
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Closes a producer: all of its callbacks are called then. */
    static void close(KafkaProducer<byte[], byte[]> producer) {
        producer.close(CLOSING);
    }

    final ProducerRecord<byte[], byte[]> next(RecordId id) {
        return maker.next(id);
    }

    final RecordId nextId() {
        return new RecordId(number, made++);
    }

    final Random random() {
        return random;
    }

    final int number() {
        return number;
    }

    final boolean stopping() {
        return stop.getCount() == 0;
    }

    final void enter(Sent sent, Fate fate) {
        ledger.enter(life, sent.partition(), sent.entry(fate), sent.size());
    }

    /** Waits as long as so many records take at this writer's rate. */
    final void paceAfter(int records) {
        pause(records / rate);
    }

    private void pause(double seconds) {
        try {
            stop.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
