package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long the oldest offset that is not stored has been waiting. */
class LagClockTest {
    private final LagClock clock = new LagClock();

    @Test
    void whatIsStoredDoesNotWait() {
        clock.ended(10, seconds(1));

        assertThat(clock.waiting(10, seconds(5))).isZero();
        assertThat(new LagClock().waiting(0, seconds(5))).isZero();
    }

    @Test
    void anOffsetWaitsSinceTheFirstEndBehindIt() {
        clock.ended(10, seconds(1));
        clock.ended(10, seconds(2));
        clock.ended(20, seconds(3));

        assertThat(clock.waiting(0, seconds(5))).isEqualTo(Duration.ofSeconds(4));
        assertThat(clock.waiting(9, seconds(5))).isEqualTo(Duration.ofSeconds(4));
        assertThat(clock.waiting(10, seconds(5))).isEqualTo(Duration.ofSeconds(2));
        assertThat(clock.waiting(20, seconds(6))).isZero();
    }

    @Test
    void aLogThatStandsStillDoesNotBeginToWaitAgain() {
        clock.ended(10, seconds(1));
        clock.waiting(10, seconds(2));
        clock.ended(10, seconds(3));

        assertThat(clock.waiting(10, seconds(9))).isZero();
    }

    @Test
    void aLongAbsenceOfTheStoreIsRememberedFromItsBeginning() {
        for (int i = 1; i <= 100_000; i++) {
            clock.ended(i, seconds(i));
        }

        assertThat(clock.waiting(0, seconds(100_000))).isEqualTo(Duration.ofSeconds(99_999));
        assertThat(clock.waiting(50_000, seconds(100_000)))
                .isBetween(Duration.ofSeconds(49_999), Duration.ofSeconds(60_000));
        assertThat(clock.waiting(100_000, seconds(100_000))).isZero();
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
