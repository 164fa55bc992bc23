package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.OffsetRange;
import caravan.archive.RecordBatches;
import caravan.kafka.ChunkSource.Fetched;
import caravan.kafka.LogView.Missing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.EndTransactionMarker;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backup keeps of the batches in a FetchResponse. */
class FetchedBatchesTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final int EPOCH = 7;

    private final List<ByteBuffer> log = new ArrayList<>();
    private final List<AbortedTransaction> aborted = new ArrayList<>();
    private long end;

    @Test
    void batchesOfOrdinaryRecordsAreNotCopied() {
        // Given
        ordinary(3);
        ordinary(2);

        // When
        PartitionData data = data();
        Fetched fetched =
                FetchedBatches.of(PARTITION, 0, data, Optional.empty()).orElseThrow();

        // Then
        MemoryRecords source = (MemoryRecords) data.records();
        assertThat(fetched.batches()).isEqualTo(source.buffer());
        assertThat(fetched.batches().array()).isSameAs(source.buffer().array());
        assertThat(fetched.next()).isEqualTo(5);
        assertThat(fetched.epoch()).isEqualTo(EPOCH);
    }

    @Test
    void aSmallPartOfAResponseDoesNotKeepTheRestInMemory() {
        // Given
        ordinary(3);
        PartitionData data = data();
        ByteBuffer records = ((MemoryRecords) data.records()).buffer();
        ByteBuffer response = ByteBuffer.allocate(records.remaining() * 10);
        response.position(records.remaining()).put(records.duplicate()).flip().position(records.remaining());
        data.setRecords(MemoryRecords.readableRecords(response.slice()));

        // When
        ByteBuffer batches = FetchedBatches.of(PARTITION, 0, data, Optional.empty())
                .orElseThrow()
                .batches();

        // Then
        assertThat(batches).isEqualTo(records);
        assertThat(batches.array()).hasSameSizeAs(new byte[records.remaining()]);
    }

    @Test
    void aTransactionWhoseAbortedRecordsWereFetchedBeforeEndsWithItsMarker() {
        // Given
        transactional(17, 2);
        marker(17, ControlRecordType.ABORT);
        transactional(17, 3);
        marker(17, ControlRecordType.COMMIT);
        abort(17, 0);

        // Then
        assertThat(offsets(fetched(2))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void batchesThatOverlapAreNotTaken() {
        // Given
        ordinary(3);
        end = 2;
        ordinary(3);

        // Then
        assertThatThrownBy(() -> fetched(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begins before the end of the one before it, 3");
    }

    @Test
    void whatLiesBeforeThePositionIsLeftOutAndABatchAcrossItIsWhole() {
        // Given
        ordinary(3);
        ordinary(4);

        // Then
        assertThat(offsets(fetched(4))).containsExactly(3L, 4L, 5L, 6L);
        assertThat(fetched(4).next()).isEqualTo(7);
    }

    @Test
    void recordsOfAnAbortedTransactionAndMarkersAreCoveredButNotKept() {
        // Given: as in a log "0 1-2 | 3ok 4AB 5ok 6AB 7COMMIT 8ABORT 9AB 10ABORT"
        ordinary(1);
        ordinary(2);
        transactional(100, 1);
        transactional(17, 1);
        transactional(100, 1);
        transactional(17, 1);
        marker(100, ControlRecordType.COMMIT);
        marker(17, ControlRecordType.ABORT);
        transactional(17, 1);
        marker(17, ControlRecordType.ABORT);
        abort(17, 4);
        abort(17, 9);

        // Then
        assertThat(offsets(fetched(0))).containsExactly(0L, 1L, 2L, 3L, 5L);
        assertThat(fetched(0).next()).isEqualTo(11);

        // When: a later fetch begins inside of the transactions
        aborted.remove(0);
        assertThat(offsets(fetched(8))).isEmpty();
        assertThat(fetched(8).next()).isEqualTo(11);
    }

    @Test
    void aProducerCanCommitAfterItAborted() {
        // Given
        transactional(17, 2);
        marker(17, ControlRecordType.ABORT);
        transactional(17, 3);
        marker(17, ControlRecordType.COMMIT);
        abort(17, 0);

        // Then
        assertThat(offsets(fetched(0))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void aBatchOfAnAbortedProducersOrdinaryRecordsIsKept() {
        // Given
        transactional(17, 1);
        idempotent(17, 2);
        marker(17, ControlRecordType.ABORT);
        abort(17, 0);

        // Then
        assertThat(offsets(fetched(0))).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 21, 25, 43, 61, 70})
    void aFlippedBitIsFoundWhereverItIs(int position) {
        // Given
        ordinary(3);
        ByteBuffer batch = log.get(0);
        batch.put(position, (byte) (batch.get(position) ^ 4));

        // Then
        assertThatThrownBy(() -> fetched(0)).isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void whatLiesBeforeADamagedBatchIsGood() {
        // Given
        ordinary(3);
        ordinary(3);
        ordinary(3);
        log.get(1).put(70, (byte) 99);

        // Then
        assertThat(offsets(fetched(0))).containsExactly(0L, 1L, 2L);
        assertThat(fetched(0).next()).isEqualTo(3);
        assertThatThrownBy(() -> fetched(3)).isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void aBatchThatIsCutOffIsFetchedAgain() {
        // Given
        ordinary(3);
        ordinary(3);
        ByteBuffer last = log.remove(1);
        log.add(last.limit(last.limit() - 1));

        // Then
        assertThat(fetched(0).next()).isEqualTo(3);
        assertThatThrownBy(() -> {
                    log.remove(0);
                    fetched(3);
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no whole batch");
    }

    @Test
    void nothingFetchedIsNothing() {
        assertThat(FetchedBatches.of(PARTITION, 5, data(), Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void batchesOfOldFormatsAreMadeNew(byte magic) {
        // Given
        old(magic, Compression.NONE, 3);
        old(magic, Compression.gzip().build(), 2);
        ordinary(1);

        // Then
        assertThat(offsets(fetched(4))).containsExactly(4L, 5L);

        // When
        Fetched fetched = fetched(1);

        // Then
        assertThat(offsets(fetched)).containsExactly(1L, 2L, 3L, 4L, 5L);
        MemoryRecords.readableRecords(fetched.batches()).batches().forEach(batch -> assertThat(batch.magic())
                .isEqualTo(RecordBatch.MAGIC_VALUE_V2));
        assertThat(RecordBatches.records(fetched.batches(), 0, 3))
                .allSatisfy(record -> assertThat(record.timestamp()).isEqualTo(magic == 0 ? -1 : 1_000));
    }

    @Test
    void ofALogThatWasNotCompactedNothingIsMissing() {
        // Given: markers and aborted records have offsets, too
        ordinary(3);
        transactional(17, 2);
        marker(17, ControlRecordType.ABORT);
        idempotent(18, 2);
        old(RecordBatch.MAGIC_VALUE_V1, Compression.gzip().build(), 2);
        abort(17, 3);

        // Then
        assertThat(missing(0)).isEmpty();
        assertThat(missing(4)).isEmpty();
    }

    @Test
    void whatTheLogCleanerTookAwayIsMissing() {
        // Given: offsets 5 and 6 between two batches, 8, 10 and 11 in one
        ordinary(5);
        end = 7;
        cleaned(7, 11, 7, 9);

        // Then
        assertThat(missing(0)).contains(new OffsetRange(5, 7));
        assertThat(missing(7)).contains(new OffsetRange(8, 9));
        assertThat(missing(9)).contains(new OffsetRange(10, 12));
        assertThat(missing(10)).contains(new OffsetRange(10, 12));
    }

    @Test
    void whatIsMissingHasTheEpochOfWhatLiesBeforeIt() {
        // Given
        ordinary(3);
        end = 5;
        cleaned(5, 9, 6, 9);

        // Then
        assertThat(fetched(0).view().missing()).contains(new Missing(new OffsetRange(3, 5), EPOCH));
        assertThat(fetched(5).view().missing()).contains(new Missing(new OffsetRange(5, 6), EPOCH));

        // When: it is the first that comes
        Fetched first = fetched(3);

        // Then: nobody knows but who asked for it
        assertThat(first.view().missing()).contains(new Missing(new OffsetRange(3, 5), -1));
        assertThat(first.seen(0, 0, 3, Optional.of(4)).view().missing())
                .contains(new Missing(new OffsetRange(3, 5), 4));
    }

    @Test
    void aBatchThatWasEmptiedIsMissingAsAWhole() {
        // Given: the cleaner keeps the last batch of a producer, though nothing is in it
        ordinary(2);
        cleaned(2, 6);

        // Then
        assertThat(missing(0)).contains(new OffsetRange(2, 7));
        assertThat(fetched(0).next()).isEqualTo(7);
    }

    @Test
    void theLogEndsWhereWhatIsCommittedEnds() {
        assertThat(FetchedBatches.end(data().setHighWatermark(20).setLastStableOffset(15)))
                .isEqualTo(15);
        assertThat(FetchedBatches.end(data().setHighWatermark(20))).isEqualTo(20);
        assertThat(FetchedBatches.end(data().setHighWatermark(-1))).isEqualTo(Long.MAX_VALUE);
    }

    private Optional<OffsetRange> missing(long position) {
        return fetched(position).view().missing().map(LogView.Missing::offsets);
    }

    private Fetched fetched(long position) {
        return FetchedBatches.of(PARTITION, position, data(), Optional.empty()).orElseThrow();
    }

    private PartitionData data() {
        ByteBuffer all =
                ByteBuffer.allocate(log.stream().mapToInt(ByteBuffer::remaining).sum());
        log.forEach(batch -> all.put(batch.duplicate()));
        return new PartitionData()
                .setRecords(MemoryRecords.readableRecords(all.flip()))
                .setAbortedTransactions(aborted);
    }

    private static List<Long> offsets(Fetched fetched) {
        return StreamSupport.stream(
                        RecordBatches.records(fetched.batches(), 0, Long.MAX_VALUE)
                                .spliterator(),
                        false)
                .map(record -> record.offset())
                .toList();
    }

    private void ordinary(int records) {
        add(records, MemoryRecords.withRecords(end, Compression.NONE, EPOCH, records(records)));
    }

    private void idempotent(long producer, int records) {
        add(
                records,
                MemoryRecords.withIdempotentRecords(
                        end, Compression.NONE, producer, (short) 0, 0, EPOCH, records(records)));
    }

    private void transactional(long producer, int records) {
        add(
                records,
                MemoryRecords.withTransactionalRecords(
                        end, Compression.NONE, producer, (short) 0, 0, EPOCH, records(records)));
    }

    /** A batch as the log cleaner leaves it: its borders as they were, of its records those at these offsets. */
    private void cleaned(long base, long last, long... kept) {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        if (kept.length == 0) {
            DefaultRecordBatch.writeEmptyHeader(
                    bytes,
                    RecordBatch.MAGIC_VALUE_V2,
                    17,
                    (short) 0,
                    0,
                    base,
                    last,
                    EPOCH,
                    TimestampType.CREATE_TIME,
                    1_000,
                    false,
                    false);
            add((int) (last + 1 - end), MemoryRecords.readableRecords(bytes.flip()));
            return;
        }
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                bytes,
                RecordBatch.MAGIC_VALUE_V2,
                Compression.gzip().build(),
                TimestampType.CREATE_TIME,
                base,
                0,
                EPOCH);
        for (long offset : kept) {
            builder.appendWithOffset(offset, records(1)[0]);
        }
        builder.overrideLastOffset(last);
        add((int) (last + 1 - end), builder.build());
    }

    private void marker(long producer, ControlRecordType type) {
        add(
                1,
                MemoryRecords.withEndTransactionMarker(
                        end, 1_000, EPOCH, producer, (short) 0, new EndTransactionMarker(type, 0)));
    }

    private void old(byte magic, Compression compression, int records) {
        add(records, MemoryRecords.withRecords(magic, end, compression, TimestampType.CREATE_TIME, records(records)));
    }

    private void abort(long producer, long firstOffset) {
        aborted.add(new AbortedTransaction().setProducerId(producer).setFirstOffset(firstOffset));
    }

    private void add(int records, MemoryRecords batch) {
        ByteBuffer copy = ByteBuffer.wrap(Arrays.copyOf(batch.buffer().array(), batch.sizeInBytes()));
        log.add(copy);
        end += records;
    }

    private static SimpleRecord[] records(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(1_000, ("key " + i).getBytes(), ("value " + i).getBytes()))
                .toArray(SimpleRecord[]::new);
    }
}
