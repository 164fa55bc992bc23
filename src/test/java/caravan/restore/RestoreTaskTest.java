package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ObjectKey;
import caravan.restore.RestorePlan.ObjectPlan;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** A restore of a service can be started again while threads of its last run are still on their way. */
class RestoreTaskTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final RestoreTask task = new RestoreTask();
    private final Exchange late = new DefaultExchange(new DefaultCamelContext());

    @Test
    void whatAnEarlierRunHadOnItsWayGoesIntoNoOtherRun() {
        // Given
        ObjectKey key = new ObjectKey(0, 10, 0, 10, 1_000, 1_000);
        late.setProperty("object", new ObjectPlan(key.fileName(), 1, key, Uuid.ONE_UUID, PARTITION, PARTITION, 0, 10));
        late.setProperty("CaravanRestoreRun", new RestoreRun(null, null, null, null));

        // Then
        assertThatThrownBy(() -> task.wanted(late)).hasMessage("the restore was started again");
        assertThatThrownBy(() -> task.address(late)).hasMessage("the restore was started again");
        assertThatThrownBy(() -> task.read(late)).hasMessage("the restore was started again");
        assertThatThrownBy(() -> task.finish(late)).hasMessage("the restore was started again");
    }

    @Test
    void theFailureOfAnEarlierRunEndsNoOtherRun() {
        // Given
        late.setProperty("CaravanRestoreRun", new RestoreRun(null, null, null, null));
        late.setProperty(Exchange.EXCEPTION_CAUGHT, new IllegalStateException("of the earlier run"));

        // When
        task.failed(late);

        // Then
        assertThat(task.done()).isNotDone();
    }
}
