package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ArchiveKey;
import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.archive.RestoreDocument.Outcome;
import caravan.store.Store;
import caravan.store.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plans and reports tell of restores. */
class FrozenPlansTest {
    private static final String FINGERPRINT = "0123456789abcdef";

    private Store store;
    private FrozenPlans plans;

    @BeforeEach
    void open(@TempDir Path directory) {
        store = Stores.open("file://" + directory);
        plans = new FrozenPlans(store);
    }

    @Test
    void theNewestPlanOfARequestIsFoundAndKnowsItsRequest() {
        // When
        for (int number : List.of(9, 10, 2)) {
            plans.freeze(plan(FINGERPRINT, number), number);
        }
        plans.freeze(plan("fedcba9876543210", 11), 11);

        // Then
        FrozenPlans.Frozen newest = plans.newest(FINGERPRINT).orElseThrow();
        assertThat(newest.number()).isEqualTo(10);
        assertThat(FrozenPlans.fingerprint(newest.document().restoreId())).isEqualTo(FINGERPRINT);
    }

    @Test
    void aRestoreThatFailedDidNotComeToItsEnd() {
        plans.freeze(plan(FINGERPRINT, 1), 1);

        // When
        plans.keep(report(FINGERPRINT + "-1", Outcome.FAILED));

        // Then
        assertThat(plans.report(FINGERPRINT + "-1")).isEmpty();
        assertThat(plans.unfinished("a-cluster")).hasSize(1);
    }

    @Test
    void aPlanThatCantBeReadHidesNoOther() {
        // Given
        plans.freeze(plan(FINGERPRINT, 1), 1);
        store.putIfAbsent(new ArchiveKey.Plan("fedcba9876543210-1").path(), "damaged".getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(plans.unfinished("a-cluster"))
                .extracting(PlanDocument::restoreId)
                .containsExactly(FINGERPRINT + "-1");
    }

    private static PlanDocument plan(String fingerprint, int number) {
        return new PlanDocument(FrozenPlans.id(fingerprint, number), "an-archive", "a-cluster", 0, Map.of(), List.of());
    }

    private static RestoreDocument report(String restoreId, Outcome outcome) {
        return new RestoreDocument(
                restoreId,
                "restore",
                "a-cluster",
                0,
                1,
                outcome,
                List.of(),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                "");
    }
}
