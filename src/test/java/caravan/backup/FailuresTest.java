package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.backup.Failures.Subject;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What fails for ever is not hidden by what goes well. */
class FailuresTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition PAYMENTS = new TopicPartition("payments", 0);

    private final Failures failures = new Failures();

    @Test
    void successWithOnePartitionSaysNothingOfAnother() {
        // Given
        failures.failing(Subject.START, ORDERS, new IllegalStateException("denied"));

        // When
        failures.failing(Subject.START, PAYMENTS, new IllegalStateException("away"));
        failures.recovered(Subject.START, PAYMENTS);
        failures.recovered(Subject.DATA, ORDERS);
        failures.recovered(Subject.FETCH);

        // Then
        assertThat(failures.oldest().orElseThrow().cause()).hasMessage("denied");
        failures.recovered(Subject.START, ORDERS);
        assertThat(failures.oldest()).isEmpty();
    }

    @Test
    void aFailureLastsSinceItsFirstTimeAndTellsItsLastCause() {
        // Given
        failures.failing(Subject.DATA, ORDERS, new IllegalStateException("first"));
        long since = failures.oldest().orElseThrow().since();

        // When
        failures.failing(Subject.CLUSTER, new IllegalStateException("later"));
        failures.failing(Subject.DATA, ORDERS, new IllegalStateException("again"));

        // Then
        assertThat(failures.oldest().orElseThrow().since()).isEqualTo(since);
        assertThat(failures.oldest().orElseThrow().cause()).hasMessage("again");
    }

    @Test
    void aPartitionThatGoesTakesItsFailuresAlong() {
        failures.failing(Subject.DATA, ORDERS, new IllegalStateException("refused"));
        failures.failing(Subject.START, ORDERS, new IllegalStateException("denied"));

        failures.forget(ORDERS);

        assertThat(failures.oldest()).isEmpty();
    }
}
