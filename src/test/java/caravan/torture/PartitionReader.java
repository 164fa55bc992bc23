package caravan.torture;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the committed records of partitions, one partition after the other. */
final class PartitionReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KafkaConsumer<byte[], byte[]> consumer;

    PartitionReader(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** All records of a partition; begin with another one when these are read. */
    Iterator<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        return records(partition);
    }

    /** The record at an offset, where it is there. */
    Optional<ConsumerRecord<byte[], byte[]>> find(TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        Iterator<ConsumerRecord<byte[], byte[]>> records = records(partition);
        return records.hasNext()
                ? Optional.of(records.next()).filter(record -> record.offset() == offset)
                : Optional.empty();
    }

    private Iterator<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition) {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        return new Iterator<>() {
            private Iterator<ConsumerRecord<byte[], byte[]>> polled =
                    List.<ConsumerRecord<byte[], byte[]>>of().iterator();
            private long heard = System.nanoTime();

            @Override
            public boolean hasNext() {
                while (!polled.hasNext() && consumer.position(partition) < end) {
                    polled = consumer.poll(Duration.ofMillis(200)).iterator();
                    if (polled.hasNext()) {
                        heard = System.nanoTime();
                    } else if (System.nanoTime() - heard > PATIENCE.toNanos()) {
                        throw new TortureException(partition + " can't be read behind " + consumer.position(partition));
                    }
                }
                return polled.hasNext();
            }

            @Override
            public ConsumerRecord<byte[], byte[]> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return polled.next();
            }
        };
    }

    @Override
    public void close() {
        consumer.close();
    }
}
