package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.OffsetRange;
import caravan.kafka.Chunk;
import caravan.kafka.LogView;
import caravan.kafka.LogView.Missing;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When it is said that deletes may have gone unseen, and when not. Tombstones last for a day; each chunk has ten offsets. */
class TombstoneWatchTest {
    private static final long SECOND = 1_000;
    private static final long HOUR = 3_600 * SECOND;
    private static final long DAY = 24 * HOUR;
    private static final long MONDAY = 1_764_547_200_000L;
    private static final long NEVER = -1;

    private TombstoneWatch watch = since(MONDAY);

    @Test
    void whatIsReadWithinADayHasItsTombstones() {
        assertThat(watch.take(compacted(0, 100, MONDAY + 23 * HOUR))).isEmpty();
    }

    @Test
    void whatIsReadLaterMayLackSomeAndIsToldOnceUpToTheLogsEnd() {
        // When
        Optional<LateRead> late = watch.take(compacted(0, 100, MONDAY + DAY));

        // Then
        assertThat(late).contains(late(3, 5, 100));
        assertThat(watch.take(compacted(10, 100, MONDAY + DAY + SECOND))).isEmpty();
        assertThat(watch.take(compacted(20, 120, MONDAY + DAY + 2 * SECOND))).isEmpty();
    }

    @Test
    void whereNoOffsetIsMissingNoTombstoneIs() {
        assertThat(watch.take(whole(0, 100, MONDAY + 3 * DAY))).isEmpty();

        // When: one is missing later
        assertThat(watch.take(compacted(10, 100, MONDAY + 3 * DAY))).contains(late(13, 15, 100));
    }

    /** A tenth of the time, at most ten minutes, is kept in reserve. */
    @ParameterizedTest
    @CsvSource({"86400000, 85799999, 85800000", "10000, 8999, 9000", "0, -1, 0"})
    void clocksMayDifferALittle(long retention, long inTime, long late) {
        watch = new TombstoneWatch(OptionalLong.of(MONDAY), () -> retention);
        assertThat(watch.take(compacted(0, 100, MONDAY + inTime))).isEmpty();
        assertThat(watch.take(compacted(10, 100, MONDAY + late))).isPresent();
    }

    @Test
    void aBackupThatIsAlwaysASecondBehindMissesNothingHoweverLongItRuns() {
        // Given: the log grows while it is read, so that its end is never reached, but each end is reached a second
        // later
        long next = 0;
        for (long now = MONDAY; now < MONDAY + 3 * DAY; now += SECOND, next += 10) {
            // Then
            assertThat(watch.take(compacted(next, next + 20, now))).isEmpty();
        }
        assertThat(watch.asOf().getAsLong()).isGreaterThan(MONDAY + 3 * DAY - 3 * SECOND);
    }

    @Test
    void aTopicThatWasIdleForDaysMissesNothing() {
        // Given: all was read on Monday, and since then an answer told again and again that there is nothing new
        watch.take(whole(0, 10, MONDAY));

        // Then
        Chunk burst = chunk(10, new LogView(missing(13, 15), 20, MONDAY + 5 * DAY, MONDAY + 5 * DAY - 1));
        assertThat(watch.take(burst)).isEmpty();
    }

    @Test
    void aBackupThatStoodStillForDaysMayMissSomething() {
        // Given: it was paused, and nobody asked
        watch.take(whole(0, 10, MONDAY));

        // Then
        assertThat(watch.take(compacted(10, 20, MONDAY + 5 * DAY))).isPresent();

        // When: it has caught up, and stands still again
        assertThat(watch.take(compacted(20, 30, MONDAY + 5 * DAY + SECOND))).isEmpty();
        assertThat(watch.take(compacted(30, 40, MONDAY + 7 * DAY))).contains(late(33, 35, 40));
    }

    @Test
    void aCopyFromTheBeginningIsWholeAsLongAsItTakesLessThanADay() {
        // Given: it was compacted for years before
        watch = new TombstoneWatch(OptionalLong.empty(), () -> DAY);

        // Then
        assertThat(watch.asOf()).isEmpty();
        assertThat(watch.take(compacted(0, 1_000, MONDAY))).isEmpty();
        assertThat(watch.take(compacted(10, 1_000, MONDAY + 23 * HOUR))).isEmpty();
        assertThat(watch.take(compacted(20, 1_000, MONDAY + DAY))).isPresent();
    }

    @Test
    void whatWasReadIsKnownToBeOfWhenTheLogEndedThere() {
        assertThat(watch.take(whole(0, 20, MONDAY + SECOND))).isEmpty();
        assertThat(watch.asOf()).hasValue(MONDAY);

        // When
        watch.take(whole(10, 30, MONDAY + 2 * SECOND));

        // Then: offset 20 was the end a second ago
        assertThat(watch.asOf()).hasValue(MONDAY + SECOND);
    }

    @Test
    void ofAChunkFromElsewhereNothingIsSaid() {
        assertThat(watch.take(chunk(0, LogView.NONE))).isEmpty();
        assertThat(watch.asOf()).hasValue(MONDAY);
    }

    private static TombstoneWatch since(long asOf) {
        return new TombstoneWatch(OptionalLong.of(asOf), () -> DAY);
    }

    private static LateRead late(long from, long next, long end) {
        return new LateRead(missing(from, next).orElseThrow(), end);
    }

    private static Optional<Missing> missing(long from, long next) {
        return Optional.of(new Missing(new OffsetRange(from, next), 7));
    }

    /** Ten offsets, of which two were taken away. */
    private static Chunk compacted(long from, long logEnd, long at) {
        return chunk(from, new LogView(missing(from + 3, from + 5), logEnd, at, NEVER));
    }

    private static Chunk whole(long from, long logEnd, long at) {
        return chunk(from, new LogView(Optional.empty(), logEnd, at, NEVER));
    }

    private static Chunk chunk(long from, LogView view) {
        return new Chunk(
                new TopicPartition("state", 0),
                Uuid.ONE_UUID,
                1,
                from,
                from + 10,
                0,
                ByteBuffer.allocate(0),
                false,
                view,
                () -> {});
    }
}
