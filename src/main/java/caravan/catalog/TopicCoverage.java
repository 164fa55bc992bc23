package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What is stored of one life of a topic, partition by partition, as it is told in JSON, to be drawn.
 *
 * @param partitions in the order of their numbers
 */
@JsonPropertyOrder({"topic", "timeline", "partitions"})
public record TopicCoverage(String topic, String timeline, List<Partition> partitions) {

    /**
     * One partition.
     *
     * @param start where its backup began, inclusive
     * @param next end of what is stored without a hole, exclusive
     * @param logEnd the log's end in the cluster, exclusive; null where it is not known, or the log is of another life
     * @param pieces in the order of their offsets
     */
    @JsonPropertyOrder({"partition", "start", "next", "logEnd", "pieces"})
    public record Partition(int partition, long start, long next, Long logEnd, List<Piece> pieces) {}

    /** What a piece is. */
    public enum Kind {
        /** In the archive. */
        @JsonProperty("stored")
        STORED,
        /** Never to be stored any more. */
        @JsonProperty("gap")
        GAP,
        /** Nothing answers for it. */
        @JsonProperty("hole")
        HOLE,
        /** In the cluster, and not in the archive yet. */
        @JsonProperty("pending")
        PENDING
    }

    /**
     * A range of offsets.
     *
     * @param from first offset, inclusive
     * @param next end, exclusive
     * @param records an upper bound where only a part of an object counts; 0 but for what is stored or pending
     * @param baseTimestamp of about the oldest record, epoch millis; null where it is not known
     * @param maxTimestamp upper bound of the records' timestamps, epoch millis; null where it is not known
     * @param reason of a gap; null where it is not known, and of all else
     */
    @JsonPropertyOrder({"kind", "from", "next", "records", "baseTimestamp", "maxTimestamp", "reason"})
    public record Piece(
            Kind kind,
            long from,
            long next,
            long records,
            Long baseTimestamp,
            Long maxTimestamp,
            GapDocument.Reason reason) {

        private Piece with(Piece following) {
            return new Piece(
                    kind,
                    from,
                    following.next,
                    records + following.records,
                    least(baseTimestamp, following.baseTimestamp),
                    most(maxTimestamp, following.maxTimestamp),
                    reason);
        }

        private static Long least(Long one, Long other) {
            return one == null ? other : other == null ? one : Long.valueOf(Math.min(one, other));
        }

        private static Long most(Long one, Long other) {
            return one == null ? other : other == null ? one : Long.valueOf(Math.max(one, other));
        }
    }

    /**
     * Reads it off the keys.
     *
     * @param logEnds of the partitions of this life in the cluster, where they are known
     * @param most about how many pieces a partition may have: objects that follow each other are taken together, gaps and holes
     *     never are
     * @param reasons why offsets are missing; null where nobody knows
     * @param now epoch millis
     */
    public static TopicCoverage of(
            TimelineContents life,
            Map<Integer, Long> logEnds,
            int most,
            Function<PartitionGap, GapDocument.Reason> reasons,
            long now) {
        return new TopicCoverage(
                life.topic(),
                life.timeline().folder(),
                life.partitions().stream()
                        .map(partition -> partition(partition, logEnds.get(partition.partition()), most, reasons, now))
                        .toList());
    }

    /** A gap, and where it is. */
    public record PartitionGap(PartitionContents partition, GapKey key) {}

    private static Partition partition(
            PartitionContents contents,
            Long logEnd,
            int most,
            Function<PartitionGap, GapDocument.Reason> reasons,
            long now) {
        Coverage coverage = contents.coverage();
        List<Piece> pieces = new ArrayList<>();
        for (Coverage.Piece piece : coverage.pieces()) {
            pieces.add(
                    piece.key() instanceof ObjectKey object
                            ? stored(piece, object)
                            : missing(
                                    Kind.GAP,
                                    new OffsetRange(piece.from(), piece.next()),
                                    reasons.apply(new PartitionGap(contents, (GapKey) piece.key()))));
        }
        coverage.holes().forEach(hole -> pieces.add(missing(Kind.HOLE, hole, null)));
        pieces.sort(Comparator.comparingLong(Piece::from));
        List<Piece> shown = merged(pieces, most);
        if (logEnd != null && logEnd > coverage.end()) {
            shown.add(new Piece(
                    Kind.PENDING,
                    coverage.end(),
                    logEnd,
                    logEnd - coverage.end(),
                    contents.maxTimestamp().orElse(null),
                    now,
                    null));
        }
        return new Partition(contents.partition(), contents.startOffset(), coverage.next(), logEnd, shown);
    }

    private static Piece stored(Coverage.Piece piece, ObjectKey object) {
        long records = Math.min(object.records(), piece.next() - piece.from());
        Long max = records == 0 || object.maxTimestamp() < 0 ? null : Long.valueOf(object.maxTimestamp());
        Long base = max == null || object.baseTimestamp() < 0 ? max : Long.valueOf(object.baseTimestamp());
        return new Piece(Kind.STORED, piece.from(), piece.next(), records, base, max, null);
    }

    private static Piece missing(Kind kind, OffsetRange range, GapDocument.Reason reason) {
        return new Piece(kind, range.from(), range.next(), 0, null, null, reason);
    }

    /** So many neighbours are taken together that the most are not exceeded by much. */
    private static List<Piece> merged(List<Piece> pieces, int most) {
        long stored =
                pieces.stream().filter(piece -> piece.kind() == Kind.STORED).count();
        long together = Math.max(1, (stored + most - 1) / most);
        List<Piece> merged = new ArrayList<>();
        long taken = 0;
        for (Piece piece : pieces) {
            Piece last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            boolean goesOn = last != null
                    && last.kind() == Kind.STORED
                    && piece.kind() == Kind.STORED
                    && last.next() == piece.from()
                    && taken < together;
            if (goesOn) {
                merged.set(merged.size() - 1, last.with(piece));
                taken++;
            } else {
                merged.add(piece);
                taken = 1;
            }
        }
        return merged;
    }
}
