package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ObjectKey;
import caravan.kafka.Chunk;
import caravan.kafka.PendingChunk;
import caravan.kafka.Rebatcher;
import caravan.restore.RestorePlan.ObjectPlan;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What is counted, and what is waited for, while chunks are on their way. */
class PartitionDeliveryTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final RestoreProgress progress = new RestoreProgress();
    private final PartitionDelivery delivery = new PartitionDelivery(progress, 7);
    private final ObjectPlan object = object(0, 10);

    @Test
    void countedIsOnlyWhatIsAcknowledged() throws InterruptedException {
        // Given
        PendingChunk first = delivery.begin(object, chunk(0, 10));
        PendingChunk second = delivery.begin(object, chunk(1, 10));
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
        PendingChunk first = delivery.begin(object, chunk(0, 10));
        PendingChunk second = delivery.begin(object, chunk(5, 10));

        // Then
        assertThat(first.at()).hasValue(7);
        assertThat(second.at()).hasValue(8);
    }

    @Test
    void anObjectThatIsStillReadIsNotRestored() throws InterruptedException {
        // When
        delivery.begin(object, chunk(0, 10)).acknowledged().complete(null);

        // Then
        assertThat(progress.objects()).isZero();
    }

    @Test
    void theNextObjectIsReadWhileTheLastIsOnItsWay() throws InterruptedException {
        // Given
        ObjectPlan next = object(10, 20);
        PendingChunk last = delivery.begin(object, chunk(0, 10));
        delivery.read(object);

        // When
        delivery.begin(next, chunk(10, 10)).acknowledged().complete(null);
        delivery.read(next);

        // Then
        assertThat(progress.objects()).isEqualTo(1);
        last.acknowledged().complete(null);
        assertThat(progress.objects()).isEqualTo(2);
    }

    @Test
    void whatIsReadAheadIsBounded() throws InterruptedException {
        // Given
        PendingChunk large = delivery.begin(object, chunk(0, PartitionDelivery.WINDOW_BYTES + 1));

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
        PendingChunk chunk = delivery.begin(object, chunk(0, 10));
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
        PendingChunk chunk = delivery.begin(object, chunk(0, 10));
        delivery.read(object);

        // When
        chunk.acknowledged().completeExceptionally(new KafkaException("refused"));

        // Then
        assertThat(progress.records()).isZero();
        assertThat(progress.objects()).isZero();
        assertThatThrownBy(() -> delivery.begin(object, chunk(1, 10))).hasRootCauseMessage("refused");
        assertThatThrownBy(delivery::await)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("refused");
    }

    private PendingChunk begin(Chunk chunk) {
        try {
            return delivery.begin(object, chunk);
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
}
