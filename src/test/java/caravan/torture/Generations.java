package caravan.torture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How often a consumer group came together, by the coordinator's own log, {@code __consumer_offsets}: a record whose key begins with 2 (two
 * bytes) and the group's name (length in two bytes) has a value with its version, the protocol's type, and the generation; see {@code
 * GroupMetadataKey.json} and {@code GroupMetadataValue.json} of Kafka's group-coordinator.
 */
final class Generations {
    private static final String TOPIC = "__consumer_offsets";
    private static final int GROUP_KEY = 2;

    private Generations() {}

    /** The last generation of a group. */
    static long of(String bootstrapServers, String group) {
        long last = 0;
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(TOPIC, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (var message : consumer.poll(Duration.ofMillis(200))) {
                    if (message.value() != null && isOf(group, message.key())) {
                        last = Math.max(last, generation(message.value()));
                    }
                }
            }
        }
        return last;
    }

    private static boolean isOf(String group, byte[] key) {
        ByteBuffer bytes = ByteBuffer.wrap(key);
        if (bytes.getShort() != GROUP_KEY) {
            return false;
        }
        byte[] name = new byte[bytes.getShort()];
        bytes.get(name);
        return new String(name, StandardCharsets.UTF_8).equals(group);
    }

    private static int generation(byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        bytes.getShort();
        bytes.position(bytes.getShort() + bytes.position());
        return bytes.getInt();
    }
}
