package caravan.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.ArchiveDocument;
import caravan.archive.ArchiveKey;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private static final Timeline FIRST = new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0);
    private static final Timeline SECOND = new Timeline(Uuid.fromString("0Bq2NVt6R1mlmY0tVmkPFw"), 0);

    private final MemoryStore store = new MemoryStore();
    private final Catalog catalog = new Catalog(store);

    @Test
    void anEmptyStoreHoldsNoArchive() {
        assertThat(catalog.archive()).isEmpty();
        assertThat(catalog.topics()).isEmpty();
        assertThat(catalog.topic("orders")).isEmpty();
        assertThatThrownBy(catalog::requireArchive)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.NOT_FOUND))
                .hasMessageContaining("no archive in memory");
    }

    @Test
    void anArchiveIsBegunOnce() {
        // Given
        Set<String> ids = ConcurrentHashMap.newKeySet();

        // When
        IntStream.range(0, 50)
                .parallel()
                .forEach(n -> ids.add(catalog.openOrCreate().archiveId()));

        // Then
        assertThat(ids).hasSize(1);
        assertThat(catalog.archive().map(ArchiveDocument::archiveId))
                .contains(ids.iterator().next());
    }

    @Test
    void anArchiveOfALaterFormatIsLeftAlone() {
        // Given
        store.put("archive.json", "{\"format\":2,\"archiveId\":\"x\",\"createdAt\":1}".getBytes(UTF_8));

        // Then
        assertThatThrownBy(catalog::archive).isInstanceOf(UnsupportedFormatException.class);
        assertThatThrownBy(catalog::openOrCreate).isInstanceOf(UnsupportedFormatException.class);
    }

    @Test
    void tellsWhatThereIsOfATopic() {
        // Given: two partitions with objects, one that is empty, one that was added later
        snapshot(1_000, topic("orders", FIRST, 3, Map.of(0, 10L, 1, 0L, 2, 7L)));
        snapshot(2_000, topic("orders", FIRST, 4, Map.of()));
        add("orders", FIRST, 0, new ObjectKey(10, 20, 1, 10, 500, 600));
        add("orders", FIRST, 0, new ObjectKey(20, 30, 1, 5, 100, 700));
        add("orders", FIRST, 1, new ObjectKey(5, 6, 1, 1, 300, 300));
        add("orders", FIRST, 3, new ObjectKey(0, 9, 1, 9, 900, 901));

        // When
        TimelineContents contents =
                catalog.topic("orders").orElseThrow().timelines().get(0);

        // Then
        assertThat(contents.partitions())
                .extracting(PartitionContents::partition)
                .containsExactly(0, 1, 2, 3);
        assertThat(contents.partitions())
                .extracting(PartitionContents::startOffset)
                .containsExactly(10L, 0L, 7L, 0L);
        assertThat(contents.partitions().get(0).coverage().next()).isEqualTo(30);
        assertThat(contents.partitions().get(1).coverage().holes()).containsExactly(new OffsetRange(0, 5));
        assertThat(contents.objects()).isEqualTo(4);
        assertThat(contents.records()).isEqualTo(25);
        assertThat(contents.baseTimestamp()).contains(100L);
        assertThat(contents.maxTimestamp()).contains(901L);
        assertThat(contents.first()).get().extracting(TopicSnapshot::partitions).isEqualTo(3);
        assertThat(contents.newest())
                .get()
                .extracting(TopicSnapshot::partitions)
                .isEqualTo(4);
        assertThat(contents.damage()).isEmpty();
    }

    @Test
    void anEmptyTopicHasATimelineWithoutData() {
        // Given
        snapshot(1_000, topic("empty", FIRST, 2, Map.of(0, 0L, 1, 0L)));

        // When
        TopicContents contents = catalog.topic("empty").orElseThrow();

        // Then
        assertThat(contents.restorable()).hasSize(1);
        assertThat(contents.restorable().get(0).hasData()).isFalse();
        assertThat(contents.restorable().get(0).partitions()).hasSize(2);
        assertThat(contents.restorable().get(0).maxTimestamp()).isEmpty();
    }

    @Test
    void aRecreatedTopicHasTwoTimelinesInTheOrderTheyBegan() {
        // Given: the later one's id sorts first
        snapshot(1_000, topic("orders", FIRST, 1, Map.of(0, 0L)));
        add("orders", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        snapshot(2_000, topic("orders", SECOND, 1, Map.of(0, 0L)));

        // Then: an empty second life is no choice
        assertThat(catalog.topic("orders").orElseThrow().restorable())
                .extracting(TimelineContents::timeline)
                .containsExactly(FIRST);

        // When
        add("orders", SECOND, 0, new ObjectKey(0, 3, 1, 3, 1, 1));

        // Then
        assertThat(catalog.topic("orders").orElseThrow().restorable())
                .extracting(TimelineContents::timeline)
                .containsExactly(FIRST, SECOND);
    }

    @Test
    void ofOneLifeTheNewestCompleteBaselineIsRestored() {
        // Given
        Timeline complete = new Timeline(FIRST.topicId(), 1);
        Timeline unfinished = new Timeline(FIRST.topicId(), 2);
        snapshot(1_000, topic("state", FIRST, 1, Map.of(0, 0L)));
        add("state", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        baseline(2_000, topic("state", complete, 1, Map.of(0, 50L)), complete, Map.of(0, 150L));
        add("state", complete, 0, new ObjectKey(50, 150, 1, 60, 1, 1));
        baseline(3_000, topic("state", unfinished, 1, Map.of(0, 80L)), unfinished, Map.of(0, 200L));
        add("state", unfinished, 0, new ObjectKey(80, 199, 1, 60, 1, 1));

        // Then
        assertThat(catalog.topic("state").orElseThrow().restorable())
                .extracting(TimelineContents::timeline)
                .containsExactly(complete);
    }

    @Test
    void whatABaselineLacksAfterItWasCompleteIsDamage() {
        // Given: somebody deleted its first object
        Timeline baseline = new Timeline(FIRST.topicId(), 1);
        snapshot(1_000, topic("state", FIRST, 1, Map.of(0, 0L)));
        add("state", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        baseline(2_000, topic("state", baseline, 1, Map.of(0, 50L)), baseline, Map.of(0, 100L));
        add("state", baseline, 0, new ObjectKey(100, 150, 1, 50, 1, 1));
        assertThat(chosen("state")).isEqualTo(FIRST);

        // When: it had been complete before
        new TopicSnapshots(store).complete("state", baseline, 2_500);

        // Then
        assertThat(chosen("state")).isEqualTo(baseline);
        assertThat(restorable("state").partitions().get(0).coverage().holes())
                .containsExactly(new OffsetRange(50, 100));
    }

    @Test
    void aPartitionThatWentOnWhereItWasIsTakenFromThere() {
        // Given: a backup has gone on in the baseline with partition 1 only, when partition 2 had just been added
        Timeline baseline = new Timeline(FIRST.topicId(), 1);
        snapshot(1_000, topic("state", FIRST, 2, Map.of(0, 0L, 1, 0L)));
        snapshot(1_500, topic("state", FIRST, 3, Map.of()));
        add("state", FIRST, 0, new ObjectKey(0, 120, 1, 120, 1, 1));
        add("state", FIRST, 1, new ObjectKey(0, 120, 1, 120, 1, 1));
        add("state", FIRST, 2, new ObjectKey(0, 5, 1, 5, 1, 1));
        baseline(2_000, topic("state", baseline, 2, Map.of(0, 50L, 1, 50L)), baseline, Map.of(0, 100L, 1, 100L));
        add("state", baseline, 0, new ObjectKey(50, 100, 1, 10, 1, 1));
        add("state", baseline, 1, new ObjectKey(50, 130, 1, 40, 1, 1));

        // Then
        TimelineContents taken = restorable("state");
        assertThat(taken.timeline()).isEqualTo(baseline);
        assertThat(taken.partitions())
                .extracting(PartitionContents::folder)
                .containsExactly(
                        new PartitionFolder("state", FIRST, 0),
                        new PartitionFolder("state", baseline, 1),
                        new PartitionFolder("state", FIRST, 2));
        assertThat(taken.records()).isEqualTo(120 + 40 + 5);
    }

    @Test
    void whatWasBehindTheEndOfATruncatedLogIsNotTaken() {
        // Given: the log was cut off at offset 90 before the baseline was made
        Timeline baseline = new Timeline(FIRST.topicId(), 1);
        snapshot(1_000, topic("state", FIRST, 1, Map.of(0, 0L)));
        add("state", FIRST, 0, new ObjectKey(0, 120, 1, 120, 1, 1));
        baseline(2_000, topic("state", baseline, 1, Map.of(0, 50L)), baseline, Map.of(0, 100L));
        add("state", baseline, 0, new ObjectKey(50, 100, 2, 10, 1, 1));

        // Then
        assertThat(restorable("state").partitions().get(0).folder().timeline()).isEqualTo(baseline);
    }

    @Test
    void aTimeBeforeABaselineWasCompleteIsInTheTimelineBeforeIt() {
        // Given
        Timeline one = new Timeline(FIRST.topicId(), 1);
        Timeline two = new Timeline(FIRST.topicId(), 2);
        snapshot(1_000, topic("state", FIRST, 1, Map.of(0, 0L)));
        add("state", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        baseline(2_000, topic("state", one, 1, Map.of(0, 50L)), one, Map.of(0, 150L));
        add("state", one, 0, new ObjectKey(50, 150, 1, 60, 1, 1));
        new TopicSnapshots(store).complete("state", one, 2_500);
        baseline(3_000, topic("state", two, 1, Map.of(0, 80L)), two, Map.of(0, 200L));
        add("state", two, 0, new ObjectKey(80, 200, 1, 60, 1, 1));

        // Then
        assertThat(until("state", 2_500)).isEqualTo(FIRST);
        assertThat(until("state", 2_501)).isEqualTo(one);
        assertThat(until("state", 3_000)).isEqualTo(one);
        assertThat(until("state", 3_001)).isEqualTo(two);
        assertThat(chosen("state")).isEqualTo(two);
    }

    @Test
    void aBaselineSaysOnceThatItIsComplete() {
        // Given
        Timeline baseline = new Timeline(FIRST.topicId(), 12);
        TopicSnapshots snapshots = new TopicSnapshots(store);
        snapshot(1_000, topic("state", FIRST, 1, Map.of(0, 0L)));
        add("state", new Timeline(FIRST.topicId(), 2), 0, new ObjectKey(0, 1, 1, 1, 1, 1));
        add("state", SECOND, 0, new ObjectKey(0, 1, 1, 1, 1, 1));
        baseline(5_000, topic("state", baseline, 1, Map.of(0, 50L)), baseline, Map.of(0, 50L));
        assertThat(snapshots.complete("state", FIRST)).isTrue();
        assertThat(snapshots.complete("state", baseline)).isFalse();

        // When: by a slow clock, and again; then a setting changes
        snapshots.complete("state", baseline, 4_000);
        snapshots.complete("state", baseline, 6_000);
        snapshots.recordIfChanged("state", baseline, at(7_000, topic("state", baseline, 1, Map.of(0, 60L))));
        snapshots.recordIfChanged("state", baseline, at(8_000, topic("state", baseline, 2, Map.of(0, 60L))));

        // Then
        assertThat(snapshots.complete("state", baseline)).isTrue();
        assertThat(store.list("topics/state/" + baseline + "/").map(Store.Entry::key))
                .containsExactly(
                        "topics/state/" + baseline + "/topic-0000000005000.json",
                        "topics/state/" + baseline + "/topic-0000000005001.json",
                        "topics/state/" + baseline + "/topic-0000000008000.json");
        assertThat(catalog.topic("state").orElseThrow().timelines())
                .filteredOn(contents -> contents.timeline().equals(baseline))
                .singleElement()
                .satisfies(contents -> assertThat(contents.completed()).hasValue(4_000));
        assertThat(snapshots.timelines("state", FIRST.topicId()))
                .containsExactly(baseline, new Timeline(FIRST.topicId(), 2), FIRST);
    }

    private TimelineContents restorable(String topic) {
        return catalog.topic(topic).orElseThrow().restorable().get(0);
    }

    private Timeline chosen(String topic) {
        return restorable(topic).timeline();
    }

    private Timeline until(String topic, long millis) {
        return catalog.topic(topic)
                .orElseThrow()
                .restorable(OptionalLong.of(millis))
                .get(0)
                .timeline();
    }

    @Test
    void foreignFilesAreNamedWhereverTheyLie() {
        // Given
        catalog.openOrCreate();
        snapshot(1_000, topic("orders", FIRST, 1, Map.of(0, 0L)));
        add("orders", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        List<String> strangers = List.of(
                "README",
                "topics/loose.txt",
                "topics/not a topic/" + FIRST + "/00000/x",
                "topics/orders/notes.txt",
                "topics/orders/" + FIRST + "/00000/copy.zip",
                "topics/orders/no-timeline/00000/00000000000000000000-00000000000000000100-1-100-1-1.zip",
                "zzz/last");
        strangers.forEach(store::add);
        List<String> met = new ArrayList<>();

        // When
        List<TopicContents> all =
                catalog.contents(entry -> met.add(entry.key())).toList();
        all.forEach(topic -> topic.foreign().forEach(entry -> met.add(entry.key())));

        // Then
        assertThat(all).extracting(TopicContents::topic).containsExactly("orders");
        assertThat(met).containsExactlyInAnyOrderElementsOf(strangers);
        assertThat(catalog.topics()).containsExactly("orders");
    }

    @Test
    void topicsWhoseNamesBeginAlikeAreKeptApart() {
        // Given
        List<String> names = List.of("a", "a-b", "a.b", "a_b", "aa");
        names.forEach(name -> {
            snapshot(1_000, topic(name, FIRST, 1, Map.of(0, 0L)));
            add(name, FIRST, 0, new ObjectKey(0, name.length(), 1, 1, 1, 1));
        });

        // When
        List<TopicContents> all = catalog.contents(entry -> {}).toList();

        // Then
        assertThat(all).extracting(TopicContents::topic).containsExactlyInAnyOrderElementsOf(names);
        assertThat(all).allSatisfy(topic -> assertThat(
                        topic.timelines().get(0).partitions().get(0).coverage().next())
                .isEqualTo(topic.topic().length()));
        assertThat(catalog.topic("a").orElseThrow().timelines()).hasSize(1);
    }

    @Test
    void objectsWithoutASnapshotAreDamageAndNothingIsMissedBeforeThem() {
        // Given
        add("orders", FIRST, 0, new ObjectKey(40, 100, 1, 60, 1, 1));

        // When
        TimelineContents contents =
                catalog.topic("orders").orElseThrow().timelines().get(0);

        // Then
        assertThat(contents.damage()).get().asString().contains("no snapshot");
        assertThat(contents.partitions().get(0).coverage().holes()).isEmpty();
        assertThat(contents.records()).isEqualTo(60);
    }

    @Test
    void aDamagedSnapshotIsNamed() {
        // Given
        String key = new ArchiveKey.Topic("orders", FIRST, 1_000).path();
        store.put(key, "{\"format\":1".getBytes(UTF_8));

        // Then
        assertThat(catalog.topic("orders").orElseThrow().timelines().get(0).damage())
                .get()
                .asString()
                .startsWith(key);
    }

    @Test
    void aGapIsKnownByItsKey() {
        // Given
        snapshot(1_000, topic("orders", FIRST, 1, Map.of(0, 0L)));
        add("orders", FIRST, 0, new ObjectKey(0, 100, 1, 100, 1, 1));
        add("orders", FIRST, 0, new GapKey(100, 150, -1));
        add("orders", FIRST, 0, new ObjectKey(150, 160, 1, 10, 1, 1));

        // When
        PartitionContents partition = catalog.topic("orders")
                .orElseThrow()
                .timelines()
                .get(0)
                .partitions()
                .get(0);

        // Then
        assertThat(partition.coverage().next()).isEqualTo(160);
        assertThat(partition.coverage().gaps()).containsExactly(new GapKey(100, 150, -1));
        assertThat(partition.objects()).hasSize(2);
        assertThat(partition.stored(new GapKey(100, 150, -1)).size()).isZero();
    }

    @Test
    void whatIsPrunedWhileItIsListedIsNoHole() {
        // Given
        snapshot(1_000, topic("early", FIRST, 1, Map.of(0, 0L)));
        snapshot(1_000, topic("orders", FIRST, 1, Map.of(0, 0L)));
        List<ObjectKey> objects = IntStream.range(0, 10)
                .mapToObj(n -> new ObjectKey(n * 100L, n * 100L + 100, 1, 100, 1, 1))
                .toList();
        objects.forEach(object -> add("orders", FIRST, 0, object));
        Iterator<TopicContents> listing = catalog.contents(foreign -> {}).iterator();
        assertThat(listing.next().topic()).isEqualTo("early");

        // When: the listing has come to the first object
        GapKey pruned = new GapKey(0, 800, 1);
        add("orders", FIRST, 0, pruned);
        PartitionFolder folder = new PartitionFolder("orders", FIRST, 0);
        objects.subList(0, 8).forEach(object -> store.remove(folder.key(object)));

        // Then
        PartitionContents partition =
                listing.next().timelines().get(0).partitions().get(0);
        assertThat(partition.coverage().holes()).isEmpty();
        assertThat(partition.coverage().gaps()).containsExactly(pruned);
        assertThat(partition.objects()).hasSize(2);
    }

    @Test
    void aSnapshotIsWrittenOnlyWhereSomethingChanged() {
        // Given
        TopicSnapshots snapshots = new TopicSnapshots(store);
        TopicSnapshot begun = at(5_000, topic("orders", FIRST, 1, Map.of(0, 10L)));
        TopicSnapshot later = at(6_000, topic("orders", FIRST, 1, Map.of(0, 30L)));
        TopicSnapshot grown = at(7_000, topic("orders", FIRST, 2, Map.of(0, 40L, 1, 0L)));
        TopicSnapshot byASlowClock = at(4_000, topic("orders", FIRST, 3, Map.of(0, 40L, 1, 0L)));

        // When
        TopicSnapshot first = snapshots.recordIfChanged("orders", FIRST, begun);
        TopicSnapshot again = snapshots.recordIfChanged("orders", FIRST, later);
        snapshots.recordIfChanged("orders", FIRST, grown);
        snapshots.recordIfChanged("orders", FIRST, grown);
        TopicSnapshot last = snapshots.recordIfChanged("orders", FIRST, byASlowClock);

        // Then
        assertThat(List.of(first, again, last))
                .allSatisfy(snapshot -> assertThat(snapshot.startOffsets()).isEqualTo(Map.of(0, 10L)));
        assertThat(store.list("topics/").map(Store.Entry::key))
                .containsExactly(
                        "topics/orders/" + FIRST + "/topic-0000000005000.json",
                        "topics/orders/" + FIRST + "/topic-0000000007000.json",
                        "topics/orders/" + FIRST + "/topic-0000000007001.json");
        assertThat(catalog.topic("orders").orElseThrow().timelines().get(0).newest())
                .get()
                .satisfies(newest -> {
                    assertThat(newest.partitions()).isEqualTo(3);
                    assertThat(newest.startOffsets()).isEmpty();
                });
    }

    @Test
    void processesThatBeginATimelineAtOnceAgreeOnItsStart() {
        // Given: each sees other start offsets
        TopicSnapshots snapshots = new TopicSnapshots(store);
        Set<Map<Integer, Long>> starts = ConcurrentHashMap.newKeySet();

        // When
        IntStream.range(0, 20)
                .parallel()
                .forEach(n -> starts.add(snapshots
                        .recordIfChanged("orders", FIRST, at(5_000, topic("orders", FIRST, 1, Map.of(0, (long) n))))
                        .startOffsets()));

        // Then
        assertThat(starts).hasSize(1);
        assertThat(store.list("topics/")).hasSize(1);
    }

    private void add(String topic, Timeline timeline, int partition, PartitionKey key) {
        store.add(new PartitionFolder(topic, timeline, partition).key(key));
    }

    private void snapshot(long millis, TopicSnapshot snapshot) {
        baseline(millis, snapshot, new Timeline(snapshot.topicId(), 0), Map.of());
    }

    private void baseline(long millis, TopicSnapshot snapshot, Timeline timeline, Map<Integer, Long> ends) {
        TopicSnapshot dated = new TopicSnapshot(
                snapshot.name(),
                snapshot.topicId(),
                snapshot.partitions(),
                snapshot.replicationFactor(),
                snapshot.configs(),
                snapshot.clusterId(),
                millis,
                snapshot.startOffsets(),
                ends);
        store.put(new ArchiveKey.Topic(snapshot.name(), timeline, millis).path(), dated.toJson());
    }

    private static TopicSnapshot at(long millis, TopicSnapshot snapshot) {
        return new TopicSnapshot(
                snapshot.name(),
                snapshot.topicId(),
                snapshot.partitions(),
                snapshot.replicationFactor(),
                snapshot.configs(),
                snapshot.clusterId(),
                millis,
                snapshot.startOffsets(),
                snapshot.endOffsets());
    }

    private static TopicSnapshot topic(String name, Timeline timeline, int partitions, Map<Integer, Long> starts) {
        Map<String, TopicSnapshot.Config> configs =
                Map.of("cleanup.policy", new TopicSnapshot.Config("delete", TopicSnapshot.Source.DEFAULT));
        return new TopicSnapshot(
                name, timeline.topicId(), partitions, 1, configs, "a-cluster", 1_000, starts, Map.of());
    }
}
