package caravan.testbed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * All committed records of a topic, as a consumer sees them, up to each partition's last stable offset.
 *
 * @param topic the topic's name
 * @param partitions the records of each partition in the order of the log; the index is the partition
 */
public record TopicContents(String topic, List<List<Entry>> partitions) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * One record; equal to another if offset, timestamp and every byte are.
     *
     * @param offset the record's offset
     * @param timestamp epoch millis
     * @param key absent: null
     * @param value absent: null, a tombstone
     * @param headers in their order, duplicates included
     */
    public record Entry(
            long offset,
            long timestamp,
            Optional<ByteBuffer> key,
            Optional<ByteBuffer> value,
            List<HeaderEntry> headers) {
        /** Whether all but the offset is equal. */
        public boolean sameContent(Entry other) {
            return atOffset(0).equals(other.atOffset(0));
        }

        private Entry atOffset(long newOffset) {
            return new Entry(newOffset, timestamp, key, value, headers);
        }

        @Override
        public String toString() {
            return "offset " + offset + ", timestamp " + timestamp + ", key " + text(key) + ", value " + text(value)
                    + ", headers " + headers;
        }
    }

    /** A header; an absent value is null. */
    public record HeaderEntry(String name, Optional<ByteBuffer> value) {
        @Override
        public String toString() {
            return name + "=" + text(value);
        }
    }

    /** Reads the whole topic. Fails if that takes longer than a minute. */
    public static TopicContents read(String bootstrapServers, String topic) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .sorted(Comparator.comparingInt(TopicPartition::partition))
                    .toList();
            List<List<Entry>> contents = new ArrayList<>();
            partitions.forEach(partition -> contents.add(new ArrayList<>()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Instant deadline = Instant.now().plus(PATIENCE);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (Instant.now().isAfter(deadline)) {
                    throw new AssertionError(topic + " was not read to its end within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    if (message.offset() < ends.get(new TopicPartition(topic, message.partition()))) {
                        contents.get(message.partition()).add(entry(message));
                    }
                }
            }
            return new TopicContents(topic, List.copyOf(contents));
        }
    }

    /** The number of records in all partitions. */
    public long records() {
        return partitions.stream().mapToLong(List::size).sum();
    }

    /** Fails unless both have the same records in the same partitions and order; offsets may differ. */
    public static void assertSameRecords(TopicContents source, TopicContents target) {
        source.firstDifference(target, false).ifPresent(difference -> {
            throw new AssertionError(difference);
        });
    }

    /** Fails unless both have the same records in the same partitions at the same offsets. */
    public static void assertSameRecordsAndOffsets(TopicContents source, TopicContents target) {
        source.firstDifference(target, true).ifPresent(difference -> {
            throw new AssertionError(difference);
        });
    }

    /** Tells where {@code target} first differs from this; empty if it has the same records in the same order. */
    public Optional<String> firstDifference(TopicContents target, boolean withOffsets) {
        if (partitions.size() != target.partitions.size()) {
            return Optional.of("%s has %d partitions, %s has %d"
                    .formatted(topic, partitions.size(), target.topic, target.partitions.size()));
        }
        return IntStream.range(0, partitions.size())
                .mapToObj(partition -> firstDifference(target, partition, withOffsets))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Tells where a partition of {@code target} first differs from the one of that number here. */
    public Optional<String> firstDifference(TopicContents target, int partition, boolean withOffsets) {
        List<Entry> ours = partitions.get(partition);
        List<Entry> theirs = target.partitions.get(partition);
        String counts = "%n%s-%d has %d records, %s-%d has %d"
                .formatted(topic, partition, ours.size(), target.topic, partition, theirs.size());
        int common = Math.min(ours.size(), theirs.size());
        for (int i = 0; i < common; i++) {
            Entry source = ours.get(i);
            Entry copy = theirs.get(i);
            if (withOffsets ? !source.equals(copy) : !source.sameContent(copy)) {
                return Optional.of("record no. %d of partition %d differs:%n  source: %s%n  target: %s%s"
                        .formatted(i, partition, source, copy, counts));
            }
        }
        if (common < ours.size()) {
            return Optional.of("record no. %d of partition %d is missing in the target:%n  %s%s"
                    .formatted(common, partition, ours.get(common), counts));
        }
        if (common < theirs.size()) {
            return Optional.of("record no. %d of partition %d is only in the target:%n  %s%s"
                    .formatted(common, partition, theirs.get(common), counts));
        }
        return Optional.empty();
    }

    private static Entry entry(ConsumerRecord<byte[], byte[]> message) {
        return new Entry(
                message.offset(),
                message.timestamp(),
                bytes(message.key()),
                bytes(message.value()),
                StreamSupport.stream(message.headers().spliterator(), false)
                        .map(header -> new HeaderEntry(header.key(), bytes(header.value())))
                        .toList());
    }

    private static Optional<ByteBuffer> bytes(byte[] bytes) {
        return Optional.ofNullable(bytes).map(ByteBuffer::wrap).map(ByteBuffer::asReadOnlyBuffer);
    }

    private static String text(Optional<ByteBuffer> bytes) {
        if (bytes.isEmpty()) {
            return "null";
        }
        byte[] start = new byte[Math.min(40, bytes.get().remaining())];
        bytes.get().duplicate().get(start);
        String text = new String(start, StandardCharsets.UTF_8);
        boolean printable = text.codePoints().allMatch(c -> c >= ' ' && c != 0xFFFD);
        return (printable ? "'" + text + "'" : "0x" + HexFormat.of().formatHex(start))
                + (start.length < bytes.get().remaining() ? "… (" + bytes.get().remaining() + " bytes)" : "");
    }
}
