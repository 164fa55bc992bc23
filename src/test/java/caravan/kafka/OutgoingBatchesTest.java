package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.EndTransactionMarker;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutgoingBatchesTest {
    private static final int LARGE = 2_000;
    private static final int HEADER_BYTES = 61;

    private final OutgoingBatches batches =
            new OutgoingBatches(Compression.zstd().build(), 1 << 20, false);

    @Test
    void aBatchGoesByteForByteButForItsHeader() {
        // Given
        Chunk chunk = new TestChunks()
                .transactional()
                .batch(CompressionType.LZ4, LARGE, 40, 20)
                .chunk(40, 60);

        // When
        OutgoingBatch only = only(batches.of(chunk));
        only.stamp(12, (short) 3, 99);

        // Then
        RecordBatch sent = batch(only);
        assertThat(body(only)).isEqualTo(slice(chunk.batches(), HEADER_BYTES));
        assertThat(sent.isValid()).isTrue();
        assertThat(sent.baseOffset()).isZero();
        assertThat(sent.lastOffset()).isEqualTo(19);
        assertThat(sent.partitionLeaderEpoch()).isEqualTo(-1);
        assertThat(sent.producerId()).isEqualTo(12);
        assertThat(sent.producerEpoch()).isEqualTo((short) 3);
        assertThat(sent.baseSequence()).isEqualTo(99);
        assertThat(sent.isTransactional()).isFalse();
        assertThat(sent.compressionType()).isEqualTo(CompressionType.LZ4);
        assertThat(only.records()).isEqualTo(20);
    }

    @Test
    void theChunkItselfStaysAsItIs() {
        // Given
        Chunk chunk =
                new TestChunks().batch(CompressionType.ZSTD, LARGE, 40, 20).chunk(40, 60);
        byte[] before = slice(chunk.batches(), 0);

        // When
        batches.of(chunk).forEach(batch -> batch.stamp(1, (short) 0, 0));

        // Then
        assertThat(slice(chunk.batches(), 0)).isEqualTo(before);
    }

    @Test
    void aDamagedBatchIsRefusedWithAllBatchesOfItsChunk() {
        // Given
        Chunk chunk = new TestChunks()
                .batch(CompressionType.NONE, LARGE, 0, 20)
                .batch(CompressionType.NONE, LARGE, 20, 20)
                .chunk();
        int last = chunk.batches().limit() - 1;
        chunk.batches().put(last, (byte) (chunk.batches().get(last) ^ 1));

        // Then
        assertThatThrownBy(() -> batches.of(chunk))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("batch at offset 20 of orders-3");
    }

    @ParameterizedTest
    @CsvSource({"10, 25", "10, 30", "0, 25"})
    void aBatchThatTheChunksRangeCutsIsPackedAgain(long from, long next) {
        // Given
        Chunk chunk = new TestChunks().batch(CompressionType.GZIP, LARGE, 0, 30).chunk(from, next);

        // When
        OutgoingBatch only = only(batches.of(chunk));

        // Then
        assertSameRecords(List.of(only), chunk);
        assertThat(batch(only).compressionType()).isEqualTo(CompressionType.ZSTD);
        assertThat(only.records()).isEqualTo((int) (next - from));
    }

    @Test
    void aBatchWhoseBaseTimestampIsADeadlineKeepsItsRecordsTimes() {
        // Given: as the cleaner writes it, when a tombstone is to go
        Chunk chunk = new TestChunks()
                .deleteHorizon(TestChunks.TIME + 86_400_000)
                .batch(CompressionType.NONE, LARGE, 0, 20)
                .chunk();

        // When
        OutgoingBatch only = only(batches.of(chunk));

        // Then
        assertThat(batch(only).deleteHorizonMs()).isEmpty();
        assertSameRecords(List.of(only), chunk);
        assertThat(only.content().records()).extracting(Record::timestamp).containsOnly(TestChunks.TIME);
    }

    @Test
    void aTransactionsMarkerIsNotSent() {
        // Given
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                0, TestChunks.TIME, 9, 4_711, (short) 5, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        Chunk chunk = new Chunk(TestChunks.SOURCE, Uuid.ONE_UUID, 0, 0, 1, 9, marker.buffer(), false);

        // Then
        assertThat(batches.of(chunk)).isEmpty();
    }

    @Test
    void aBatchWithHolesIsPackedAgainWithoutThem() {
        // Given
        Chunk chunk = new TestChunks()
                .batch(CompressionType.NONE, 20_000, 0, 3, 4, 9)
                .batch(CompressionType.NONE, 20_000, 10L, 11L)
                .chunk();

        // When
        List<OutgoingBatch> sent = batches.of(chunk);

        // Then
        assertThat(sent).extracting(OutgoingBatch::records).containsExactly(4, 2);
        assertThat(batch(sent.get(0)).lastOffset()).isEqualTo(3);
        assertThat(batch(sent.get(1)).compressionType()).isEqualTo(CompressionType.NONE);
        assertSameRecords(sent, chunk);
    }

    @Test
    void theBrokersTimeBecomesTheRecordsOwn() {
        // Given
        Chunk chunk = new TestChunks()
                .logAppendTime()
                .batch(CompressionType.ZSTD, LARGE, 0, 20)
                .chunk();

        // When
        OutgoingBatch only = only(batches.of(chunk));

        // Then
        assertThat(batch(only).timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertSameRecords(List.of(only), chunk);
    }

    @Test
    void recordsWithoutATimestampStayWithoutOne() {
        // Given
        Chunk chunk = new TestChunks()
                .timestamp(-1)
                .batch(CompressionType.NONE, 10, 0, 2)
                .batch(CompressionType.NONE, 10, 2, 2)
                .chunk();

        // When
        OutgoingBatch only = only(batches.of(chunk));

        // Then
        assertThat(only.content().records()).extracting(Record::timestamp).containsOnly(-1L);
        assertSameRecords(List.of(only), chunk);
    }

    @Test
    void smallBatchesAreMergedAndLargeOnesBetweenThemAreNot() {
        // Given
        TestChunks many = new TestChunks();
        for (int i = 0; i < 50; i++) {
            many.batch(CompressionType.NONE, 100, i * 3L, 3);
        }
        Chunk chunk = many.batch(CompressionType.LZ4, LARGE, 150, 20)
                .batch(CompressionType.NONE, 100, 170, 3)
                .chunk();

        // When
        List<OutgoingBatch> sent = batches.of(chunk);

        // Then
        assertThat(sent).extracting(OutgoingBatch::records).containsExactly(150, 20, 3);
        assertThat(sent)
                .extracting(outgoing -> batch(outgoing).compressionType())
                .containsExactly(CompressionType.ZSTD, CompressionType.LZ4, CompressionType.NONE);
        assertSameRecords(sent, chunk);
    }

    @Test
    void newBatchesAreNoLargerThanTheyAreMeantToBe() {
        // Given
        Chunk chunk =
                new TestChunks().batch(CompressionType.NONE, 1_000, 0, 100).chunk(0, 99);

        // When
        List<OutgoingBatch> sent = new OutgoingBatches(Compression.NONE, 20_000, false).of(chunk);

        // Then
        assertThat(sent).hasSizeGreaterThan(4).allSatisfy(batch -> assertThat(batch.size())
                .isLessThan(20_000));
        assertSameRecords(sent, chunk);
    }

    @Test
    void allBatchesArePackedAgainWhereThatIsAskedFor() {
        // Given
        Chunk chunk = new TestChunks().batch(CompressionType.LZ4, LARGE, 0, 20).chunk();

        // When
        List<OutgoingBatch> sent = new OutgoingBatches(Compression.zstd().build(), 1 << 20, true).of(chunk);

        // Then
        assertThat(batch(only(sent)).compressionType()).isEqualTo(CompressionType.ZSTD);
        assertSameRecords(sent, chunk);
    }

    @Test
    void halvesHoldTheRecordsOfTheWhole() {
        // Given
        Chunk chunk = new TestChunks().batch(CompressionType.NONE, LARGE, 0, 21).chunk();

        // When
        List<OutgoingBatch> halves = batches.halves(only(batches.of(chunk)));

        // Then
        assertThat(halves).extracting(OutgoingBatch::records).containsExactly(10, 11);
        assertSameRecords(halves, chunk);
    }

    private static OutgoingBatch only(List<OutgoingBatch> sent) {
        assertThat(sent).hasSize(1);
        return sent.get(0);
    }

    private static RecordBatch batch(OutgoingBatch outgoing) {
        List<MutableRecordBatch> all = new ArrayList<>();
        outgoing.content().batches().forEach(all::add);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static byte[] body(OutgoingBatch outgoing) {
        return slice(outgoing.content().buffer(), HEADER_BYTES);
    }

    private static byte[] slice(ByteBuffer buffer, int from) {
        byte[] bytes = new byte[buffer.remaining() - from];
        buffer.get(buffer.position() + from, bytes);
        return bytes;
    }

    /** The records of the chunk's range in order, at offsets without holes from 0 in each batch. */
    private static void assertSameRecords(List<OutgoingBatch> sent, Chunk chunk) {
        List<String> records = new ArrayList<>();
        for (OutgoingBatch outgoing : sent) {
            long offset = 0;
            for (Record record : outgoing.content().records()) {
                assertThat(record.offset()).isEqualTo(offset++);
                records.add(text(record));
            }
            assertThat(outgoing.records()).isEqualTo((int) offset);
        }
        List<String> expected = new ArrayList<>();
        RecordBatches.records(chunk.batches(), chunk.from(), chunk.next())
                .forEach(record -> expected.add(text(record)));
        assertThat(records).isEqualTo(expected);
    }

    private static String text(Record record) {
        return record.timestamp() + " " + record.key().hashCode() + " "
                + record.value().hashCode() + " " + Arrays.toString(record.headers());
    }
}
