package caravan.kafka;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ByteRateTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECONDS.toNanos(3));
    private final ByteRate rate = new ByteRate(clock::get);

    @Test
    void without_a_limit_nothing_waits() {
        rate.moved(Long.MAX_VALUE);

        assertThat(rate.waitNanos()).isZero();
        assertThat(rate.bytesPerSecond()).isZero();
    }

    @Test
    void what_was_moved_is_waited_for() {
        rate.limit(1_000);
        assertThat(rate.waitNanos()).isZero();

        rate.moved(1_500);
        assertThat(rate.waitNanos()).isEqualTo(MILLISECONDS.toNanos(1_500));

        pass(1_000);
        assertThat(rate.waitNanos()).isEqualTo(MILLISECONDS.toNanos(500));

        pass(500);
        assertThat(rate.waitNanos()).isZero();
    }

    @Test
    void a_piece_larger_than_a_second_goes_and_what_comes_after_it_waits() {
        rate.limit(1);
        assertThat(rate.waitNanos()).isZero();

        rate.moved(1 << 20);

        assertThat(rate.waitNanos()).isEqualTo(SECONDS.toNanos(1 << 20));
    }

    @Test
    void an_hour_without_anything_is_not_made_up_for() {
        rate.limit(1_000);
        pass(3_600_000);

        rate.moved(1_250);

        assertThat(rate.waitNanos()).isEqualTo(MILLISECONDS.toNanos(1_000));
    }

    @Test
    void another_limit_holds_for_what_was_moved_before() {
        rate.limit(1_000);
        rate.moved(10_000);

        rate.limit(10_000);
        assertThat(rate.waitNanos()).isEqualTo(MILLISECONDS.toNanos(1_000));

        rate.limit(0);
        assertThat(rate.waitNanos()).isZero();

        rate.limit(1_000);
        assertThat(rate.waitNanos()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> rate.limit(-1));
        assertThat(rate.bytesPerSecond()).isEqualTo(1_000);
    }

    @Property
    void over_time_no_more_is_moved_than_the_limit_and_no_less(
            @ForAll @LongRange(min = 1, max = 10_000_000_000L) long limit,
            @ForAll @Size(min = 1, max = 50) List<@IntRange(min = 1, max = 5_000_000) Integer> pieces) {
        AtomicLong nanos = new AtomicLong();
        ByteRate limited = new ByteRate(nanos::get);
        limited.limit(limit);
        long moved = 0;
        for (int piece : pieces) {
            nanos.addAndGet(limited.waitNanos());
            // Each piece goes when those before it are paid for; a wait is of whole nanoseconds.
            double paid = nanos.get() / 1e9 * limit;
            assertThat((double) moved).isCloseTo(paid, offset(1e-6 * paid + limit / 1e9));
            limited.moved(piece);
            moved += piece;
        }
    }

    @Test
    void those_who_wait_go_one_after_the_other_as_time_passes() throws Exception {
        rate.limit(1_000);
        rate.await(1_000);
        List<Integer> gone = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(awaits(gone, i));
        }

        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        pass(1_000);
        Awaitility.await().until(() -> gone.size() == 1);
        pass(1_000);
        Awaitility.await().until(() -> gone.size() == 2);
        assertThat(waiting).filteredOn(CompletableFuture::isDone).hasSizeLessThan(3);

        // The last one does not wait for a limit that is none any more.
        rate.limit(0);
        Awaitility.await().until(() -> gone.size() == 3);
    }

    private CompletableFuture<Void> awaits(List<Integer> gone, int number) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                rate.await(1_000);
                gone.add(number);
                done.complete(null);
            } catch (InterruptedException e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    @Test
    void a_wait_ends_with_its_thread() throws Exception {
        rate.limit(1);
        rate.await(1_000_000);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                rate.await(1);
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        thread.start();

        thread.interrupt();

        assertThat(interrupted.get(10, SECONDS)).isTrue();
    }

    private void pass(long millis) {
        clock.addAndGet(MILLISECONDS.toNanos(millis));
    }
}
