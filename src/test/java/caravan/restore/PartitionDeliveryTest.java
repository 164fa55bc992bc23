package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ObjectKey;
import caravan.kafka.Chunk;
import caravan.kafka.PendingChunk;
import caravan.kafka.Rebatcher;
import caravan.restore.RestorePlan.ObjectPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What is counted, and what is waited for, while chunks are on their way. */
class PartitionDeliveryTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final RestoreProgress progress = new RestoreProgress();
    private final List<Long> compared = new ArrayList<>();
    private final PartitionDelivery delivery = delivery(0, Long.MAX_VALUE);
    private final ObjectPlan object = object(0, 10);

    @Test
    void countedIsOnlyWhatIsAcknowledged() throws InterruptedException {
        // Given
        PendingChunk first = delivery.begin(object, chunk(0, 10)).orElseThrow();
        PendingChunk second = delivery.begin(object, chunk(1, 10)).orElseThrow();
        delivery.read(object);

        // When
        first.acknowledged().complete(null);

        // Then
        assertThat(progress.records()).isEqualTo(1);
        assertThat(progress.objects()).as("a chunk is on its way").isZero();

        // When
        second.acknowledged().complete(null);

        // Then
        assertThat(progress.records()).isEqualTo(2);
        assertThat(progress.objects()).isEqualTo(1);
    }

    @Test
    void eachChunkKnowsWhereItsFirstRecordMustComeToLie() throws InterruptedException {
        // When
        PendingChunk first = delivery.begin(object, chunk(0, 10)).orElseThrow();
        PendingChunk second = delivery.begin(object, chunk(5, 10)).orElseThrow();

        // Then
        assertThat(first.at()).hasValue(7);
        assertThat(second.at()).hasValue(8);
    }

    @Test
    void anObjectThatIsStillReadIsNotRestored() throws InterruptedException {
        // When
        delivery.begin(object, chunk(0, 10)).orElseThrow().acknowledged().complete(null);

        // Then
        assertThat(progress.objects()).isZero();
    }

    @Test
    void theNextObjectIsReadWhileTheLastIsOnItsWay() throws InterruptedException {
        // Given
        ObjectPlan next = object(10, 20);
        PendingChunk last = delivery.begin(object, chunk(0, 10)).orElseThrow();
        delivery.read(object);

        // When
        delivery.begin(next, chunk(10, 10)).orElseThrow().acknowledged().complete(null);
        delivery.read(next);

        // Then
        assertThat(progress.objects()).isEqualTo(1);
        last.acknowledged().complete(null);
        assertThat(progress.objects()).isEqualTo(2);
    }

    @Test
    void whatIsReadAheadIsBounded() throws InterruptedException {
        // Given
        PendingChunk large = delivery.begin(object, chunk(0, PartitionDelivery.WINDOW_BYTES + 1))
                .orElseThrow();

        // When
        CompletableFuture<PendingChunk> next = CompletableFuture.supplyAsync(() -> begin(chunk(1, 10)));

        // Then
        assertThat(next).satisfies(waiting -> assertThat(waiting).isNotDone());
        large.acknowledged().complete(null);
        assertThat(next).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void itWaitsForTheLastAcknowledgement() throws InterruptedException {
        // Given
        PendingChunk chunk = delivery.begin(object, chunk(0, 10)).orElseThrow();
        CompletableFuture<Void> all = CompletableFuture.runAsync(() -> {
            try {
                delivery.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        // Then
        assertThat(all).isNotDone();
        chunk.acknowledged().complete(null);
        assertThat(all).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void afterAFailureNothingFollowsAndNothingIsComplete() throws InterruptedException {
        // Given
        PendingChunk chunk = delivery.begin(object, chunk(0, 10)).orElseThrow();
        delivery.read(object);

        // When
        chunk.acknowledged().completeExceptionally(new KafkaException("refused"));

        // Then
        assertThat(progress.records()).isZero();
        assertThat(progress.objects()).isZero();
        assertThatThrownBy(() -> delivery.begin(object, chunk(1, 10)).orElseThrow())
                .hasRootCauseMessage("refused");
        assertThatThrownBy(delivery::await)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("refused");
    }

    @Test
    void whatTheTargetHoldsIsNotSentAgainAndTheLastOfItIsCompared() throws InterruptedException {
        // Given: an earlier run wrote three records
        PartitionDelivery resumed = delivery(3, Long.MAX_VALUE);

        // When
        Optional<PendingChunk> first = resumed.begin(object, chunk(0, 10));
        Optional<PendingChunk> across = resumed.begin(object, records(1, 5));

        // Then
        assertThat(first).isEmpty();
        assertThat(compared).containsExactly(2L);
        assertThat(across.orElseThrow().chunk())
                .extracting(Chunk::from, Chunk::next)
                .containsExactly(3L, 5L);
        assertThat(across.get().at()).hasValue(10);
        assertThat(across.get().sequence()).isEqualTo(3);
        assertThat(progress.records()).isEqualTo(3);
    }

    @Test
    void anObjectThatTheTargetHoldsWithOthersBehindItIsNotRead() throws InterruptedException {
        // Given
        PartitionDelivery resumed = delivery(12, Long.MAX_VALUE);

        // Then: of the second one the last record is still to be compared
        assertThat(resumed.wanted(object, true)).isFalse();
        assertThat(resumed.wanted(object(10, 12), true)).isTrue();
        assertThat(progress.records()).isEqualTo(10);
        assertThat(progress.objects()).isEqualTo(1);
    }

    @Test
    void whereAKeyDoesNotTellHowManyRecordsAreDeliveredAnObjectIsRead() {
        assertThat(delivery(12, Long.MAX_VALUE).wanted(object, false)).isTrue();
    }

    @Test
    void aTargetThatHoldsMoreThanThePlanIsNoticed() throws InterruptedException {
        // Given
        PartitionDelivery resumed = delivery(4, Long.MAX_VALUE);
        resumed.begin(object, records(0, 3));
        resumed.read(object);

        // Then
        assertThatThrownBy(resumed::await)
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining("holds 4 records, and the restore wrote 3 of them at most");
    }

    @Test
    void nothingIsDeliveredBeyondTheLimit() throws InterruptedException {
        // Given
        PartitionDelivery limited = delivery(0, 2);

        // When
        PendingChunk cut = limited.begin(object, records(0, 5)).orElseThrow();

        // Then
        assertThat(cut.chunk().next()).isEqualTo(2);
        assertThat(limited.begin(object, records(5, 7))).isEmpty();
        assertThat(limited.wanted(object(10, 20), true)).isFalse();
    }

    @Test
    void sequenceNumbersBeginAnewBehindTheLargest() {
        assertThat(PartitionTarget.sequence(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(PartitionTarget.sequence(Integer.MAX_VALUE + 1L)).isZero();
        assertThat(PartitionTarget.sequence(5_000_000_000L))
                .isEqualTo(DefaultRecordBatch.incrementSequence(
                        DefaultRecordBatch.incrementSequence(
                                DefaultRecordBatch.incrementSequence(0, 2_000_000_000), 2_000_000_000),
                        1_000_000_000));
    }

    private PartitionDelivery delivery(long there, long limit) {
        return new PartitionDelivery(
                progress, PARTITION, new PartitionTarget(7, there), limit, record -> compared.add(record.offset()));
    }

    private PendingChunk begin(Chunk chunk) {
        try {
            return delivery.begin(object, chunk).orElseThrow();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectPlan object(long from, long next) {
        ObjectKey key = new ObjectKey(from, next, 0, next - from, 1_000, 1_000);
        return new ObjectPlan(key.fileName(), 1, key, Uuid.ONE_UUID, PARTITION, PARTITION, from, next);
    }

    private static Chunk chunk(long offset, int valueBytes) {
        Rebatcher batches = Rebatcher.sized(100);
        batches.add(offset, 1_000, TimestampType.CREATE_TIME, 0, null, new byte[valueBytes], new Header[0]);
        return new Chunk(PARTITION, Uuid.ONE_UUID, 0, offset, offset + 1, -1, batches.finish(), false);
    }

    private static Chunk records(long from, long next) {
        Rebatcher batches = Rebatcher.sized(100);
        for (long offset = from; offset < next; offset++) {
            batches.add(offset, 1_000, TimestampType.CREATE_TIME, 0, null, new byte[10], new Header[0]);
        }
        return new Chunk(PARTITION, Uuid.ONE_UUID, 0, from, next, -1, batches.finish(), false);
    }
}
