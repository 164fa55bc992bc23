package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.RecordBatches;
import caravan.testbed.AwkwardRecords;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.junit.jupiter.api.Test;

/** Chunks that are filled with the brokers' own batches. */
class PassThroughSourceTest extends ChunkConsumerContract {

    @Override
    ChunkSource source(ShieldedConsumer of) {
        return new PassThroughSource(new ConsumerConfig(settings().fetcher(1 << 20)), of);
    }

    @Test
    void batchesStayAsTheirProducersCompressedThem() {
        // Given
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd", "none")) {
            data.send(codec, AwkwardRecords.ordinary(topic, 0, 20, 100));
        }
        start();

        // When
        List<Chunk> chunks = until(() -> owner.accepted == 100);

        // Then
        assertThat(chunks.stream()
                        .flatMap(chunk -> batches(chunk).stream())
                        .map(batch -> batch.compressionType().name)
                        .distinct())
                .containsExactly("gzip", "snappy", "lz4", "zstd", "none");
        assertThat(chunks).extracting(Chunk::epoch).containsOnly(0);
    }

    @Test
    void aStartInsideOfABatchBringsTheWholeBatchAndCountsFromTheStart() {
        // Given
        filled(50);
        owner.start = 20;
        start();

        // When
        List<Chunk> chunks = until(() -> owner.accepted == 50);

        // Then
        assertThat(chunks.get(0).from()).isEqualTo(20);
        assertThat(batches(chunks.get(0)).get(0).baseOffset()).isLessThanOrEqualTo(20);
        assertThat(chunks.stream()
                        .mapToLong(chunk -> RecordBatches.count(chunk.batches(), chunk.from(), chunk.next()))
                        .sum())
                .isEqualTo(30);
    }

    @Test
    void aTopicThatWasDeletedAndCreatedAgainDoesNotAnswerForTheOneBefore() {
        // Given
        filled(10);
        start();
        until(() -> owner.accepted == 10);

        // When: the new one is longer than the old one, so that the offset alone tells nothing
        data.deleteTopic(topic);
        filled(30);
        owner.start = 0;

        // Then
        List<Chunk> chunks = until(() -> owner.accepted == 30);
        assertThat(owner.assignments.size()).isGreaterThan(1);
        assertThat(chunks.get(0).from()).isZero();
        assertThat(chunks).extracting(Chunk::topicId).containsOnly(data.topicId(topic));
    }

    private static List<RecordBatch> batches(Chunk chunk) {
        List<RecordBatch> batches = new java.util.ArrayList<>();
        MemoryRecords.readableRecords(chunk.batches().duplicate()).batches().forEach(batches::add);
        return batches;
    }
}
