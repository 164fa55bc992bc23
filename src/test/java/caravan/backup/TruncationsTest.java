package caravan.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.backup.Truncations.Turn;
import caravan.catalog.MemoryStore;
import caravan.catalog.PartitionContents;
import caravan.catalog.PartitionEpochs;
import caravan.catalog.PartitionEpochs.Place;
import caravan.catalog.PartitionRecords;
import caravan.catalog.StoredKey;
import caravan.kafka.Cluster.LogEnd;
import caravan.kafka.Refused;
import caravan.kafka.Refused.EpochEnd;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.Record;
import org.junit.jupiter.api.Test;

/** Logs that are truncated after they were backed up, and where their backup goes on, against leaders as KIP-320 has them. */
class TruncationsTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ")), 0);

    private final MemoryStore store = new MemoryStore();
    private final TestArchive archive = new TestArchive(store);
    private final Progress progress = new Progress();
    private final Truncations truncations = new Truncations(
            store,
            () -> {
                throw new AssertionError("no record is read");
            },
            progress);

    /** The batches of a log, each with the epoch that it was written in. */
    private record Log(List<Batch> batches, int leaderEpoch) {

        private record Batch(long from, long next, int epoch, boolean marker) {
            private List<Message> messages() {
                return marker
                        ? List.of()
                        : LongStream.range(from, next)
                                .mapToObj(offset ->
                                        Message.at(offset).withValue((offset + " in epoch " + epoch).getBytes(UTF_8)))
                                .toList();
            }
        }

        static Log empty() {
            return new Log(List.of(), 0);
        }

        long end() {
            return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).next();
        }

        /** A replica that has only the first batches of it, and leads from now on. */
        Log cut(int kept, int epoch) {
            return new Log(batches.subList(0, kept), epoch);
        }

        Log with(int records, boolean marker) {
            List<Batch> more = new ArrayList<>(batches);
            more.add(new Batch(end(), end() + records, leaderEpoch, marker));
            return new Log(List.copyOf(more), leaderEpoch);
        }

        Log with(int records) {
            return with(records, false);
        }

        /**
         * What its leader answers to a fetch, if it serves none: {@code LeaderEpochFileCache.endOffsetFor}, and
         * {@code Partition.readRecords} in the sources of Kafka.
         */
        Optional<Refused> refused(Place asked) {
            if (asked.epoch().isEmpty()) {
                return asked.offset() > end() ? Optional.of(Refused.outOfRange(asked.offset())) : Optional.empty();
            }
            int epoch = asked.epoch().get();
            TreeMap<Integer, Long> starts = new TreeMap<>();
            batches.forEach(batch -> starts.merge(batch.epoch(), batch.from(), Math::min));
            starts.putIfAbsent(leaderEpoch, end());
            EpochEnd common;
            if (epoch == leaderEpoch) {
                common = new EpochEnd(epoch, end());
            } else if (starts.higherKey(epoch) == null) {
                return Optional.of(Refused.outOfRange(asked.offset()));
            } else {
                Integer known = starts.floorKey(epoch);
                common = new EpochEnd(
                        known == null ? epoch : known, starts.higherEntry(epoch).getValue());
            }
            return common.epoch() < epoch || common.offset() < asked.offset()
                    ? Optional.of(Refused.truncated(asked.offset(), Optional.of(common)))
                    : Optional.empty();
        }

        LogEnd logEnd() {
            return new LogEnd(end(), Optional.of(leaderEpoch));
        }

        List<String> values() {
            return batches.stream()
                    .flatMap(batch -> batch.messages().stream())
                    .map(message -> new String(message.value(), UTF_8))
                    .toList();
        }
    }

    @Test
    void oneElectionTakesOneStep() {
        // Given: the follower that leads now has ten of twenty records, and five others
        Log before = new Log(List.of(), 0).with(10).with(10);
        store(before, 0, 20);
        Log now = before.cut(1, 2).with(5);

        // When
        Turn turn = turn(now, now.refused(end()).orElseThrow());

        // Then
        assertThat(turn.place().offset()).isEqualTo(10);
        assertThat(turn.place().epoch()).contains(0);
        assertThat(now.refused(turn.place())).isEmpty();
        assertThat(progress.truncations()).isEqualTo(1);

        // And: who comes after a kill is answered the same, and it is the same truncation
        assertThat(turn(now, now.refused(end()).orElseThrow()).place()).isEqualTo(turn.place());
        assertThat(progress.truncations()).isEqualTo(1);
    }

    @Test
    void whereEachOfTwoLogsHasEpochsThatTheOtherHasNotItTakesSeveral() {
        // Given: 0 up to 10, then 1, 3 and 5 in what was read, and 2 and 4 in what the leader has
        Log common = new Log(List.of(), 0).with(10);
        Log read = common.cut(1, 1).with(10);
        read = read.cut(2, 3).with(10);
        read = read.cut(3, 5).with(10);
        store(read, 0, 40);
        Log now = common.cut(1, 2).with(15);
        now = now.cut(2, 4).with(3);
        now = now.cut(3, 6).with(50);

        // When
        List<Place> places = new ArrayList<>(List.of(end()));
        Optional<Refused> refused;
        while ((refused = now.refused(places.get(places.size() - 1))).isPresent()) {
            places.add(turn(now, refused.get()).place());
        }

        // Then
        assertThat(places).extracting(Place::offset).containsExactly(40L, 28L, 20L, 10L);
    }

    @Test
    void aLogThatHasGrownPastWhatIsStoredIsFollowedAllTheSame() {
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 20);
        Log now = before.cut(1, 4).with(500);

        assertThat(turn(now, now.refused(end()).orElseThrow()).place().offset()).isEqualTo(10);
    }

    @Test
    void brokersThatTellNoEpochsTellWhereTheLogEnds() {
        // Given
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 20);

        // When
        Turn turn = truncations.turn(PARTITION, FOLDER, 0, 0, new LogEnd(15, Optional.empty()), Refused.outOfRange(20));

        // Then
        assertThat(turn.place().offset()).isEqualTo(15);
        assertThat(turn.place().epoch()).contains(3);
        assertThat(turn.admission().orElseThrow().refusal(key(15, 18, 3))).isPresent();
        assertThat(turn.admission().orElseThrow().refusal(key(15, 18, 4))).isEmpty();
    }

    @Test
    void whatWasReadAndNotStoredIsReadAgain() {
        // Given: what was read up to 30 never reached the archive
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 20);

        // When
        Turn turn = truncations.turn(
                PARTITION,
                FOLDER,
                0,
                0,
                new LogEnd(50, Optional.of(4)),
                Refused.truncated(30, Optional.of(new EpochEnd(3, 12))));

        // Then: from where the archive ends, where the leader will say the same of it
        assertThat(turn.place()).isEqualTo(end());
        assertThat(turn.admission()).isEmpty();
        assertThat(progress.truncations()).isZero();
    }

    @Test
    void theFirstObjectHasToBeNewerThanAllThatItMakesVoid() {
        // Given
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 10);
        store(before, 10, 20);
        Log now = before.cut(1, 5).with(5);

        // When
        Admission admission =
                turn(now, now.refused(end()).orElseThrow()).admission().orElseThrow();

        // Then
        assertThat(admission.refusal(key(10, 15, 5))).isEmpty();
        assertThat(admission.refusal(key(10, 15, 3)).orElseThrow())
                .hasMessageContaining("orders-0: the log was truncated")
                .hasMessageContaining("of epochs up to 3");
        assertThat(admission.refusal(key(10, 15, -1)).orElseThrow().hint()).contains("caravan.rebatch");
    }

    @Test
    void anEpochThatIsGivenTwiceStopsThePartition() {
        // Given: the leader leads in the epoch in which it wrote what it lost
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 20);
        Log now = before.cut(1, 3).with(5);
        Refused refused = now.refused(end()).orElseThrow();

        // Then: not at once, as a leader may not have heard of its end
        for (int i = 1; i < 3; i++) {
            assertThatIllegalStateException().isThrownBy(() -> turn(now, refused));
        }
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> turn(now, refused))
                .withMessageContaining("leader epochs are given a second time");
    }

    @Test
    void anEpochThatIsOlderThanWhatIsStoredStopsThePartition() {
        LogEnd old = new LogEnd(500, Optional.of(2));
        for (int i = 1; i < 3; i++) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> truncations.requireEpoch(PARTITION, Optional.of(3), old));
        }
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> truncations.requireEpoch(PARTITION, Optional.of(3), old));
    }

    @Test
    void whatHasNoEpochCantBeMadeVoid() {
        // Given
        Log before = new Log(List.of(), 3).with(10).with(10);
        store(before, 0, 20);
        archive.object(FOLDER, 20, 30, -1, false, List.of());
        Log now = before.cut(1, 5).with(5);

        // Then
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> turn(now, Refused.outOfRange(30)))
                .withMessageContaining("00000000000000000020-00000000000000000030--1");
    }

    @Test
    void aLogThatEndsBeforeItsBackupBeganIsNotFollowed() {
        // Given
        archive.object(FOLDER, 100, 110, 3, false, messages(100, 110));

        // Then
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> truncations.turn(
                        PARTITION,
                        FOLDER,
                        100,
                        0,
                        new LogEnd(50, Optional.of(5)),
                        Refused.truncated(110, Optional.of(new EpochEnd(3, 50)))))
                .withMessageContaining("before offset 100, where its backup began");
    }

    @Test
    void whatTheLogHasDeletedMeanwhileIsNotMadeVoid() {
        // Given: epochs 1 and 2 from 10 on, and a log that has others, of which Kafka has deleted those before 14
        Log before = new Log(List.of(), 1).with(10).with(1).cut(2, 2).with(9);
        store(before, 0, 20);

        // When
        Turn turn = truncations.turn(
                PARTITION,
                FOLDER,
                0,
                14,
                new LogEnd(40, Optional.of(3)),
                Refused.truncated(20, Optional.of(new EpochEnd(0, 17))));

        // Then: the caller names what is missing; what comes behind it has to be newer
        assertThat(turn.place().offset()).isZero();
        assertThat(turn.admission().orElseThrow().refusal(key(14, 20, 2))).isPresent();
    }

    /**
     * Leaders that come and go, each with what some replica had at some time; the backup is killed at any place. What the archive holds
     * at the end is what the last leader has.
     */
    @Property(tries = 300)
    void whateverBecomesOfTheLogTheArchiveHoldsWhatTheLastLeaderHas(@ForAll long seed) {
        Random random = new Random(seed);
        TruncationsTest story = new TruncationsTest();
        List<Log> replicas = new ArrayList<>(List.of(Log.empty()));
        int elections = 1 + random.nextInt(6);
        for (int epoch = 0; epoch < elections; epoch++) {
            Log replica = replicas.get(random.nextInt(replicas.size()));
            Log log = replica.cut(random.nextInt(replica.batches().size() + 1), epoch);
            int batches = 1 + random.nextInt(5);
            for (int i = 0; i < batches; i++) {
                // A leader's first batch holds records: what is all of an older epoch makes nothing void.
                log = log.with(1 + random.nextInt(4), i > 0 && random.nextInt(4) == 0);
                replicas.add(log);
            }
            boolean last = epoch == elections - 1;
            story.backUp(log, last ? Integer.MAX_VALUE : random.nextInt(6), random);
        }
        Log log = replicas.get(replicas.size() - 1);
        assertThat(story.end().offset()).isEqualTo(log.end());
        assertThat(story.restored()).isEqualTo(log.values());
    }

    /** Backs up what a leader has, in objects that end anywhere; killed after some, begun again after any. */
    private void backUp(Log log, int objects, Random random) {
        Place start = end();
        Optional<Admission> admission = Optional.empty();
        for (int stored = 0; stored < objects; ) {
            Optional<Refused> refused = log.refused(start);
            if (refused.isPresent()) {
                Turn turn = turn(log, refused.get());
                assertThat(turn.place().offset()).isLessThan(start.offset());
                start = turn.place();
                admission = turn.admission();
                continue;
            }
            if (start.offset() == log.end()) {
                return;
            }
            long next = start.offset();
            Optional<BackupException> stops = Optional.empty();
            do {
                // A small one may not be newer; what is stored later is.
                next = Math.min(log.end(), next + 1 + random.nextInt(6));
                next = batchEnd(log, next);
                ObjectKey key = key(start.offset(), next, epochBefore(log, next));
                stops = admission.flatMap(first -> first.refusal(key));
            } while (stops.isPresent() && next < log.end());
            assertThat(stops).isEmpty();
            store(log, start.offset(), next);
            stored++;
            admission = Optional.empty();
            start = random.nextBoolean()
                    ? end()
                    : new Place(next, Optional.of(epochBefore(log, next)), Optional.empty());
        }
    }

    private static long batchEnd(Log log, long offset) {
        return log.batches().stream()
                .filter(batch -> batch.next() >= offset)
                .findFirst()
                .orElseThrow()
                .next();
    }

    private static int epochBefore(Log log, long offset) {
        return log.batches().stream()
                .filter(batch -> batch.next() >= offset)
                .findFirst()
                .orElseThrow()
                .epoch();
    }

    private Turn turn(Log log, Refused refused) {
        return truncations.turn(PARTITION, FOLDER, 0, 0, log.logEnd(), refused);
    }

    private Place end() {
        return PartitionEpochs.of(store, FOLDER, 0).end();
    }

    /** Stores what a log has in a range that ends with a batch. */
    private void store(Log log, long from, long next) {
        List<ByteBuffer> batches = log.batches().stream()
                .filter(batch -> batch.next() > from && batch.next() <= next)
                .map(batch -> TestArchive.batches(batch.messages(), batch.epoch()))
                .toList();
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(ByteBuffer::remaining).sum());
        batches.forEach(all::put);
        archive.object(FOLDER, from, next, epochBefore(log, next), false, all.flip());
    }

    /** Values of what a restore would produce. */
    private List<String> restored() {
        List<StoredKey> keys = store.list(FOLDER.path())
                .map(entry -> new StoredKey(
                        PartitionKey.parse(entry.key().substring(FOLDER.path().length()))
                                .orElseThrow(),
                        entry.size(),
                        entry.lastModified()))
                .toList();
        PartitionContents contents = new PartitionContents(FOLDER, 0, keys);
        List<String> values = new ArrayList<>();
        try (PartitionRecords records = new PartitionRecords(store, contents, 0, Long.MAX_VALUE)) {
            while (records.hasNext()) {
                Record next = records.next();
                values.add(UTF_8.decode(next.value()).toString());
            }
        }
        return values;
    }

    private static ObjectKey key(long from, long next, int epoch) {
        return new ObjectKey(from, next, epoch, 1, 1, 1);
    }

    private static List<Message> messages(int from, int next) {
        return IntStream.range(from, next).mapToObj(Message::at).toList();
    }
}
