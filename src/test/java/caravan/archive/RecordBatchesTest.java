package caravan.archive;

import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.TestBatches.Rec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordBatchesTest {

    @Property(tries = 200)
    void records_are_those_in_range(
            @ForAll CompressionType codec, @ForAll @IntRange(max = 30) int from, @ForAll @IntRange(max = 30) int next) {
        ByteBuffer batches = join(
                plain().codec(codec).batch(records(0, 10)),
                plain().codec(codec).batch(records(12, 20)),
                plain().control().batch(Rec.at(20)),
                plain().codec(codec).batch(records(21, 30)));
        List<Rec> expected = new ArrayList<>(records(0, 10));
        expected.addAll(records(12, 20));
        expected.addAll(records(21, 30));
        expected.removeIf(rec -> rec.offset() < from || rec.offset() >= next);

        assertThat(records(batches, from, next)).isEqualTo(expected);
        assertThat(RecordBatches.count(batches, from, next)).isEqualTo(expected.size());
        assertThat(batches.position()).isZero();
    }

    @Property(tries = 200)
    void the_batches_within_a_range_are_those_that_reach_into_it(
            @ForAll @IntRange(max = 30) int from, @ForAll @IntRange(max = 30) int next) {
        List<ByteBuffer> batches =
                List.of(plain().batch(records(0, 10)), plain().batch(records(12, 20)), plain().batch(records(20, 30)));
        ByteBuffer behindOthers = join(plain().batch(Rec.at(0)), join(batches.toArray(ByteBuffer[]::new)));
        behindOthers.position(plain().batch(Rec.at(0)).remaining());

        ByteBuffer within = RecordBatches.within(behindOthers, from, next);

        int[][] ranges = {{0, 10}, {12, 20}, {20, 30}};
        List<ByteBuffer> expected = new ArrayList<>();
        long last = -1;
        for (int i = 0; i < ranges.length; i++) {
            if (ranges[i][0] < next && ranges[i][1] > from && from < next) {
                expected.add(batches.get(i));
                last = ranges[i][1] - 1;
            }
        }
        if (from < next) {
            assertThat(within).isEqualTo(join(expected.toArray(ByteBuffer[]::new)));
            assertThat(RecordBatches.lastOffset(within)).isEqualTo(last);
        }
    }

    @Test
    void a_record_comes_with_what_only_its_batch_knows() {
        ByteBuffer batches = join(
                plain().epoch(4).batch(Rec.at(0)),
                plain().epoch(5).logAppendTime(77).batch(Rec.at(1)));

        List<RecordBatches.Positioned> positioned = new ArrayList<>();
        RecordBatches.positioned(batches, 0, 2).forEach(positioned::add);

        assertThat(positioned).extracting(RecordBatches.Positioned::leaderEpoch).containsExactly(4, 5);
        assertThat(positioned)
                .extracting(RecordBatches.Positioned::timestampType)
                .containsExactly(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME);
        assertThat(positioned.get(1).record().timestamp()).isEqualTo(77);
    }

    @Test
    void what_is_no_batch_is_refused() {
        ByteBuffer batch = plain().batch(Rec.at(0));
        for (int length = 1; length < batch.remaining(); length++) {
            ByteBuffer cut = batch.slice(0, length);
            assertThatThrownBy(() -> RecordBatches.count(cut, 0, 1)).isInstanceOf(KafkaException.class);
        }
        ByteBuffer older = join(batch).put(16, (byte) 1);
        assertThatThrownBy(() -> RecordBatches.count(older, 0, 1))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("message format 1");
    }
}
