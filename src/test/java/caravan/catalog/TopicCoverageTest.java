package caravan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.catalog.TopicCoverage.Kind;
import caravan.catalog.TopicCoverage.Piece;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** What is drawn of a partition: much is taken together, and nothing that is missing gets lost in it. */
class TopicCoverageTest {
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ")), 0);
    private static final long NOW = 5_000;

    @Test
    void storedGapsHolesAndWhatIsToComeAreShownInOrder() {
        List<Piece> pieces = of(
                        Stream.of(
                                object(0, 10, 100, 200),
                                new GapKey(10, 20, 0),
                                object(20, 30, 300, 400),
                                object(40, 50, -1, 500)),
                        400,
                        Map.of(0, 70L))
                .pieces();

        assertThat(pieces)
                .containsExactly(
                        new Piece(Kind.STORED, 0, 10, 10, 100L, 200L, null),
                        new Piece(Kind.GAP, 10, 20, 0, null, null, GapDocument.Reason.RETENTION),
                        new Piece(Kind.STORED, 20, 30, 10, 300L, 400L, null),
                        new Piece(Kind.HOLE, 30, 40, 0, null, null, null),
                        new Piece(Kind.STORED, 40, 50, 10, 500L, 500L, null),
                        new Piece(Kind.PENDING, 50, 70, 20, 500L, NOW, null));
    }

    @Test
    void neighboursAreTakenTogetherButNeverAcrossAGap() {
        Stream<PartitionKey> keys = Stream.concat(
                Stream.of(new GapKey(5_000, 5_010, 0)),
                LongStream.range(0, 1_000).filter(i -> i != 500).mapToObj(i -> object(10 * i, 10 * i + 10, i, i + 1)));

        List<Piece> pieces = of(keys, 20, Map.of()).pieces();

        assertThat(pieces).hasSizeBetween(20, 24);
        assertThat(pieces).filteredOn(piece -> piece.kind() == Kind.GAP).hasSize(1);
        assertThat(pieces.stream().mapToLong(Piece::records).sum()).isEqualTo(9_990);
        long reached = 0;
        for (Piece piece : pieces) {
            assertThat(piece.from()).isEqualTo(reached);
            reached = piece.next();
        }
        assertThat(reached).isEqualTo(10_000);
        assertThat(pieces.get(0).baseTimestamp()).isEqualTo(0);
        assertThat(pieces.get(pieces.size() - 1).maxTimestamp()).isEqualTo(1_000);
    }

    @Test
    void anObjectWithoutRecordsHasNoTime() {
        assertThat(of(Stream.of(new ObjectKey(0, 10, 0, 0, -1, -1)), 400, Map.of(0, 10L))
                        .pieces())
                .containsExactly(new Piece(Kind.STORED, 0, 10, 0, null, null, null));
    }

    private static ObjectKey object(long from, long next, long base, long max) {
        return new ObjectKey(from, next, 0, next - from, base, max);
    }

    private static TopicCoverage.Partition of(Stream<? extends PartitionKey> keys, int most, Map<Integer, Long> ends) {
        List<StoredKey> stored =
                keys.map(key -> new StoredKey(key, 1, Instant.EPOCH)).toList();
        TimelineContents life = new TimelineContents(
                "orders",
                FOLDER.timeline(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new PartitionContents(FOLDER, 0, stored)));
        return TopicCoverage.of(life, ends, most, gap -> GapDocument.Reason.RETENTION, NOW)
                .partitions()
                .get(0);
    }
}
