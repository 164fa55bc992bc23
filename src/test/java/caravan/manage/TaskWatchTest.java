package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the archive of a backup is checked. */
class TaskWatchTest {
    private static final Instant STARTED = Instant.parse("2026-11-23T08:00:00Z");

    @Test
    void aServiceThatIsStartedAnewEachDayChecksToo() {
        assertThat(TaskWatch.next(Duration.ofHours(24), Optional.empty(), STARTED))
                .contains(STARTED.plus(Duration.ofMinutes(5)));
    }

    @Test
    void aShortIntervalIsThatFromTheStartOn() {
        assertThat(TaskWatch.next(Duration.ofSeconds(1), Optional.empty(), STARTED))
                .contains(STARTED.plusSeconds(1));
    }

    @Test
    void afterACheckItIsTheInterval() {
        Instant last = STARTED.plusSeconds(300);

        assertThat(TaskWatch.next(Duration.ofHours(24), Optional.of(last), STARTED))
                .contains(last.plus(Duration.ofHours(24)));
    }

    @Test
    void withoutAnIntervalItNeverIs() {
        assertThat(TaskWatch.next(Duration.ZERO, Optional.empty(), STARTED)).isEmpty();
    }
}
