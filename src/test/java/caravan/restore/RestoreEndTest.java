package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.GapDocument.Reason;
import caravan.archive.ObjectKey;
import caravan.archive.RestoreDocument;
import caravan.archive.RestoreDocument.Missing;
import caravan.archive.RestoreDocument.Outcome;
import caravan.restore.RestorePlan.ObjectPlan;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** What a report tells of the restore whose end it is. */
class RestoreEndTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private final ObjectPlan object = object(0, 100);

    @Test
    void anObjectOfACompactedRangeCouldBeReadToItsEnd() {
        RestoreDocument report =
                report(new Missing("orders", 0, 0, 100, GapRemarks.explain(Optional.of(Reason.COMPACTION))));

        assertThat(RestoreEnd.readable(report, object)).isEqualTo(100);
    }

    @Test
    void aDamagedObjectCouldBeReadToItsDamage() {
        RestoreDocument report = report(new Missing("orders", 0, 40, 100, object.key() + " is damaged: a bit flipped"));

        assertThat(RestoreEnd.readable(report, object)).isEqualTo(40);
    }

    private static RestoreDocument report(Missing missing) {
        return new RestoreDocument(
                "abc-1",
                "restore",
                "a-cluster",
                0,
                1,
                Outcome.FINISHED,
                List.of(),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(missing),
                "");
    }

    private static ObjectPlan object(long from, long next) {
        ObjectKey key = new ObjectKey(from, next, 0, next - from, 1_000, 1_000);
        return new ObjectPlan(key.fileName(), 1, key, Uuid.ONE_UUID, PARTITION, PARTITION, from, next);
    }
}
