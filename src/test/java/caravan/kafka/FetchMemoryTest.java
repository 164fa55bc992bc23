package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.kafka.ChunkSource.Fetched;
import caravan.kafka.FetchMemory.Answer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.SimpleRecord;
import org.junit.jupiter.api.Test;

/** Memory of answers that is used again, but not while somebody reads in it. */
class FetchMemoryTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final String BROKER = "1";
    private static final int SIZE = 3 << 20;

    private final FetchMemory memory = new FetchMemory();

    @Test
    void theNextAnswerComesIntoTheMemoryOfOneThatNobodyReadsAnyMore() {
        // Given
        ByteBuffer first = memory.tryAllocate(SIZE);
        Answer answer = answer(first);
        Runnable part = answer.hold();
        Runnable another = answer.hold();
        answer.read();
        part.run();

        // When
        ByteBuffer meanwhile = memory.tryAllocate(SIZE);
        another.run();
        ByteBuffer next = memory.tryAllocate(SIZE - 1000);

        // Then
        assertThat(meanwhile).isNotSameAs(first);
        assertThat(next).isSameAs(first);
        assertThat(next.remaining()).isEqualTo(SIZE - 1000);
    }

    @Test
    void aPartThatIsGivenBackTwiceDoesNotGiveBackAnothers() {
        // Given
        ByteBuffer first = memory.tryAllocate(SIZE);
        Answer answer = answer(first);
        Runnable part = answer.hold();
        answer.hold();
        answer.read();

        // When
        part.run();
        part.run();

        // Then
        assertThat(memory.tryAllocate(SIZE)).isNotSameAs(first);
    }

    @Test
    void ofFourPartitionsInOneAnswerNoneIsCopied() {
        // Given: four equal parts, and what is written around them
        MemoryRecords records = MemoryRecords.withRecords(
                Compression.NONE,
                IntStream.range(0, 1_000)
                        .mapToObj(i -> new SimpleRecord(new byte[4_000]))
                        .toArray(SimpleRecord[]::new));
        ByteBuffer bytes = memory.tryAllocate(4 * records.sizeInBytes() + 1_000);
        IntStream.range(0, 4)
                .forEach(part -> bytes.put(part * records.sizeInBytes(), records.buffer(), 0, records.sizeInBytes()));
        Answer answer = answer(bytes);

        for (int part = 0; part < 4; part++) {
            MemoryRecords own =
                    MemoryRecords.readableRecords(bytes.slice(part * records.sizeInBytes(), records.sizeInBytes()));

            Fetched fetched = FetchedBatches.of(PARTITION, 0, new PartitionData().setRecords(own), Optional.of(answer))
                    .orElseThrow();

            assertThat(fetched.batches().isDirect()).isTrue();
        }
    }

    @Test
    void whatWasFetchedKeepsItsMemoryUntilItIsReleased() {
        // Given: all of the answer is one batch
        MemoryRecords records = MemoryRecords.withRecords(
                Compression.NONE,
                IntStream.range(0, 1_000)
                        .mapToObj(i -> new SimpleRecord(new byte[2_000]))
                        .toArray(SimpleRecord[]::new));
        ByteBuffer bytes = memory.tryAllocate(records.sizeInBytes());
        bytes.put(records.buffer().duplicate()).flip();
        Answer answer = answer(bytes);
        PartitionData data = new PartitionData().setRecords(MemoryRecords.readableRecords(bytes.slice()));

        // When
        Fetched fetched =
                FetchedBatches.of(PARTITION, 0, data, Optional.of(answer)).orElseThrow();
        answer.read();
        memory.tryAllocate(records.sizeInBytes()).put(new byte[1_000_000]);

        // Then
        assertThat(fetched.batches().isDirect()).isTrue();
        assertThat(fetched.batches()).isEqualTo(records.buffer());

        // When
        fetched.release().run();

        // Then
        assertThat(memory.tryAllocate(records.sizeInBytes())).isSameAs(bytes);
    }

    @Test
    void aChunkThatIsKeptForLongerHasACopyOfItsOwn() {
        // Given
        ByteBuffer bytes = memory.tryAllocate(SIZE);
        bytes.put(new byte[] {1, 2, 3}).rewind();
        Answer answer = answer(bytes);
        Chunk chunk =
                new Chunk(PARTITION, Uuid.ONE_UUID, 1, 0, 10, 0, bytes.slice(), false, LogView.NONE, answer.hold());
        answer.read();

        // When
        Chunk own = chunk.unshared();
        memory.tryAllocate(SIZE).put(new byte[SIZE]);

        // Then
        assertThat(own.batches().get(1)).isEqualTo((byte) 2);
        assertThat(own.batches().remaining()).isEqualTo(SIZE);
        assertThat(own.next()).isEqualTo(10);
        assertThat(own.transformed()).isFalse();
    }

    @Test
    void anAnswerThatIsSomewhatLargerFitsToo() {
        // Given
        ByteBuffer first = memory.tryAllocate(5 << 20);
        answer(first).read();

        // Then
        assertThat(memory.tryAllocate((8 << 20) + 1_000)).isSameAs(first);
    }

    @Test
    void smallAnswersLieInTheHeap() {
        ByteBuffer small = memory.tryAllocate(1_000);
        memory.received(List.of(new NetworkReceive(BROKER, small)));
        assertThat(small.isDirect()).isFalse();
        assertThat(memory.answer(BROKER)).isEmpty();
    }

    private Answer answer(ByteBuffer bytes) {
        memory.received(List.of(new NetworkReceive(BROKER, bytes)));
        return memory.answer(BROKER).orElseThrow();
    }
}
