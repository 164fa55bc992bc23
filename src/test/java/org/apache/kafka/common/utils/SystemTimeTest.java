package org.apache.kafka.common.utils;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
    private static final long HOUR = 3_600_000;

    private final AtomicLong timeOfDay = new AtomicLong(1_000 * HOUR);
    private final SystemTime time = new SystemTime(timeOfDay::get);

    @Test
    void aClockThatIsSetBackGoesOnForKafkasClients() {
        Timer timer = time.timer(10_000);

        timeOfDay.addAndGet(-HOUR);
        timer.update();
        assertThat(timer.remainingMs()).isEqualTo(10_000);
        timeOfDay.addAndGet(4_000);
        timer.update();
        assertThat(timer.remainingMs()).isEqualTo(6_000);

        timeOfDay.addAndGet(-48 * HOUR);
        timer.update();
        timeOfDay.addAndGet(6_000);
        timer.update();
        assertThat(timer.isExpired()).isTrue();
    }

    @Test
    void aClockThatIsSetForwardIsFollowed() {
        long before = time.milliseconds();

        timeOfDay.addAndGet(HOUR);

        assertThat(time.milliseconds() - before).isEqualTo(HOUR);
    }

    @Test
    void correctionsOfLessThanASecondAreNotCountedUp() {
        long before = time.milliseconds();

        for (int i = 0; i < 10; i++) {
            timeOfDay.addAndGet(-500);
            time.milliseconds();
            timeOfDay.addAndGet(500);
        }

        assertThat(time.milliseconds()).isEqualTo(before);
    }

    @Test
    void kafkasClientsUseIt() {
        assertThat(Time.SYSTEM).isSameAs(SystemTime.getSystemTime());
        assertThat(SystemTime.class.getProtectionDomain().getCodeSource())
                .isNotEqualTo(Timer.class.getProtectionDomain().getCodeSource());
    }
}
