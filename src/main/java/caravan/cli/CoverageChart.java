package caravan.cli;

import caravan.archive.Coverage;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.catalog.FindingSummary;
import caravan.catalog.PartitionContents;
import caravan.catalog.TimelineContents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Draws what is stored of each partition over time: one line a partition, all on one axis. Where an object lies is said by its key;
 * a gap or a hole has no times of its own, and lies between the objects around it.
 */
final class CoverageChart {

    /** What a column shows; where it could show several, the last of them: what is missing is never drawn over. */
    private enum Mark {
        NOTHING(' ', ""),
        QUIET('-', "no records"),
        STORED('=', "stored"),
        COMPACTED('~', "stored after a compaction, deletes may be missing"),
        GAP('x', "gap"),
        HOLE('?', "hole"),
        AHEAD('>', "not stored yet, times not known");

        private final char sign;
        private final String meaning;

        Mark(char sign, String meaning) {
            this.sign = sign;
            this.meaning = meaning;
        }
    }

    /** Offsets from {@code from} on of one object, or that are missing. */
    private record Stretch(long from, Mark mark, OptionalLong begin, OptionalLong end) {

        static Stretch missing(long from, Mark mark) {
            return new Stretch(from, mark, OptionalLong.empty(), OptionalLong.empty());
        }

        static Stretch of(Coverage.Piece piece, ObjectKey object, Mark mark) {
            return new Stretch(
                    piece.from(),
                    mark,
                    OptionalLong.of(object.baseTimestamp() < 0 ? object.maxTimestamp() : object.baseTimestamp()),
                    OptionalLong.of(object.maxTimestamp()));
        }
    }

    /** Behind the axis, where there is something that is not stored. */
    private static final int COLUMNS_AHEAD = 3;

    private final TimeAxis axis;
    private final Set<Mark> drawn = EnumSet.noneOf(Mark.class);
    private final Table table;

    private CoverageChart(TimeAxis axis) {
        this.axis = axis;
        this.table = new Table(">PARTITION", axis.labels());
    }

    /**
     * Lines that end with a line feed; none where no record has a time.
     *
     * @param findings of which those about gaps tell how far a gap reaches that is longer than its key
     * @param logEnds by partition, where they are known
     */
    static String of(TimelineContents life, List<FindingSummary> findings, Map<Integer, Long> logEnds, String indent) {
        LongStream.Builder times = LongStream.builder();
        life.partitions().forEach(partition -> stretches(partition, findings).forEach(stretch -> {
            stretch.begin().ifPresent(times::add);
            stretch.end().ifPresent(times::add);
        }));
        long[] sorted = times.build().sorted().toArray();
        if (sorted.length == 0) {
            return "";
        }
        CoverageChart chart = new CoverageChart(TimeAxis.of(sorted[0], sorted[sorted.length - 1]));
        life.partitions()
                .forEach(partition ->
                        chart.draw(partition, stretches(partition, findings), logEnds.get(partition.partition())));
        return indent + "over time, " + chart.axis.columnText() + " a column: " + chart.legend() + "\n\n"
                + chart.table.print(indent);
    }

    /** In the order of the offsets; without objects whose records have no time. */
    private static List<Stretch> stretches(PartitionContents partition, List<FindingSummary> findings) {
        Coverage coverage = partition.coverage();
        List<OffsetRange> gaps = Stream.concat(
                        coverage.gaps().stream().map(gap -> new OffsetRange(gap.from(), gap.next())),
                        findings.stream()
                                .filter(finding -> isGap(finding, partition))
                                .map(finding -> new OffsetRange(finding.from(), finding.next())))
                .toList();
        List<Stretch> stretches = new ArrayList<>();
        for (Coverage.Piece piece : coverage.pieces()) {
            if (!(piece.key() instanceof ObjectKey object)) {
                stretches.add(Stretch.missing(piece.from(), Mark.GAP));
            } else if (object.records() > 0 && object.maxTimestamp() >= 0) {
                boolean compacted =
                        gaps.stream().anyMatch(gap -> gap.from() < piece.next() && piece.from() < gap.next());
                stretches.add(Stretch.of(piece, object, compacted ? Mark.COMPACTED : Mark.STORED));
            }
        }
        coverage.holes().forEach(hole -> stretches.add(Stretch.missing(hole.from(), Mark.HOLE)));
        stretches.sort(Comparator.comparingLong(Stretch::from));
        return stretches;
    }

    private static boolean isGap(FindingSummary finding, PartitionContents partition) {
        return finding.kind().equals("gap")
                && partition.folder().timeline().folder().equals(finding.timeline())
                && Integer.valueOf(partition.partition()).equals(finding.partition());
    }

    private void draw(PartitionContents partition, List<Stretch> stretches, Long logEnd) {
        Mark[] line = new Mark[TimeAxis.COLUMNS + COLUMNS_AHEAD];
        Arrays.fill(line, Mark.NOTHING);
        int reached = -1;
        Mark between = Mark.QUIET;
        for (Stretch stretch : stretches) {
            if (stretch.begin().isEmpty()) {
                between = worse(between, stretch.mark());
                continue;
            }
            int begin = axis.column(stretch.begin().getAsLong());
            int end = axis.column(stretch.end().getAsLong());
            if (reached >= 0 && reached + 1 < begin) {
                paint(line, reached + 1, begin - 1, between);
            } else if (between != Mark.QUIET) {
                paint(line, begin, begin, between);
            }
            paint(line, begin, end, stretch.mark());
            reached = Math.max(reached, end);
            between = Mark.QUIET;
        }
        if (between != Mark.QUIET) {
            int behind = Math.min(reached + 1, TimeAxis.COLUMNS - 1);
            paint(line, behind, behind, between);
        }
        if (logEnd != null && logEnd > partition.coverage().next()) {
            paint(line, TimeAxis.COLUMNS, line.length - 1, Mark.AHEAD);
        }
        drawn.addAll(Arrays.asList(line));
        table.row(
                Integer.toString(partition.partition()),
                Stream.of(line).map(mark -> Character.toString(mark.sign)).collect(Collectors.joining()));
    }

    private static Mark worse(Mark one, Mark other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static void paint(Mark[] line, int first, int last, Mark mark) {
        for (int column = first; column <= last; column++) {
            line[column] = worse(line[column], mark);
        }
    }

    private String legend() {
        return drawn.stream()
                .filter(mark -> mark != Mark.NOTHING)
                .map(mark -> mark.sign + " " + mark.meaning)
                .collect(Collectors.joining(", "));
    }
}
