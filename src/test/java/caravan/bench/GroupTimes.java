package caravan.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * When a consumer group got its partitions and when it last committed, by the broker's clock and log: the records of
 * {@code __consumer_offsets}. A key begins with its version (2 bytes: 0 and 1 for a committed offset, 2 for the group itself, which
 * is written when a generation gets its assignment) and the group's name (length in 2 bytes); see {@code OffsetCommitKey.json} and
 * {@code GroupMetadataKey.json} of Kafka's group-coordinator.
 */
final class GroupTimes {
    private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 0);
    private static final int GROUP_KEY = 2;

    private long assigned = Long.MAX_VALUE;
    private long committed = Long.MIN_VALUE;

    private GroupTimes() {}

    /** Seconds from the group's first assignment to its last commit; empty where one of them is missing. */
    static OptionalDouble assignedToCommitted(String bootstrapServers, String group) {
        GroupTimes times = new GroupTimes();
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(OFFSETS));
            consumer.seekToBeginning(List.of(OFFSETS));
            long end = consumer.endOffsets(List.of(OFFSETS)).get(OFFSETS);
            while (consumer.position(OFFSETS) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> times.take(message, group));
            }
        }
        return times.assigned < times.committed
                ? OptionalDouble.of((times.committed - times.assigned) / 1e3)
                : OptionalDouble.empty();
    }

    private void take(ConsumerRecord<byte[], byte[]> message, String group) {
        ByteBuffer key = ByteBuffer.wrap(message.key());
        int version = key.getShort();
        byte[] name = new byte[key.getShort()];
        key.get(name);
        if (message.value() == null || !new String(name, StandardCharsets.UTF_8).equals(group)) {
            return;
        }
        if (version < GROUP_KEY) {
            committed = Math.max(committed, message.timestamp());
        } else if (version == GROUP_KEY) {
            assigned = Math.min(assigned, message.timestamp());
        }
    }
}
