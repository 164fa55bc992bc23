package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravan.archive.FrameCodecs;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.backup.SpooledObject.State;
import caravan.catalog.TopicSnapshots;
import caravan.kafka.Assignment;
import caravan.kafka.Chunk;
import caravan.kafka.KafkaSettings;
import caravan.kafka.LogView;
import caravan.kafka.LogView.Missing;
import caravan.kafka.PartitionOwner;
import caravan.kafka.Rebatcher;
import caravan.kafka.Refused;
import caravan.kafka.Start;
import caravan.kafka.Tasks;
import caravan.store.Store;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestArchive;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.DefaultAggregateController;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From chunks to commits, as the route calls it, but step by step. */
@ExtendWith(TestServers.class)
class BackupTaskTest {
    @TempDir
    private Path directory;

    private final Tasks tasks = new Tasks();
    private final List<String> forced = new ArrayList<>();
    private final ObjectAggregation aggregation = new ObjectAggregation();

    private TestData data;
    private String topic;
    private Spool spool;
    private SpoolWriters writers;
    private FrameCodecs codecs;
    private DefaultCamelContext context;
    private BackupTask task;
    private PartitionOwner owner;
    private Taken assignment;
    private Start start;

    /** An assignment that notes what is asked of it. */
    private static final class Taken implements Assignment {
        private final long number;
        private final TopicPartition partition;
        private final List<Long> commits = new ArrayList<>();
        private final List<String> metadata = new ArrayList<>();
        private final List<String> restarts = new ArrayList<>();
        private boolean stopped;

        private Taken(long number, TopicPartition partition) {
            this.number = number;
            this.partition = partition;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public TopicPartition partition() {
            return partition;
        }

        @Override
        public void commit(long offset, Optional<Integer> leaderEpoch, String text) {
            commits.add(offset);
            metadata.add(text);
        }

        @Override
        public void restart(String why) {
            restarts.add(why);
        }

        @Override
        public void stop() {
            stopped = true;
        }
    }

    @BeforeEach
    void aPartitionThatWasAssigned(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) throws Exception {
        data = new TestData(broker);
        topic = names.topic("orders");
        data.createTopic(topic, 1, Map.of());
        spool = new Spool(directory, 256L << 20);
        writers = new SpoolWriters(2);
        codecs = new FrameCodecs(1);
        context = new DefaultCamelContext();
        context.getRegistry().bind("tasks", tasks);
        context.getRegistry().bind("kafka", new KafkaSettings(broker.bootstrapServers()));
        context.getRegistry().bind("store", new TestArchive(s3).store());
        context.getRegistry().bind("spool", spool);
        context.getRegistry().bind("spoolWriters", writers);
        context.getRegistry().bind("frameCodecs", FrameCodecs.class, () -> codecs);
        task = new BackupTask();
        task.setCamelContext(context);
        task.setTopics(topic);
        task.setGroup(names.topic("group"));
        task.setObjects(new DefaultAggregateController() {
            @Override
            public int forceCompletionOfGroup(String key) {
                forced.add(key);
                return 1;
            }
        });
        aggregation.setTask(task);
        owner = task.backup().orElseThrow().owner();
        assignment = new Taken(1, new TopicPartition(topic, 0));
        start = begin(assignment, Optional.empty());
        assignment.commits.clear();
        assignment.metadata.clear();
    }

    @AfterEach
    void close() throws Exception {
        task.close();
        tasks.close();
        writers.close();
        spool.close();
        codecs.close();
        context.close();
    }

    @Test
    void onlyWhatIsStoredWithoutAHoleBeforeItIsCommitted() {
        // Given
        SpooledObject first = complete(0, 10);
        SpooledObject second = complete(10, 20);
        assertThat(task.storable(first)).isTrue();
        assertThat(task.storable(second)).isTrue();

        // When
        task.stored(second);

        // Then
        assertThat(assignment.commits).isEmpty();

        // When
        task.stored(first);

        // Then
        assertThat(assignment.commits).containsExactly(20L);
        assertThat(assignment.metadata).singleElement().asString().endsWith(fileName(second));
        assertSpoolEmpties();
    }

    @Test
    void whatAnObjectThatIsNotStoredFollowsIsNeverCommitted() {
        // Given
        SpooledObject lost = complete(0, 10);
        assertThat(task.storable(lost)).isTrue();

        // When
        for (int i = 1; i < 5; i++) {
            SpooledObject next = complete(10 * i, 10 * (i + 1));
            assertThat(task.storable(next)).isTrue();
            task.stored(next);
        }

        // Then
        assertThat(assignment.commits).isEmpty();
    }

    @Test
    void whatATopicHeldBeforeItWasRecreatedIsNotStored() {
        // Given
        SpooledObject object = complete(0, 10);
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 10, 20)));
        data.deleteTopic(topic);
        data.createTopic(topic, 1, Map.of());

        // When
        boolean storable = task.storable(object);

        // Then
        assertThat(storable).isFalse();
        assertThat(object.state()).isEqualTo(State.DISCARDED);
        assertThat(body(growing).state()).isEqualTo(State.DISCARDED);
        assertThat(assignment.restarts).hasSize(1);
        assertThat(assignment.commits).isEmpty();
        assertSpoolEmpties();
    }

    @Test
    void whatStillArrivesForAnAssignmentWhoseDataIsVoidIsNotTakenAndTakesNoRoom() {
        // Given
        SpooledObject object = complete(0, 10);
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 10, 20)));
        data.deleteTopic(topic);
        assertThat(task.storable(object)).isFalse();

        // When
        aggregation.aggregate(growing, exchange(chunk(1, 20, 30)));
        aggregation.onCompletion(growing);

        // Then
        assertThat(owner.accepted(assignment)).isEqualTo(20);
        assertThat(task.storable(body(growing))).isFalse();
        assertSpoolEmpties();
        assertThat(directory
                        .toFile()
                        .listFiles(file -> file.getName().startsWith("process-"))[0]
                        .list())
                .containsExactly("lock");
    }

    @Test
    void aRevokedPartitionsOpenObjectsAreDroppedAndItsCommitsToo() {
        // Given
        SpooledObject storing = complete(0, 10);
        assertThat(task.storable(storing)).isTrue();
        SpooledObject sealed = complete(10, 20);
        SpooledObject open = body(aggregation.aggregate(null, exchange(chunk(1, 20, 30))));

        // When
        owner.released(assignment);

        // Then: only the file that is being read is left
        assertThat(List.of(storing.state(), sealed.state(), open.state()))
                .containsExactly(State.STORING, State.DISCARDED, State.DISCARDED);
        assertThat(task.storable(sealed)).isFalse();

        // When
        task.stored(storing);

        // Then
        assertThat(assignment.commits).isEmpty();
        assertSpoolEmpties();
    }

    @Test
    void threeObjectsThatWaitToBeStoredAreEnough() {
        // Given
        List<SpooledObject> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(owner.hasRoom(assignment)).isTrue();
            waiting.add(complete(10 * i, 10 * (i + 1)));
        }
        assertThat(owner.hasRoom(assignment)).isFalse();

        // When
        assertThat(task.storable(waiting.get(0))).isTrue();
        task.stored(waiting.get(0));

        // Then
        assertThat(owner.hasRoom(assignment)).isTrue();
    }

    @Test
    void aFullSpoolTakesNothingMoreAndStoresItsLargestObject() {
        // Given
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));
        spool.grow(spool.capacity());

        // When
        owner.beforeFetch(Map.of(assignment.partition(), 10L));

        // Then
        assertThat(owner.hasRoom(assignment)).isFalse();
        assertThat(forced).containsExactly(body(growing).correlationKey());
        spool.grow(-spool.capacity());
    }

    @Test
    void aRestartWaitsForWhatIsOpen() throws Exception {
        // Given
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));
        Taken next = new Taken(2, assignment.partition());

        // When
        var found = owner.assigned(next, Optional.of(assignment), Optional.empty());

        // Then
        assertThat(forced).containsExactly(body(growing).correlationKey());
        assertThat(found).isNotDone();

        // When
        aggregation.onCompletion(growing);
        assertThat(task.storable(body(growing))).isTrue();
        assertThat(found).isNotDone();
        task.stored(body(growing));

        // Then: this object was not really stored
        assertThat(found.get(30, TimeUnit.SECONDS).offset()).isZero();
    }

    @Test
    void theClusterIsAskedOnceForAllPartitionsThatStartTogether(TestServers.Names names) throws Exception {
        // Given
        String many = names.topic("many");
        data.createTopic(many, 40, Map.of());
        // Who asks for a partition that has no leader yet asks again.
        IntStream.range(0, 40).forEach(partition -> data.logEnd(many, partition));
        long asked = requests("OffsetFetch") + requests("ListOffsets");

        // When
        List<CompletableFuture<Start>> starts = IntStream.range(0, 40)
                .mapToObj(partition -> owner.assigned(
                                new Taken(100 + partition, new TopicPartition(many, partition)),
                                Optional.empty(),
                                Optional.empty())
                        .toCompletableFuture())
                .toList();
        for (CompletableFuture<Start> found : starts) {
            assertThat(found.get(1, TimeUnit.MINUTES).offset()).isZero();
        }

        // Then: some for the topic's first snapshot, and three for all; a thread may begin before the last one is there
        assertThat(requests("OffsetFetch") + requests("ListOffsets") - asked).isBetween(3L, 40L);
    }

    /** Requests of a kind that the broker in this JVM has answered. */
    private static long requests(String kind) throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        long count = 0;
        for (ObjectName name : beans.queryNames(
                new ObjectName("kafka.network:type=RequestMetrics,name=RequestsPerSec,request=" + kind + ",*"), null)) {
            count += (long) beans.getAttribute(name, "Count");
        }
        return count;
    }

    @Test
    void aPositionThatIsRefusedAgainAndAgainIsAFailure() throws Exception {
        // Given: refused once, as after retention, which a new start ends
        Taken second = new Taken(2, assignment.partition());
        owner.assigned(second, Optional.of(assignment), Optional.of(Refused.outOfRange(0)))
                .get(30, TimeUnit.SECONDS);
        assertThat(task.progress().failing()).isEmpty();

        // When
        owner.assigned(new Taken(3, assignment.partition()), Optional.of(second), Optional.of(Refused.outOfRange(0)));

        // Then
        assertThat(task.progress().failing().orElseThrow().cause())
                .hasMessageContaining("the leader does not serve offset 0");
    }

    @Test
    void aChunkOfAnAssignmentThatEndedDoesNotHoldThePollingThread() {
        // When
        Exchange dropped = aggregation.aggregate(null, exchange(chunk(99, 0, 10)));

        // Then
        assertThat(aggregation.matches(dropped)).isTrue();
        aggregation.onCompletion(dropped);
        assertThat(task.storable(dropped.getMessage().getBody())).isFalse();
    }

    @Test
    void anErrorIsNotTakenForAnAcceptedChunk() {
        // Given
        context.getRegistry().unbind("frameCodecs");
        context.getRegistry().bind("frameCodecs", FrameCodecs.class, () -> {
            throw new UnsatisfiedLinkError("no zstd for this machine");
        });

        // When
        Exchange dropped = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));

        // Then
        assertThat(aggregation.matches(dropped)).isTrue();
        assertThat(owner.accepted(assignment)).isZero();
        assertThat(task.progress().fatal()).containsInstanceOf(UnsatisfiedLinkError.class);
    }

    @Test
    void whatComesBehindAChunkThatCouldNotBeWrittenIsNeitherStoredNorCommitted() throws Exception {
        // Given: a chunk whose batches are not of its range, taken before that is found
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));
        Chunk wrong = new Chunk(
                assignment.partition(),
                start.topicId(),
                1,
                10,
                20,
                0,
                chunk(1, 90, 95).batches(),
                false);
        aggregation.aggregate(growing, exchange(wrong));
        aggregation.aggregate(growing, exchange(chunk(1, 20, 30)));
        SpooledObject first = body(growing);

        // When
        assertThat(first.next()).isEqualTo(30);
        aggregation.onCompletion(growing);
        assertThat(task.storable(first)).isTrue();
        assertThat(task.progress().failing()).isPresent();
        task.stored(first);

        // Then: the object ends before it
        assertThat(first.sealed().key().next()).isEqualTo(10);
        assertThat(assignment.commits).containsExactly(10L);
        assertThat(assignment.restarts).hasSize(1);

        // When
        Exchange later = aggregation.aggregate(null, exchange(chunk(1, 30, 40)));

        // Then
        assertThat(owner.accepted(assignment)).isEqualTo(30);
        aggregation.onCompletion(later);
        assertThat(task.storable(later.getMessage().getBody())).isFalse();
        assertThat(assignment.commits).containsExactly(10L);
        assertSpoolEmpties();
    }

    @Test
    void anObjectOpenedBeforeTheFailureWasFoundIsDropped() {
        // Given: the only writer is held up until all is taken
        CountDownLatch all = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            writers.after(CompletableFuture.completedFuture(null), 0, () -> {
                try {
                    all.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));
        aggregation.aggregate(
                growing,
                exchange(new Chunk(
                        assignment.partition(),
                        start.topicId(),
                        1,
                        10,
                        20,
                        0,
                        chunk(1, 90, 95).batches(),
                        false)));
        aggregation.onCompletion(growing);
        Exchange next = aggregation.aggregate(null, exchange(chunk(1, 20, 30)));
        aggregation.onCompletion(next);

        // When
        all.countDown();

        // Then
        assertThat(task.storable(body(growing))).isTrue();
        assertThat(task.storable(body(next))).isFalse();
        task.stored(body(growing));
        assertThat(assignment.commits).containsExactly(10L);
        assertSpoolEmpties();
    }

    @Test
    void aChunksMemoryIsUsedAgainOnlyWhenItIsWritten() throws Exception {
        // Given: memory that becomes something else as soon as it is given back, and writers that are held up
        Chunk plain = chunk(1, 0, 10);
        ByteBuffer shared = ByteBuffer.allocateDirect(plain.batches().remaining());
        shared.put(plain.batches().duplicate()).flip();
        Chunk chunk = new Chunk(
                plain.partition(), plain.topicId(), 1, 0, 10, 0, shared, false, LogView.NONE, () -> shared.duplicate()
                        .put(new byte[shared.remaining()]));
        CountDownLatch taken = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            writers.after(CompletableFuture.completedFuture(null), 0, () -> {
                try {
                    taken.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        // When
        Exchange growing = aggregation.aggregate(null, exchange(chunk));
        assertThat(shared).isEqualTo(plain.batches());
        taken.countDown();
        SpooledObject object = sealed(growing);

        // Then
        assertThat(object.broken()).isFalse();
        assertThat(object.sealed().key().records()).isEqualTo(10);
        await().untilAsserted(() -> assertThat(shared).isNotEqualTo(plain.batches()));

        // When: it comes again, and is covered
        shared.duplicate().put(plain.batches().duplicate());
        Exchange next = aggregation.aggregate(null, exchange(chunk(1, 10, 20)));
        aggregation.aggregate(next, exchange(chunk));

        // Then
        assertThat(shared).isNotEqualTo(plain.batches());
    }

    @Test
    void whatWasReadTooLateIsNamedBeforeItIsStored() throws Exception {
        // Given: the log was seen to end at offset 10, and what follows comes days later
        long monday = System.currentTimeMillis() - TimeUnit.DAYS.toMillis(5);
        long today = System.currentTimeMillis();
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        take(chunk(0, 10, new LogView(Optional.empty(), 10, monday, -1)));
        assertThat(gaps(store)).isEmpty();

        // When
        SpooledObject late = sealed(
                aggregation.aggregate(null, exchange(chunk(10, 20, new LogView(missing(12, 14), 40, today, -1)))));
        assertThat(task.storable(late)).isTrue();

        // Then
        GapKey gap = new GapKey(12, 14, 0);
        assertThat(gaps(store)).containsExactly(late.folder().key(gap));
        GapDocument document = GapDocument.parse(store.read(late.folder().key(gap)));
        assertThat(document.reason()).isEqualTo(GapDocument.Reason.COMPACTION);
        assertThat(document.concerned()).isEqualTo(new OffsetRange(12, 40));
        assertThat(assignment.commits).containsExactly(10L);
        assertThat(task.progress().gaps()).isOne();
        assertThat(task.progress().lateReads()).isOne();

        // When: it is stored, and what comes up to the log's end
        task.stored(late);
        take(chunk(20, 40, new LogView(missing(22, 24), 40, today, -1)));
        take(chunk(40, 50, new LogView(missing(42, 44), 50, today + 1, -1)));

        // Then: it is named once, and each commit says since when nothing can be missing
        assertThat(gaps(store)).hasSize(1);
        assertThat(assignment.commits).containsExactly(10L, 20L, 40L, 50L);
        assertThat(assignment.metadata)
                .extracting(
                        text -> CommitMetadata.parse(text).orElseThrow().asOf().orElse(-1))
                .containsExactly(monday, monday, today, today + 1);
    }

    @Test
    void whatCouldNotBeWrittenDoesNotMakeACommitYounger() {
        // Given: the log's end comes with a chunk whose batches are not of its range
        Exchange growing =
                aggregation.aggregate(null, exchange(chunk(0, 10, new LogView(Optional.empty(), 20, 1, -1))));
        Chunk last = chunk(10, 20, new LogView(Optional.empty(), 20, 2, 2));
        aggregation.aggregate(
                growing, exchange(last.withBatches(chunk(1, 90, 95).batches(), false)));

        // When
        SpooledObject object = sealed(growing);
        assertThat(task.storable(object)).isTrue();
        task.stored(object);

        // Then
        assertThat(assignment.commits).containsExactly(10L);
        assertThat(CommitMetadata.parse(assignment.metadata.get(0))
                        .orElseThrow()
                        .asOf())
                .hasValue(1);
    }

    @Test
    void aBackupThatWasKilledBehindTheNameOfWhatItReadLatePassesOverNothing() throws Exception {
        // Given: two runs are killed when they have named what they read late; only the first one's object is stored
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        PartitionFolder folder = new PartitionFolder(topic, Timeline.of(start.topicId()), 0);
        LateRead first = new LateRead(missing(10, 12).orElseThrow(), 40);
        LateRead second = new LateRead(missing(23, 25).orElseThrow(), 40);
        store.putIfAbsent(folder.key(new ObjectKey(0, 20, 0, 0, -1, -1)), new byte[1]);
        store.putIfAbsent(folder.key(first.key()), first.document(0).toJson());
        store.putIfAbsent(folder.key(second.key()), second.document(0).toJson());

        // When
        Start next = begin(new Taken(2, assignment.partition()), Optional.of(assignment));

        // Then
        assertThat(next.offset()).isEqualTo(20);
    }

    @Test
    void aRunningBackupGoesOnInABaselineThatBecameComplete() throws Exception {
        // Given: it has stored ten records, of which the baseline has six, and more is open
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        take(chunk(1, 0, 10));
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 10, 20)));
        Timeline baseline = new Timeline(start.topicId(), 1);
        TopicSnapshots snapshots = new TopicSnapshots(store);
        snapshots.recordIfChanged(
                topic,
                baseline,
                snapshots
                        .first(topic, Timeline.of(start.topicId()))
                        .orElseThrow()
                        .endingAt(Map.of(0, 6L)));
        store.putIfAbsent(new PartitionFolder(topic, baseline, 0).key(new ObjectKey(0, 6, 0, 0, -1, -1)), new byte[1]);
        OwnedPartitions partitions = (OwnedPartitions) owner;
        partitions.refreshSnapshots();
        assertThat(assignment.restarts).isEmpty();

        // When
        snapshots.complete(topic, baseline, 1);
        partitions.refreshSnapshots();

        // Then
        assertThat(assignment.restarts).containsExactly("the baseline " + baseline + " is complete");

        // When: as the consumer does then
        Taken next = new Taken(2, assignment.partition());
        var found = owner.assigned(next, Optional.of(assignment), Optional.empty());
        aggregation.onCompletion(growing);
        assertThat(task.storable(body(growing))).isTrue();
        task.stored(body(growing));

        // Then: what was open is stored where it was begun
        assertThat(body(growing).folder().timeline()).isEqualTo(Timeline.of(start.topicId()));
        assertThat(assignment.commits).containsExactly(10L, 20L);
        assertThat(found.get(30, TimeUnit.SECONDS).offset()).isEqualTo(6);
        await().untilAsserted(() -> assertThat(next.commits).containsExactly(6L));
        assertThat(CommitMetadata.parse(next.metadata.get(0)).orElseThrow().timeline())
                .isEqualTo(baseline);

        // When
        partitions.refreshSnapshots();
        SpooledObject object = sealed(aggregation.aggregate(null, exchange(chunk(2, 6, 30))));

        // Then
        assertThat(next.restarts).isEmpty();
        assertThat(object.folder().timeline()).isEqualTo(baseline);
    }

    /** An object of one chunk, stored. */
    private void take(Chunk chunk) {
        SpooledObject object = sealed(aggregation.aggregate(null, exchange(chunk)));
        assertThat(task.storable(object)).isTrue();
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        store.putIfAbsent(
                object.getKey(),
                object.sealed().file(),
                Map.of(),
                object.sealed().crc32c());
        task.stored(object);
    }

    private List<String> gaps(Store store) {
        return store.list("topics/" + topic + "/")
                .map(Store.Entry::key)
                .filter(key -> key.endsWith(".gap"))
                .toList();
    }

    private static Optional<Missing> missing(long from, long next) {
        return Optional.of(new Missing(new OffsetRange(from, next), 0));
    }

    private Chunk chunk(long from, long next, LogView view) {
        Chunk plain = chunk(1, from, next);
        return new Chunk(plain.partition(), plain.topicId(), 1, from, next, 0, plain.batches(), false, view, () -> {});
    }

    @Test
    void anObjectNeverSpansAJump() {
        // Given
        Exchange growing = aggregation.aggregate(null, exchange(chunk(1, 0, 10)));

        // When
        aggregation.aggregate(growing, exchange(chunk(1, 15, 20)));

        // Then
        assertThat(body(growing).next()).isEqualTo(10);
        assertThat(owner.accepted(assignment)).isEqualTo(10);
    }

    @Test
    void anObjectThatIsThereIsTheSameWhereItsRecordsAreHoweverItsBatchesAreCut() throws Exception {
        // Given: another process took the same records in two chunks, and one of other records
        SpooledObject ours = complete(0, 10);
        begin(new Taken(2, assignment.partition()), Optional.empty());
        Exchange growing = aggregation.aggregate(null, exchange(chunk(2, 0, 5)));
        aggregation.aggregate(growing, exchange(chunk(2, 5, 10)));
        SpooledObject theirs = sealed(growing);
        SpooledObject others = otherRecords(3);
        assertThat(List.of(theirs.getKey(), others.getKey())).containsOnly(ours.getKey());
        assertThat(theirs.getMetadata()).isNotEqualTo(ours.getMetadata());
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);

        // Then
        store.putIfAbsent(
                ours.getKey(), theirs.sealed().file(), Map.of(), theirs.sealed().crc32c());
        assertThat(outcome(store, ours)).isEqualTo("same");

        // When
        store.put(ours.getKey(), Files.readAllBytes(others.sealed().file()));

        // Then
        assertThat(outcome(store, ours)).isEqualTo("conflict");
    }

    /** An object as of offsets [0, 10), with keys of its own. */
    private SpooledObject otherRecords(long number) throws Exception {
        begin(new Taken(number, assignment.partition()), Optional.empty());
        Exchange exchange = aggregation.aggregate(null, exchange(chunk(number, 0, 10, new byte[] {2})));
        return sealed(exchange);
    }

    private String outcome(Store store, SpooledObject object) throws Exception {
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty("object", object);
        new ExistingObject(store).compare(exchange);
        return exchange.getProperty(ExistingObject.OUTCOME, String.class);
    }

    @Test
    void anArchiveThatIsLongInOpeningHoldsUpNeitherItsWatchNorItsEnd() throws Exception {
        // Given
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        context.getRegistry().unbind("store");
        context.getRegistry().bind("store", Store.class, () -> {
            asked.countDown();
            assertThat(answer).succeedsWithin(Duration.ofMinutes(1));
            throw new IllegalStateException("the store was away all the time");
        });
        BackupTask waiting = new BackupTask();
        waiting.setCamelContext(context);
        waiting.setTopics(topic);
        waiting.setObjects(new DefaultAggregateController());
        CompletableFuture<?> opening = CompletableFuture.runAsync(waiting::backup);
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        // When
        CompletableFuture<?> watched = CompletableFuture.runAsync(() -> {
            waiting.stuck();
            waiting.lag();
            waiting.storeAtOnce(Map.of());
            waiting.close();
        });

        // Then
        assertThat(watched).succeedsWithin(Duration.ofSeconds(30));
        assertThat(opening).isNotDone();
        answer.complete(null);
        assertThat(opening).failsWithin(Duration.ofSeconds(30));
        assertThat(waiting.progress().failing()).isPresent();
    }

    private Start begin(Taken taken, Optional<Assignment> predecessor) throws Exception {
        return owner.assigned(taken, predecessor, Optional.empty()).get(30, TimeUnit.SECONDS);
    }

    /** An object of one chunk, complete. */
    private SpooledObject complete(long from, long next) {
        Exchange exchange = aggregation.aggregate(null, exchange(chunk(1, from, next)));
        return sealed(exchange);
    }

    /** What was under way when an object was dropped is accounted for a moment later. */
    private void assertSpoolEmpties() {
        await().untilAsserted(() -> assertThat(spool.used()).isZero());
    }

    private SpooledObject sealed(Exchange exchange) {
        aggregation.onCompletion(exchange);
        SpooledObject object = body(exchange);
        try {
            object.seal();
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SpooledObject body(Exchange exchange) {
        return exchange.getMessage().getBody(SpooledObject.class);
    }

    private static String fileName(SpooledObject object) {
        return object.getKey().substring(object.getKey().lastIndexOf('/') + 1);
    }

    private Exchange exchange(Chunk chunk) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(chunk);
        return exchange;
    }

    private Chunk chunk(long number, long from, long next) {
        return chunk(number, from, next, new byte[] {1});
    }

    private Chunk chunk(long number, long from, long next, byte[] key) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset = from; offset < next; offset++) {
            records.add(new ConsumerRecord<>(
                    topic,
                    0,
                    offset,
                    1_000,
                    TimestampType.CREATE_TIME,
                    1,
                    1,
                    key,
                    new byte[] {(byte) offset},
                    new RecordHeaders(),
                    Optional.of(0)));
        }
        return new Chunk(
                assignment.partition(), start.topicId(), number, from, next, 0, Rebatcher.batches(records), false);
    }
}
