package caravan.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ArchiveKey;
import caravan.archive.GroupsSnapshot;
import caravan.archive.GroupsSnapshot.Committed;
import caravan.archive.GroupsSnapshot.Group;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupsSnapshotsTest {
    private static final Uuid TOPIC = Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ");

    private final MemoryStore store = new MemoryStore();
    private final long now = System.currentTimeMillis();

    @Test
    void anArchiveWithoutSnapshotsHasNoNewest() {
        assertThat(new GroupsSnapshots(store).newest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 2, 60, 24 * 60 + 5, 40 * 24 * 60})
    void theNewestIsFoundHoweverOldItIsAndBeItOfAFasterClock(long minutesAgo) {
        // Given: one for each minute before it
        long newest = now - Duration.ofMinutes(minutesAgo).toMillis();
        LongStream.range(0, 3_000)
                .forEach(minute -> put(newest - Duration.ofMinutes(minute).toMillis(), 3_000 - minute));

        // Then
        assertThat(offset(new GroupsSnapshots(store))).contains(3_000L);
    }

    @Test
    void whoKnowsTheNewestAsksForLaterOnesOnly() {
        // Given
        LongStream.range(0, 3_000)
                .forEach(minute -> put(now - Duration.ofMinutes(minute).toMillis(), 1));
        GroupsSnapshots snapshots = new GroupsSnapshots(store);
        snapshots.newest();
        store.lists();

        // When
        put(now + 5, 2);

        // Then
        assertThat(offset(snapshots)).contains(2L);
        assertThat(store.lists()).isOne();
    }

    @Test
    void aSnapshotThatIsWrittenLaterSortsLaterThoughItsClockIsSlow() {
        // Given
        put(now + 60_000, 1);
        GroupsSnapshots snapshots = new GroupsSnapshots(store);
        snapshots.newest();

        // When
        assertThat(snapshots.write(snapshot(now, 2))).isTrue();

        // Then
        assertThat(offset(new GroupsSnapshots(store))).contains(2L);
        assertThat(store.list("groups/"))
                .extracting(entry -> entry.key())
                .containsExactly(key(now + 60_000), key(now + 60_001));
    }

    @Test
    void nothingIsWrittenOverWhatAnotherProcessWrote() {
        // Given
        GroupsSnapshots snapshots = new GroupsSnapshots(store);
        snapshots.newest();
        put(now, 1);

        // Then
        assertThat(snapshots.write(snapshot(now, 2))).isFalse();
        assertThat(offset(snapshots)).contains(1L);
        assertThat(snapshots.write(snapshot(now, 2))).isTrue();
        assertThat(offset(snapshots)).contains(2L);
    }

    @Test
    void aDamagedSnapshotIsPassedOverAndKeepsNothingFromBeingWritten() {
        // Given
        put(now - Duration.ofDays(2).toMillis(), 1);
        store.put(key(now - 2), "{".getBytes(UTF_8));
        store.put(key(now - 1), "{\"format\":2}".getBytes(UTF_8));
        GroupsSnapshots snapshots = new GroupsSnapshots(store);

        // Then
        assertThat(offset(snapshots)).contains(1L);
        assertThat(snapshots.write(snapshot(now - 5, 2))).isTrue();
        assertThat(offset(new GroupsSnapshots(store))).contains(2L);
    }

    private void put(long millis, long offset) {
        store.put(key(millis), snapshot(millis, offset).toJson());
    }

    private static String key(long millis) {
        return new ArchiveKey.Groups(millis).path();
    }

    private static GroupsSnapshot snapshot(long takenAt, long offset) {
        Committed committed = new Committed("orders", TOPIC, 0, offset, -1, "");
        return new GroupsSnapshot("a-cluster", takenAt, List.of(new Group("billing", List.of(committed))));
    }

    private static Optional<Long> offset(GroupsSnapshots snapshots) {
        return snapshots
                .newest()
                .map(stored ->
                        stored.snapshot().groups().get(0).offsets().get(0).offset());
    }
}
