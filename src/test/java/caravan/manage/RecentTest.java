package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What took long to read is not read again at once. */
class RecentTest {
    private final AtomicInteger reads = new AtomicInteger();
    private final Recent<Integer> recent = new Recent<>();

    /** Takes a while. */
    private int slowly() {
        try {
            new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return reads.incrementAndGet();
    }

    @Test
    void itIsKnownForAWhileAndThenReadAgain() {
        assertThat(recent.get(this::slowly)).isEqualTo(1);
        assertThat(recent.get(this::slowly)).isEqualTo(1);
        Awaitility.await().until(() -> recent.get(this::slowly) > 1);
        assertThat(reads).hasValue(2);
    }

    @Test
    void aFailureIsNotKept() {
        assertThatThrownBy(() -> recent.get(() -> {
                    slowly();
                    throw new IllegalStateException("away");
                }))
                .hasMessage("away");
        assertThat(recent.get(this::slowly)).isEqualTo(2);
    }
}
