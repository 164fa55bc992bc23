package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.GapKey;
import caravan.archive.ObjectIdentity;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.backup.SpooledObject.State;
import caravan.kafka.Assignment;
import caravan.kafka.Chunk;
import caravan.kafka.LogView;
import caravan.kafka.LogView.Missing;
import caravan.kafka.Start;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An assignment that begins where a log was truncated: what its first object makes void must not be taken for what follows. */
class CommitLedgerTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Timeline TIMELINE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));
    private static final int VOID = 3;
    private static final long MONDAY = 1_764_547_200_000L;

    @TempDir
    private Path directory;

    private final List<Long> commits = new ArrayList<>();
    private Spool spool;
    private SpoolWriters writers;
    private FrameCodecs codecs;
    private CommitLedger ledger;

    @BeforeEach
    void aStartWhereALogWasTruncated() throws Exception {
        spool = new Spool(directory, 256L << 20);
        writers = new SpoolWriters(1);
        codecs = new FrameCodecs(1);
        Admission admission = first ->
                first.epoch() > VOID ? Optional.empty() : Optional.of(BackupException.notNewer(PARTITION, first, VOID));
        PartitionStarts.Found place = new PartitionStarts.Found(
                new Start(TIMELINE.topicId(), 10, Optional.of(2)),
                new PartitionFolder("orders", TIMELINE, 0),
                Optional.empty(),
                Optional.of(admission),
                new TombstoneWatch(OptionalLong.of(MONDAY), () -> TombstoneWatch.DEFAULT_RETENTION_MILLIS));
        ledger = new CommitLedger(new Noting(), place, "an-archive", writers, new Progress());
    }

    @AfterEach
    void close() throws Exception {
        ledger.release();
        writers.close();
        spool.close();
        codecs.close();
    }

    @Test
    void noOtherObjectIsTakenBeforeTheFirstOneIsStored() throws Exception {
        // Given
        SpooledObject first = object(10, 15, VOID + 1);
        assertThat(ledger.open(first)).isTrue();

        // Then: one that was stored before it would not make void what lies between
        assertThat(ledger.open(object(15, 20, VOID + 1))).isFalse();

        // When
        first.seal();
        assertThat(ledger.refusal(first.sealed().key())).isEmpty();
        assertThat(first.beginStoring()).isTrue();
        first.end(State.STORED);
        ledger.stored();

        // Then
        assertThat(commits).containsExactly(15L);
        assertThat(ledger.awaitsFirst()).isFalse();
        assertThat(ledger.open(object(15, 20, VOID + 1))).isTrue();
        assertThat(ledger.open(object(20, 25, VOID + 1))).isTrue();
    }

    @Test
    void oneThatMakesNothingVoidIsRefused() throws Exception {
        // Given
        SpooledObject first = object(10, 15, VOID);
        assertThat(ledger.open(first)).isTrue();
        first.seal();

        // Then
        assertThat(ledger.refusal(first.sealed().key())).isPresent();
        assertThat(ledger.awaitsFirst()).isTrue();
    }

    @Test
    void theNameOfWhatWasReadTooLateMakesNothingVoidBeforeTheFirstObject() throws Exception {
        // Given: both lack something, and come days later
        SpooledObject first = late(10, 20);
        assertThat(ledger.open(first)).isTrue();

        // Then
        assertThat(ledger.toName(first).orElseThrow().key()).isEqualTo(new GapKey(12, 14, -1));

        // When
        first.seal();
        assertThat(first.beginStoring()).isTrue();
        first.end(State.STORED);
        ledger.stored();

        // Then: a later truncation makes it void
        assertThat(ledger.toName(late(20, 30)).orElseThrow().key()).isEqualTo(new GapKey(22, 24, VOID + 1));
    }

    /** An object that ends where the log does, five days later than it ended before. */
    private SpooledObject late(long from, long next) throws IOException {
        LogView view = new LogView(
                Optional.of(new Missing(new OffsetRange(from + 2, from + 4), VOID + 1)),
                next,
                MONDAY + from * TimeUnit.DAYS.toMillis(5),
                -1);
        return object(from, next, VOID + 1, view);
    }

    private SpooledObject object(long from, long next, int epoch) throws IOException {
        return object(from, next, epoch, LogView.NONE);
    }

    private SpooledObject object(long from, long next, int epoch, LogView view) throws IOException {
        List<Message> messages =
                LongStream.range(from, next).mapToObj(Message::at).toList();
        Chunk chunk = new Chunk(
                PARTITION,
                TIMELINE.topicId(),
                1,
                from,
                next,
                epoch,
                TestArchive.batches(messages, epoch),
                false,
                view,
                () -> {});
        ObjectIdentity identity = new ObjectIdentity("an-archive", "a-cluster", "orders", TIMELINE, 0, "a test");
        SpooledObject object = new SpooledObject(spool, codecs, Compression.STORED, ledger, identity, chunk, from);
        object.append(chunk);
        return object;
    }

    private final class Noting implements Assignment {
        @Override
        public long number() {
            return 1;
        }

        @Override
        public TopicPartition partition() {
            return PARTITION;
        }

        @Override
        public void commit(long offset, Optional<Integer> leaderEpoch, String metadata) {
            commits.add(offset);
        }

        @Override
        public void restart(String why) {
            throw new AssertionError(why);
        }

        @Override
        public void stop() {
            throw new AssertionError("stopped");
        }
    }
}
