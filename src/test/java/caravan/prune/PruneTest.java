package caravan.prune;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ArchiveKey;
import caravan.archive.GapDocument;
import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.PlanDocument;
import caravan.archive.RestoreDocument;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.PartitionContents;
import caravan.catalog.PartitionTail;
import caravan.store.Deletion;
import caravan.store.Store;
import caravan.store.Stores;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prunes archives in a directory whose objects are keys only. */
class PruneTest {
    private static final Instant NOW = Instant.now();
    private static final long OLD = NOW.minus(Duration.ofDays(100)).toEpochMilli();
    private static final long YOUNG = NOW.minus(Duration.ofDays(10)).toEpochMilli();
    private static final Timeline LIFE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));
    private static final Timeline NEXT_LIFE = Timeline.of(Uuid.fromString("0Bq2NVt6R1mlmY0tVmkPFw"));
    private static final PartitionFolder FIRST = new PartitionFolder("orders", LIFE, 0);
    private static final PartitionFolder SECOND = new PartitionFolder("orders", LIFE, 1);

    @TempDir
    private Path directory;

    private Store store;

    @BeforeEach
    void begin() {
        store = Stores.open("file://" + directory);
        new Catalog(store).openOrCreate();
    }

    /** Three old objects and two young ones in each of two partitions, one of them with an older gap and a prune before. */
    private static void fill(Store store) {
        topic(store, LIFE, 2, Map.of(), "delete");
        store(store, FIRST, object(0, 10, OLD), object(10, 20, OLD), object(20, 30, OLD));
        store(store, FIRST, object(30, 40, YOUNG), object(40, 50, YOUNG));
        gap(store, SECOND, new GapKey(0, 10, 1), Reason.PRUNED);
        gap(store, SECOND, new GapKey(20, 25, -1), Reason.RETENTION);
        store(store, SECOND, object(10, 20, OLD), object(25, 30, OLD), object(30, 40, OLD), object(40, 50, YOUNG));
    }

    @Test
    void deletesWhatIsOldAndSaysSo() {
        // Given
        fill(store);

        // When
        PrunedTimeline pruned = prune().get(0);

        // Then
        assertThat(pruned.objects()).isEqualTo(6);
        assertThat(pruned.records()).isEqualTo(30 + 10 + 5 + 10);
        assertThat(pruned.bytes()).isEqualTo(6 * 3);
        assertThat(pruned.partitions())
                .containsExactly(
                        new PrunedTimeline.Partition(0, 0, 30, 3, 30, 9),
                        new PrunedTimeline.Partition(1, 10, 40, 3, 25, 9));
        assertThat(keys(FIRST)).containsExactly(new GapKey(0, 30, 1), object(30, 40, YOUNG), object(40, 50, YOUNG));
        assertThat(keys(SECOND))
                .containsExactly(
                        new GapKey(0, 20, 1), new GapKey(20, 25, -1), new GapKey(25, 40, 1), object(40, 50, YOUNG));
        GapDocument document = GapDocument.parse(store.read(FIRST.key(new GapKey(0, 30, 1))));
        assertThat(document).isEqualTo(new GapDocument(Reason.PRUNED, 0, 30, -1, NOW.toEpochMilli(), "a test"));
        assertThat(prune().get(0).objects()).as("a second time").isZero();
    }

    @Test
    void aDryRunTellsTheSameAndChangesNothing() {
        // Given
        fill(store);
        List<Store.Entry> before = store.list("").toList();

        // When
        List<PrunedTimeline> told = run(store, Optional.empty(), Set.of()).pruned();

        // Then
        assertThat(store.list("")).isEqualTo(before);
        assertThat(prune()).isEqualTo(told);
    }

    @Test
    void cutOffAtAnyMomentItIsFinishedByTheNextRun(@TempDir Path elsewhere) {
        // Given
        fill(store);
        Steps all = new Steps(Integer.MAX_VALUE);
        run(all.of(store), all.in(store), Set.of());
        List<PartitionKey> first = keys(FIRST);
        List<PartitionKey> second = keys(SECOND);
        assertThat(all.taken.get()).isEqualTo(3 + 6 + 1);

        for (int allowed = 0; allowed < all.taken.get(); allowed++) {
            Store again = Stores.open("file://" + elsewhere.resolve("after-" + allowed));
            again.create();
            new Catalog(again).openOrCreate();
            fill(again);

            // When
            Steps some = new Steps(allowed);
            assertThatThrownBy(() -> run(some.of(again), some.in(again), Set.of()))
                    .isInstanceOf(CutOff.class);

            // Then: nothing is missing, and nothing is read otherwise
            for (PartitionContents partition : partitions(again)) {
                assertThat(partition.coverage().holes())
                        .as("after %d steps", allowed)
                        .isEmpty();
                assertThat(partition.coverage().next()).isEqualTo(50);
            }
            run(again, Optional.of(Deletion.in(again)), Set.of());
            assertThat(keys(again, FIRST)).as("after %d steps", allowed).isEqualTo(first);
            assertThat(keys(again, SECOND)).as("after %d steps", allowed).isEqualTo(second);
        }
    }

    @Test
    void whatWasNamedIsDeletedThoughTheNextRunIsAskedForLess() {
        // Given: a run that was cut off after the first deletion
        fill(store);
        assertThatThrownBy(() -> run(store, new Steps(1).in(store), Set.of())).isInstanceOf(CutOff.class);

        // When
        try (Prune prune = prune(store, Optional.of(Deletion.in(store)), Duration.ofDays(10_000), Set.of())) {
            prune.prune(new Catalog(store).topic("orders").orElseThrow());
        }

        // Then
        assertThat(keys(FIRST)).hasSize(3);
        assertThat(keys(SECOND)).hasSize(4);
    }

    @Test
    void aBackupGoesOnWhereItWasWhateverTheGroupRemembers() {
        // Given: more keys than one LIST tells, all old
        topic(store, LIFE, 1, Map.of(), "delete");
        List<ObjectKey> objects = IntStream.range(0, 1_200)
                .mapToObj(n -> object(n * 10L, n * 10L + 10, OLD))
                .toList();
        store(store, FIRST, objects.toArray(ObjectKey[]::new));
        ObjectKey last = objects.get(1_199);

        // When
        prune();

        // Then
        assertThat(keys(FIRST)).containsExactly(new GapKey(0, 11_990, 1), last);
        for (int remembered : List.of(0, 600, 1_198, 1_199)) {
            Optional<String> hint = Optional.of(objects.get(remembered).fileName());
            PartitionTail tail = PartitionTail.find(store, FIRST, 0, hint);
            assertThat(tail.next()).isEqualTo(12_000);
            assertThat(tail.last()).contains(last);
        }
        assertThat(PartitionTail.find(store, FIRST, 0, Optional.empty()).last()).contains(last);
    }

    @Test
    void eachLifeOfATopicIsPrunedByItself() {
        // Given
        fill(store);
        PartitionFolder reborn = new PartitionFolder("orders", NEXT_LIFE, 0);
        topic(store, NEXT_LIFE, 1, Map.of(), "delete");
        store(store, reborn, object(0, 5, OLD), object(5, 10, YOUNG));

        // When
        List<PrunedTimeline> pruned = prune();

        // Then
        assertThat(pruned).extracting(PrunedTimeline::objects).containsExactlyInAnyOrder(6L, 1L);
        assertThat(keys(reborn)).containsExactly(new GapKey(0, 5, 1), object(5, 10, YOUNG));
    }

    @Test
    void aCompactedTopicIsLeftAloneAsOldRecordsAreTheStateOfTheirKeys() {
        // Given
        topic(store, LIFE, 1, Map.of(), "compact,delete");
        store(store, FIRST, object(0, 10, OLD), object(10, 20, YOUNG));
        List<PartitionKey> before = keys(FIRST);

        // When
        Run run = run(store, Optional.of(Deletion.in(store)), Set.of());

        // Then
        assertThat(keys(FIRST)).isEqualTo(before);
        assertThat(run.pruned()).singleElement().satisfies(life -> assertThat(life.leftAlone())
                .contains("compacted"));
        assertThat(run.remarks()).singleElement().satisfies(remark -> {
            assertThat(remark.message()).contains("orders is compacted").contains("1 old object");
            assertThat(remark.hint()).contains("backup --baseline");
        });
    }

    @Test
    void aCompactedTopicOfWhichNothingIsOldNeedsNoAttention() {
        topic(store, LIFE, 1, Map.of(), "compact");
        store(store, FIRST, object(0, 10, YOUNG), object(10, 20, YOUNG));

        assertThat(run(store, Optional.of(Deletion.in(store)), Set.of()).remarks())
                .isEmpty();
    }

    @Test
    void whatLiesBeforeACompleteBaselineMayGoAndTheBaselineStays() {
        // Given: two complete baselines, and one under way
        for (int number = 0; number <= 3; number++) {
            Timeline timeline = new Timeline(LIFE.topicId(), number);
            topic(store, timeline, 1, number == 0 ? Map.of() : Map.of(0, number == 3 ? 100L : 20L), "compact");
            store(store, new PartitionFolder("orders", timeline, 0), object(0, 10, OLD), object(10, 20, OLD));
        }

        // When
        Run run = run(store, Optional.of(Deletion.in(store)), Set.of());

        // Then
        assertThat(run.remarks()).isEmpty();
        assertThat(run.pruned())
                .extracting(life -> life.timeline() + ": " + life.objects())
                .containsExactlyInAnyOrder(LIFE + ": 1", LIFE + ".1: 1", LIFE + ".2: 0", LIFE + ".3: 0");
        assertThat(keys(new PartitionFolder("orders", new Timeline(LIFE.topicId(), 2), 0)))
                .containsExactly(object(0, 10, OLD), object(10, 20, OLD));
    }

    @Test
    void whatABaselineLacksOfThePartitionBeforeItStays() {
        // Given: no backup has gone on in the baseline yet, so a restore takes the partition as it was stored before
        Timeline baseline = new Timeline(LIFE.topicId(), 1);
        topic(store, LIFE, 1, Map.of(), "compact");
        topic(store, baseline, 1, Map.of(0, 20L), "compact");
        store(store, FIRST, object(0, 10, OLD), object(10, 20, OLD), object(20, 30, YOUNG));
        store(store, new PartitionFolder("orders", baseline, 0), object(0, 20, OLD));

        // Then
        assertThat(prune()).extracting(PrunedTimeline::objects).containsExactly(0L, 0L);
    }

    @Test
    void aBaselineThatIsNotCompleteReplacesNothing() {
        // Given
        topic(store, LIFE, 1, Map.of(), "compact");
        store(store, FIRST, object(0, 10, OLD), object(10, 20, OLD));
        Timeline baseline = new Timeline(LIFE.topicId(), 1);
        topic(store, baseline, 1, Map.of(0, 50L), "compact");
        store(store, new PartitionFolder("orders", baseline, 0), object(0, 10, OLD), object(10, 20, OLD));

        // Then
        assertThat(prune()).extracting(PrunedTimeline::objects).containsExactly(0L, 0L);
    }

    @Test
    void aTopicWhoseSnapshotsAreDamagedIsLeftAlone() {
        // Given
        fill(store);
        store.put(new ArchiveKey.Topic("orders", LIFE, OLD).path(), "{}".getBytes(UTF_8));
        List<PartitionKey> before = keys(FIRST);

        // When
        Run run = run(store, Optional.of(Deletion.in(store)), Set.of());

        // Then
        assertThat(keys(FIRST)).isEqualTo(before);
        assertThat(run.remarks()).singleElement().satisfies(remark -> {
            assertThat(remark.damage()).isTrue();
            assertThat(remark.message()).contains("orders", "topic-");
        });
    }

    @Test
    void aHoleIsRemarkedWhereOldObjectsLieBehindIt() {
        // Given
        topic(store, LIFE, 1, Map.of(), "delete");
        store(store, FIRST, object(0, 10, OLD), object(10, 20, OLD), object(30, 40, OLD), object(40, 50, YOUNG));

        // When
        Run run = run(store, Optional.of(Deletion.in(store)), Set.of());

        // Then: the object behind it was stored just now, so that an upload may be under way
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 10, 1), object(10, 20, OLD), object(30, 40, OLD));
        assertThat(run.remarks()).singleElement().satisfies(remark -> {
            assertThat(remark.message()).contains("orders-0: hole [20, 30)");
            assertThat(remark.damage()).isFalse();
        });
    }

    @Test
    void whatAnUnfinishedRestoreNeedsIsSpared() {
        // Given: one that begins with the second object
        fill(store);
        plan("0123456789abcdef-2", object(10, 20, OLD), object(20, 30, OLD));

        // When
        Run run = run(store, Optional.of(Deletion.in(store)), Set.of());

        // Then
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 10, 1), object(10, 20, OLD), object(20, 30, OLD));
        assertThat(keys(SECOND)).hasSize(4);
        assertThat(run.remarks()).singleElement().satisfies(remark -> {
            assertThat(remark.message()).contains("the restore 0123456789abcdef-2 has not come to its end");
            assertThat(remark.hint()).contains("--ignore-restore 0123456789abcdef-2");
        });

        // When nobody goes on with it
        run(store, Optional.of(Deletion.in(store)), Set.of("0123456789abcdef-2"));

        // Then
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 30, 1), object(30, 40, YOUNG));
    }

    @Test
    void whatAnUnfinishedRestoreTakesOfAnEarlierTimelineIsSparedToo() {
        fill(store);
        plan(
                "0123456789abcdef-2",
                new Timeline(LIFE.topicId(), 1),
                LIFE.folder(),
                object(10, 20, OLD),
                object(20, 30, OLD));

        // When
        prune();

        // Then
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 10, 1), object(10, 20, OLD), object(20, 30, OLD));
    }

    @Test
    void aRestoreThatCameToItsEndNeedsNothing() {
        fill(store);
        plan("0123456789abcdef-2", object(10, 20, OLD));
        report("0123456789abcdef-2");

        assertThat(prune().get(0).objects()).isEqualTo(6);
    }

    @Test
    void anEarlierPlanOfTheSameRequestIsNotFollowedAnyMore() {
        fill(store);
        plan("0123456789abcdef-9", object(10, 20, OLD));
        plan("0123456789abcdef-10", object(30, 40, YOUNG));
        plan("fedcba9876543210-1", object(40, 50, YOUNG));

        assertThat(prune().get(0).objects()).isEqualTo(6);
    }

    @Test
    void aPlanThatIsFrozenMeanwhileIsSeenBeforeAnythingIsDeleted() {
        // Given: a restore that looked at the archive before the gaps had their keys, and freezes its plan right after
        fill(store);
        Store racing = hooked(store, method -> {
            if (method.equals("putIfAbsent")) {
                plan("0123456789abcdef-1", object(10, 20, OLD));
            }
        });

        // When
        Run run = run(racing, Optional.of(Deletion.in(store)), Set.of());

        // Then: it has its object, which readers take before the gap
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 30, 1), object(10, 20, OLD), object(30, 40, YOUNG));
        assertThat(run.remarks()).hasSize(1);
        assertThat(run.pruned().get(0).objects()).isEqualTo(5);

        // When it came to its end
        report("0123456789abcdef-1");
        prune();

        // Then
        assertThat(keys(FIRST)).startsWith(new GapKey(0, 30, 1), object(30, 40, YOUNG));
    }

    @Test
    void aKeyThatAppearsForAnotherReasonStopsIt() {
        // Given
        fill(store);
        Store racing = hooked(store, method -> {
            if (method.equals("putIfAbsent")) {
                gap(store, FIRST, new GapKey(0, 30, 1), Reason.COMPACTION);
            }
        });

        // Then
        assertThatThrownBy(() -> run(racing, Optional.of(Deletion.in(store)), Set.of()))
                .hasMessageContaining("appeared meanwhile");
        assertThat(keys(FIRST)).contains(object(0, 10, OLD), object(10, 20, OLD), object(20, 30, OLD));
    }

    // ---- how it is run ----

    private record Run(List<PrunedTimeline> pruned, List<Remark> remarks) {}

    private List<PrunedTimeline> prune() {
        return run(store, Optional.of(Deletion.in(store)), Set.of()).pruned();
    }

    private static Run run(Store store, Optional<Deletion> deletion, Set<String> ignored) {
        try (Prune prune = prune(store, deletion, Duration.ofDays(90), ignored)) {
            List<PrunedTimeline> pruned =
                    prune.prune(new Catalog(store).topic("orders").orElseThrow());
            return new Run(pruned, prune.remarks());
        }
    }

    private static Prune prune(Store store, Optional<Deletion> deletion, Duration age, Set<String> ignored) {
        return new Prune(store, deletion, NOW, age, ignored, "a test", deleted -> {});
    }

    /** As a SIGKILL would. */
    private static final class CutOff extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Lets some steps change the store, and none after them. */
    private static final class Steps {
        private final int allowed;
        private final AtomicInteger taken = new AtomicInteger();

        private Steps(int allowed) {
            this.allowed = allowed;
        }

        private Store of(Store store) {
            return hooked(store, method -> {
                if (method.equals("putIfAbsent")) {
                    take();
                }
            });
        }

        private Optional<Deletion> in(Store store) {
            Deletion deletion = Deletion.in(store);
            return Optional.of(key -> {
                take();
                return deletion.delete(key);
            });
        }

        private void take() {
            if (taken.incrementAndGet() > allowed) {
                throw new CutOff();
            }
        }
    }

    private static Store hooked(Store store, Consumer<String> hook) {
        Set<Thread> inside = ConcurrentHashMap.newKeySet();
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (inside.add(Thread.currentThread())) {
                        hook.accept(method.getName());
                        inside.remove(Thread.currentThread());
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    // ---- what there is ----

    private List<PartitionKey> keys(PartitionFolder folder) {
        return keys(store, folder);
    }

    private static List<PartitionKey> keys(Store store, PartitionFolder folder) {
        return store.list(folder.path())
                .flatMap(entry ->
                        PartitionKey.parse(entry.key().substring(folder.path().length())).stream())
                .toList();
    }

    private static List<PartitionContents> partitions(Store store) {
        return new Catalog(store)
                .topic("orders")
                .orElseThrow()
                .timelines()
                .get(0)
                .partitions();
    }

    private static ObjectKey object(long from, long next, long maxTimestamp) {
        return new ObjectKey(from, next, 1, next - from, maxTimestamp, maxTimestamp);
    }

    private static void store(Store store, PartitionFolder folder, ObjectKey... objects) {
        for (ObjectKey object : objects) {
            store.putIfAbsent(folder.key(object), new byte[3]);
        }
    }

    private static void gap(Store store, PartitionFolder folder, GapKey gap, Reason reason) {
        store.putIfAbsent(folder.key(gap), new GapDocument(reason, gap.from(), gap.next(), -1, OLD, "a test").toJson());
    }

    private static void topic(
            Store store, Timeline timeline, int partitions, Map<Integer, Long> endOffsets, String cleanupPolicy) {
        TopicSnapshot snapshot = snapshot(timeline, partitions, endOffsets, cleanupPolicy);
        store.putIfAbsent(new ArchiveKey.Topic("orders", timeline, OLD).path(), snapshot.toJson());
    }

    private static TopicSnapshot snapshot(
            Timeline timeline, int partitions, Map<Integer, Long> endOffsets, String cleanupPolicy) {
        return new TopicSnapshot(
                "orders",
                timeline.topicId(),
                partitions,
                1,
                Map.of("cleanup.policy", new TopicSnapshot.Config(cleanupPolicy, TopicSnapshot.Source.TOPIC)),
                "a-cluster",
                OLD,
                Map.of(0, 0L),
                endOffsets);
    }

    /** Freezes the plan of a restore that reads these objects of the first partition. */
    private void plan(String restoreId, ObjectKey... objects) {
        plan(restoreId, LIFE, null, objects);
    }

    /** The same, of a partition that is taken from another timeline than its topic, if that is not null. */
    private void plan(String restoreId, Timeline timeline, String inTimeline, ObjectKey... objects) {
        List<PlanDocument.StoredRange> ranges = new ArrayList<>();
        for (ObjectKey object : objects) {
            ranges.add(new PlanDocument.StoredRange(object.fileName(), 3, object.from(), object.next()));
        }
        PlanDocument plan = new PlanDocument(
                restoreId,
                "an-archive",
                "a-cluster",
                OLD,
                Map.of(),
                List.of(new PlanDocument.Topic(
                        "orders",
                        timeline.folder(),
                        snapshot(LIFE, 2, Map.of(), "delete"),
                        new PlanDocument.Target("copy", "", 1, Map.of(), Map.of(), Map.of(), List.of(), List.of()),
                        List.of(new PlanDocument.Partition(0, inTimeline, ranges, List.of())))));
        store.putIfAbsent(new ArchiveKey.Plan(restoreId).path(), plan.toJson());
    }

    private void report(String restoreId) {
        RestoreDocument report = new RestoreDocument(
                restoreId,
                "restore",
                "a-cluster",
                0,
                1,
                RestoreDocument.Outcome.FINISHED,
                List.of(),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                "");
        store.putIfAbsent(new ArchiveKey.Report(restoreId).path(), report.toJson());
    }
}
