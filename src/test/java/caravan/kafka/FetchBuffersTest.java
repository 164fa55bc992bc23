package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.kafka.FetchBuffers.Piece;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What waits to be handed out, and what is dropped. */
class FetchBuffersTest {
    private static final TopicPartition ZERO = new TopicPartition("orders", 0);
    private static final TopicPartition ONE = new TopicPartition("orders", 1);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final FetchBuffers buffers = new FetchBuffers();

    @Test
    void whatComesUnderAnEarlierNumberIsDropped() throws InterruptedException {
        // Given
        buffers.begin(ZERO, 1);
        buffers.add(ZERO, 1, piece(0, 10));
        buffers.begin(ZERO, 2);

        // When: it was on its way when the partition began again
        buffers.add(ZERO, 1, piece(10, 10));
        buffers.add(ZERO, 2, piece(5, 10));

        // Then
        assertThat(buffers.take(Set.of(ZERO), Duration.ZERO).get(ZERO).from()).isEqualTo(5);
        assertThat(buffers.take(Set.of(ZERO), Duration.ZERO)).isEmpty();
    }

    @Test
    void whatComesOfAPartitionThatEndedIsDropped() throws InterruptedException {
        // Given
        buffers.begin(ZERO, 1);
        buffers.end(ZERO);

        // When
        buffers.add(ZERO, 1, piece(0, 10));

        // Then
        assertThat(buffers.take(Set.of(ZERO), Duration.ZERO)).isEmpty();
        assertThat(buffers.bytes()).isZero();
    }

    @Test
    void piecesComeInOrderAndOnlyOfThePartitionsThatAreWanted() throws InterruptedException {
        // Given
        buffers.begin(ZERO, 1);
        buffers.begin(ONE, 2);
        buffers.add(ZERO, 1, piece(0, 10));
        buffers.add(ZERO, 1, piece(10, 10));
        buffers.add(ONE, 2, piece(70, 10));

        // Then
        for (long from : List.of(0L, 10L)) {
            Map<TopicPartition, Piece> taken = buffers.take(Set.of(ZERO), Duration.ZERO);
            assertThat(taken).containsOnlyKeys(ZERO);
            assertThat(taken.get(ZERO).from()).isEqualTo(from);
        }
        assertThat(buffers.bytes(ONE)).isEqualTo(10);
    }

    @Test
    void bytesAreThoseThatWait() throws InterruptedException {
        // Given
        buffers.begin(ZERO, 1);
        buffers.begin(ONE, 2);
        buffers.add(ZERO, 1, piece(0, 10));
        buffers.add(ONE, 2, piece(0, 7));
        assertThat(buffers.bytes()).isEqualTo(17);

        // When
        buffers.take(Set.of(ZERO), Duration.ZERO);

        // Then
        assertThat(buffers.bytes(ZERO)).isZero();
        assertThat(buffers.bytes()).isEqualTo(7);

        // When
        buffers.begin(ONE, 3);

        // Then
        assertThat(buffers.bytes()).isZero();
    }

    @Test
    void aFailureIsToldOnceAndTakesNothingWithIt() throws InterruptedException {
        // Given
        buffers.begin(ZERO, 1);
        buffers.add(ZERO, 1, piece(0, 10));
        buffers.fail(new KafkaException("away"));

        // Then
        assertThatThrownBy(() -> buffers.take(Set.of(ZERO), Duration.ZERO)).hasMessage("away");
        assertThat(buffers.take(Set.of(ZERO), Duration.ZERO)).containsOnlyKeys(ZERO);
    }

    @Test
    void aWaitEndsWhenThereIsSomethingElseToDo() {
        // Given
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(
                () -> assertThatCode(() -> buffers.take(Set.of(ZERO), LONG)).doesNotThrowAnyException());

        // When
        buffers.nudge();

        // Then
        assertThat(waiting).succeedsWithin(LONG.dividedBy(3));
    }

    private static Piece piece(long from, int bytes) {
        return Piece.of(from, new ChunkSource.Fetched(from + 10, 0, ByteBuffer.allocate(bytes), LogView.NONE));
    }
}
