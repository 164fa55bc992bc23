package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.RecordBatches;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.junit.jupiter.api.Test;

/** Chunks that are filled with the brokers' own batches. */
class PassThroughSourceTest extends ChunkConsumerContract {
    private long fetchBytes = 1 << 20;

    @Override
    ChunkSource source(ShieldedConsumer of) {
        return new PassThroughSource(new ConsumerConfig(settings().fetcher(fetchBytes)), of, rate);
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

    @Test
    void aBatchThatIsLargerThanAFetchComesWhole() {
        // Given
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 3, 200_000));
        fetchBytes = 1_000;
        start();

        // Then
        List<Chunk> chunks = until(() -> owner.accepted == 3);
        assertThat(chunks.stream().mapToInt(chunk -> batches(chunk).size()).sum())
                .isPositive();
    }

    @Test
    void aBrokerThatWasAwayIsWaitedForAndNothingComesTwice() {
        try (EmbeddedBroker own = EmbeddedBroker.started()) {
            // Given
            broker = own;
            data = new TestData(own);
            filled(10);
            start();
            until(() -> owner.accepted == 10);

            // When: its partitions have another leader epoch then
            own.stop();
            polls(5);
            own.start();
            data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));

            // Then
            List<Chunk> chunks = until(() -> owner.accepted == 20);
            assertThat(chunks.get(0).from()).isEqualTo(10);
            assertThat(owner.assignments).hasSize(1);
            assertThat(owner.failed).isEmpty();
            close();
        }
    }

    @Test
    void aLogThatIsDamagedOnDiskStopsItsPartitionWithoutHandingOutWhatIsDamaged() throws Exception {
        try (EmbeddedBroker own = EmbeddedBroker.started()) {
            // Given: two batches, the second of which has a flipped bit
            broker = own;
            data = new TestData(own);
            filled(10);
            data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
            Path segment = own.directory().resolve(topic + "-0/00000000000000000000.log");
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long position = file.size() - 20;
                ByteBuffer one = ByteBuffer.allocate(1);
                file.read(one, position);
                file.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), position);
            }

            // When
            start();
            until(() -> !owner.failed.isEmpty());

            // Then
            assertThat(owner.failed.get(0))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining(partition + ": ")
                    .hasMessageContaining("offset 10");
            assertThat(owner.accepted).isEqualTo(10);
            close();
        }
    }

    private static List<RecordBatch> batches(Chunk chunk) {
        List<RecordBatch> batches = new ArrayList<>();
        MemoryRecords.readableRecords(chunk.batches().duplicate()).batches().forEach(batches::add);
        return batches;
    }
}
