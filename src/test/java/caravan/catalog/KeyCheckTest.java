package caravan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class KeyCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Timeline LIFE = new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0);
    private static final PartitionFolder FOLDER = new PartitionFolder("orders", LIFE, 2);

    @Test
    void aHoleMayBeAnUploadUnderWay() {
        // Given: the key behind the hole was stored 59 minutes ago
        List<Finding> findings = check(Duration.ofMinutes(59), Duration.ofMinutes(1));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.kind()).isEqualTo(Kind.HOLE);
            assertThat(finding.offsets()).contains(new OffsetRange(10, 20));
            assertThat(finding.message()).startsWith("orders-2: hole [10, 20)").contains("2026-11-22T11:01:00Z");
        });
    }

    @Test
    void aHoleThatIsNotFilledWithinAnHourIsDamage() {
        // Given: the hole is as old as the oldest key behind it, however young the others are
        List<Finding> findings = check(Duration.ofMinutes(1), Duration.ofMinutes(61));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.FAILURE);
            assertThat(finding.kind()).isEqualTo(Kind.HOLE);
        });
    }

    @Test
    void whatWasPrunedIsToldButNothingToLookAt() {
        // Given: records that Kafka deleted before they were stored, and records that were pruned
        MemoryStore store = new MemoryStore();
        GapKey pruned = new GapKey(0, 10, 1);
        GapKey lost = new GapKey(10, 20, -1);
        store.put(FOLDER.key(pruned), GapDocument.pruned(pruned, 1, "a test").toJson());
        ArchiveCheck before = ArchiveCheck.of(store, topic -> true);
        store.put(FOLDER.key(lost), GapDocument.retention(lost, 20, 1, "a test").toJson());

        // When
        ArchiveCheck after = ArchiveCheck.of(store, topic -> true);

        // Then: a timeline without a snapshot is damage of its own
        assertThat(before.findings()).extracting(Finding::kind).containsExactly(Kind.DOCUMENT, Kind.PRUNED);
        assertThat(before.warnings()).isZero();
        assertThat(after.findings()).extracting(Finding::kind).containsExactly(Kind.DOCUMENT, Kind.PRUNED, Kind.GAP);
        assertThat(after.warnings()).isEqualTo(1);
        assertThat(after.failures()).isEqualTo(1);
    }

    @Test
    void whatWasReadTooLateIsToldUntilABaselineIsComplete() {
        // Given
        MemoryStore store = new MemoryStore();
        GapKey gap = new GapKey(3, 5, -1);
        store.put(FOLDER.key(gap), GapDocument.compaction(gap, 40, 0, "a test").toJson());
        TimelineContents late = timeline(LIFE, new ObjectKey(0, 40, 1, 30, 1, 1), gap);
        KeyCheck check = new KeyCheck(store, NOW);

        // Then: it is about all that was read so late
        assertThat(check.check(new TopicContents("orders", List.of(late), List.of())))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                    assertThat(finding.offsets()).contains(new OffsetRange(3, 40));
                    assertThat(finding.message()).startsWith("orders-2: gap [3, 40): compacted before it was stored");
                    assertThat(finding.hint().toString()).contains("'backup --baseline'");
                });

        // When
        Timeline first = new Timeline(LIFE.topicId(), 1);
        TimelineContents begun = timeline(first, new ObjectKey(0, 10, 1, 10, 1, 1));
        TimelineContents complete = timeline(first, new ObjectKey(0, 40, 1, 10, 1, 1));

        // Then
        assertThat(check.check(new TopicContents("orders", List.of(late, begun), List.of())))
                .hasSize(1);
        assertThat(check.check(new TopicContents("orders", List.of(late, complete), List.of())))
                .isEmpty();
        assertThat(check.check(late)).hasSize(1);
    }

    @Test
    void whatKafkaDeletedStaysAGapWhateverBaselineThereIs() {
        // Given
        MemoryStore store = new MemoryStore();
        GapKey gap = new GapKey(0, 5, -1);
        store.put(FOLDER.key(gap), GapDocument.retention(gap, 5, 0, "a test").toJson());
        TopicContents contents = new TopicContents(
                "orders",
                List.of(
                        timeline(LIFE, gap),
                        timeline(new Timeline(LIFE.topicId(), 1), new ObjectKey(0, 40, 1, 10, 1, 1))),
                List.of());

        // Then
        assertThat(new KeyCheck(store, NOW).check(contents)).hasSize(1);
    }

    /** A timeline that is, if it is a baseline, complete at offset 40. */
    private static TimelineContents timeline(Timeline timeline, PartitionKey... keys) {
        TopicSnapshot first =
                new TopicSnapshot("orders", timeline.topicId(), 3, 1, Map.of(), "c", 0, Map.of(2, 0L), Map.of(2, 40L));
        return new TimelineContents(
                "orders",
                timeline,
                Optional.of(first),
                Optional.of(first),
                Optional.empty(),
                List.of(new PartitionContents(
                        new PartitionFolder("orders", timeline, 2),
                        0,
                        Stream.of(keys).map(key -> new StoredKey(key, 1, NOW)).toList())));
    }

    private static List<Finding> check(Duration ageOfNext, Duration ageOfLast) {
        List<StoredKey> keys = List.of(
                new StoredKey(new ObjectKey(0, 10, 1, 0, -1, -1), 1, NOW.minus(Duration.ofDays(1))),
                new StoredKey(new ObjectKey(20, 30, 1, 0, -1, -1), 1, NOW.minus(ageOfNext)),
                new StoredKey(new ObjectKey(30, 40, 1, 0, -1, -1), 1, NOW.minus(ageOfLast)));
        TimelineContents timeline = new TimelineContents(
                "orders",
                LIFE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new PartitionContents(FOLDER, 0, keys)));
        return new KeyCheck(new MemoryStore(), NOW).check(new TopicContents("orders", List.of(timeline), List.of()));
    }
}
