package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.RecordBatches;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestServers;
import caravan.testbed.TestServers.Names;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Chunks on their way into a broker's log. */
@ExtendWith(TestServers.class)
class ChunkProducerTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private TestData data;
    private KafkaSettings settings;
    private ChunkProducer producer;
    private String topic;

    @BeforeEach
    void anEmptyTopic(EmbeddedBroker broker, Names names) {
        data = new TestData(broker);
        settings = new KafkaSettings(broker.bootstrapServers());
        topic = names.topic("copy");
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        producer = new ChunkProducer(new ProducerConfig(settings.producer(Map.of("batch.size", 1 << 20))), false);
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void whatALogHoldsArrivesInAnother() {
        // Given
        Chunk first = new TestChunks()
                .transactional()
                .batch(CompressionType.LZ4, 2_000, 0, 20)
                .batch(CompressionType.NONE, 2_000, 20, 20)
                .chunk();
        Chunk cut =
                new TestChunks().batch(CompressionType.SNAPPY, 2_000, 40, 20).chunk(45, 60);
        Chunk holes = new TestChunks()
                .batch(CompressionType.ZSTD, 2_000, 60L, 63L, 80L)
                .chunk(60, 90);

        // When
        List<Future<RecordMetadata>> sent = List.of(send(first), send(cut), send(holes));

        // Then
        assertThat(sent).allSatisfy(one -> assertThat(one).succeedsWithin(SOON));
        assertThat(read()).isEqualTo(texts(first, cut, holes));
    }

    @Test
    void aRecordWithoutATimestampStaysWithoutOne() {
        // Given
        Chunk chunk = new TestChunks()
                .timestamp(-1)
                .batch(CompressionType.NONE, 20, 0, 3)
                .batch(CompressionType.NONE, 20, 3, 3)
                .chunk();

        // When
        Future<RecordMetadata> sent = send(chunk);

        // Then
        assertThat(sent).succeedsWithin(SOON);
        assertThat(read()).isEqualTo(texts(chunk)).allSatisfy(text -> assertThat(text)
                .startsWith("-1 "));
    }

    @Test
    void aPendingChunkTellsOfItsAcknowledgementLater() {
        // Given
        Chunk chunk = new TestChunks().batch(CompressionType.NONE, 2_000, 0, 20).chunk();
        PendingChunk pending = new PendingChunk(chunk, OptionalLong.of(0), 0, new CompletableFuture<>());

        // When
        Future<RecordMetadata> handedOver = producer.send(new ProducerRecord<>(topic, 1, null, pending));

        // Then
        assertThat(handedOver).isDone();
        assertThat(pending.acknowledged()).succeedsWithin(SOON);
        assertThat(data.logEnd(topic, 1)).isEqualTo(20);
    }

    @Test
    void aChunkOfNoRecordsIsAcknowledgedAtOnce() {
        // Given
        Chunk empty = new TestChunks()
                .batch(CompressionType.NONE, 10, 0, 3)
                .chunk()
                .withBatches(ByteBuffer.allocate(0), true);

        // Then
        assertThat(send(empty)).isDone();
    }

    @Test
    void damageIsRefusedBeforeAnythingIsSent() {
        // Given
        Chunk chunk = new TestChunks()
                .batch(CompressionType.NONE, 2_000, 0, 20)
                .batch(CompressionType.NONE, 2_000, 20, 20)
                .chunk();
        int last = chunk.batches().limit() - 1;
        chunk.batches().put(last, (byte) (chunk.batches().get(last) ^ 1));

        // When
        Future<RecordMetadata> sent = send(chunk);

        // Then
        assertThat(sent)
                .failsWithin(SOON)
                .withThrowableThat()
                .withMessageContaining("CRC-32C of the batch at offset 20");
        assertThat(data.logEnd(topic, 0)).isZero();
    }

    @Test
    void somebodyElsesRecordsBetweenOursStopThePartition() {
        // Given
        assertThat(send(new TestChunks().batch(CompressionType.NONE, 100, 0, 5).chunk()))
                .succeedsWithin(SOON);
        data.send("none", List.of(TestData.keyed(topic, 0, "a", "stranger")));

        // When
        Future<RecordMetadata> sent =
                send(new TestChunks().batch(CompressionType.NONE, 100, 5, 5).chunk(5, 10));

        // Then
        assertThat(sent).failsWithin(SOON).withThrowableThat().withMessageContaining("at offset 6, and not at 5");
    }

    @Test
    void somebodyElsesRecordsBeforeOursStopThePartition() {
        // Given
        data.send("none", List.of(TestData.keyed(topic, 0, "a", "stranger")));
        Chunk chunk = new TestChunks().batch(CompressionType.NONE, 100, 0, 5).chunk();
        PendingChunk pending = new PendingChunk(chunk, OptionalLong.of(0), 0, new CompletableFuture<>());

        // When
        producer.send(new ProducerRecord<>(topic, 0, null, pending));

        // Then
        assertThat(pending.acknowledged())
                .failsWithin(SOON)
                .withThrowableThat()
                .withMessageContaining("at offset 1, and not at 0");
    }

    @Test
    void aClosedProducerFailsWhatItIsGiven() {
        // Given
        producer.close();

        // Then
        assertThat(send(new TestChunks().batch(CompressionType.NONE, 100, 0, 5).chunk()))
                .failsWithin(SOON)
                .withThrowableThat()
                .withMessageContaining("closed");
    }

    private Future<RecordMetadata> send(Chunk chunk) {
        return producer.send(new ProducerRecord<>(topic, 0, null, chunk));
    }

    private List<String> read() {
        List<String> texts = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        long end = data.logEnd(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.reader())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    texts.add(text(record.timestamp(), ByteBuffer.wrap(record.key()), ByteBuffer.wrap(record.value())));
                }
            }
        }
        return texts;
    }

    private static List<String> texts(Chunk... chunks) {
        List<String> texts = new ArrayList<>();
        for (Chunk chunk : chunks) {
            for (Record record : RecordBatches.records(chunk.batches(), chunk.from(), chunk.next())) {
                texts.add(text(record.timestamp(), record.key(), record.value()));
            }
        }
        return texts;
    }

    private static String text(long timestamp, ByteBuffer key, ByteBuffer value) {
        return timestamp + " " + key.hashCode() + " " + value.hashCode();
    }
}
