package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of steps, and of those who wait for them. */
class SpoolWritersTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int ALL_ROOM = Integer.MAX_VALUE;

    private final SpoolWriters writers = new SpoolWriters(1);
    private final CountDownLatch disk = new CountDownLatch(1);

    @AfterEach
    void close() {
        disk.countDown();
        writers.close();
    }

    @Test
    void whatIsLeftWhenItClosesIsNotWrittenAndNobodyWaitsForIt() {
        // Given
        CompletableFuture<Void> running = after(CompletableFuture.completedFuture(null), this::waitForTheDisk);
        CompletableFuture<Void> waiting = after(CompletableFuture.completedFuture(null), () -> {});
        CompletableFuture<Void> behind = after(running, () -> {});

        // When
        writers.close();

        // Then
        assertThat(waiting).failsWithin(SOON);
        assertThat(running).failsWithin(SOON);
        assertThat(behind).failsWithin(SOON);
        assertThat(after(CompletableFuture.completedFuture(null), () -> {})).isCompletedExceptionally();
    }

    @Test
    void whoWaitsForRoomGetsItWhenItCloses() {
        // Given
        after(CompletableFuture.completedFuture(null), this::waitForTheDisk);
        writers.take(ALL_ROOM);
        writers.after(CompletableFuture.completedFuture(null), ALL_ROOM, () -> {});
        CompletableFuture<Void> room = CompletableFuture.runAsync(() -> writers.take(ALL_ROOM));
        assertThat(room).isNotDone();

        // When
        writers.close();

        // Then
        assertThat(room).succeedsWithin(SOON);
    }

    @Test
    void afterAStepThatFailedNoneIsDone() {
        // Given
        CompletableFuture<Void> failed = after(CompletableFuture.completedFuture(null), () -> {
            throw new IllegalStateException("the disk is full");
        });
        CompletableFuture<Boolean> written = new CompletableFuture<>();

        // When
        CompletableFuture<Void> behind = after(failed, () -> written.complete(true));

        // Then
        assertThat(behind).failsWithin(SOON).withThrowableThat().withMessageContaining("the disk is full");
        assertThat(written).isNotDone();
    }

    private CompletableFuture<Void> after(CompletableFuture<Void> before, Runnable step) {
        return writers.after(before, 0, step);
    }

    private void waitForTheDisk() {
        try {
            disk.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the disk was given up", e);
        }
    }
}
