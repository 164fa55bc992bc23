package caravan.restore;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ObjectKey;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.kafka.Chunk;
import caravan.kafka.Rebatcher;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What a restore counts, so that nothing is missing without a word. */
class RestoreProgressTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final RestoreProgress progress = new RestoreProgress();

    @Test
    void anObjectOfFewerRecordsThanItsKeySaysIsDamage() {
        // Given
        ObjectPlan object = object(0, 10);
        progress.read(object, chunk(0, 9));

        // Then
        assertThatThrownBy(() -> progress.read(object))
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining("should hold 10 records, and 9 were read");
    }

    @Test
    void aRestoreThatSkippedAnObjectIsNotComplete() {
        // Given
        ObjectPlan first = object(0, 10);
        ObjectPlan second = object(10, 20);
        progress.planned(plan(first, second));
        progress.read(first, chunk(0, 10));
        progress.read(first);
        progress.restored(first);

        // Then
        assertThatThrownBy(progress::complete)
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining("1 of 2 objects");

        // When
        progress.read(second, chunk(10, 20));
        progress.read(second);
        progress.restored(second);

        // Then
        assertThatCode(progress::complete).doesNotThrowAnyException();
    }

    private static RestorePlan plan(ObjectPlan... objects) {
        Timeline timeline = new Timeline(Uuid.ONE_UUID, 0);
        TopicSnapshot snapshot =
                new TopicSnapshot("orders", Uuid.ONE_UUID, 1, 1, Map.of(), "a-cluster", 0, Map.of(0, 0L), Map.of());
        PartitionPlan partition = new PartitionPlan(PARTITION, PARTITION, List.of(objects), List.of());
        return new RestorePlan(
                List.of(new TopicPlan("orders", timeline, "orders", snapshot, List.of(partition))), Selection.ALL);
    }

    private static ObjectPlan object(long from, long next) {
        ObjectKey key = new ObjectKey(from, next, 0, next - from, 1_000, 1_000);
        return new ObjectPlan(key.fileName(), 1, key, Uuid.ONE_UUID, PARTITION, PARTITION, from, next);
    }

    private static Chunk chunk(long from, long next) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset = from; offset < next; offset++) {
            records.add(new ConsumerRecord<>(
                    "orders",
                    0,
                    offset,
                    1_000,
                    TimestampType.CREATE_TIME,
                    -1,
                    1,
                    null,
                    new byte[] {1},
                    new RecordHeaders(),
                    Optional.of(0)));
        }
        return new Chunk(PARTITION, Uuid.ONE_UUID, 0, from, next, -1, Rebatcher.batches(records), false);
    }
}
