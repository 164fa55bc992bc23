package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.catalog.PartitionContents;
import caravan.catalog.StoredKey;
import caravan.catalog.TimelineContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class CoverageChartTest {
    private static final Timeline LIFE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));

    private static final String EXAMPLE =
            """
              over time, 2 minutes a column: - no records, = stored, x gap, ? hole, > not stored yet, times not known

              PARTITION  2026-11-28T14:00:00Z  2026-11-28T15:04:00Z  2026-11-28T16:08:00Z
                      0  ================------=========xxxxxxxxx=======================
                      1       ================
                      2  ================????======                                      >>>
            """;

    @Test
    void whatIsStoredAndWhatIsMissingIsSeenOverTime() {
        String chart = draw(
                Map.of(0, 700L, 1, 100L, 2, 700L),
                List.of(
                        object(0, 100, "14:00:00", "14:20:00"),
                        object(100, 200, "14:22:00", "14:30:00"),
                        // Nobody wrote for a quarter of an hour.
                        object(200, 300, "14:45:00", "15:00:00"),
                        new GapKey(300, 400, 0),
                        object(400, 600, "15:20:00", "15:40:00"),
                        object(600, 700, "15:41:00", "16:05:00")),
                List.of(object(0, 100, "14:10:00", "14:40:00")),
                List.of(
                        object(0, 100, "14:00:00", "14:30:00"),
                        // The object of [100, 200) is not there.
                        object(200, 300, "14:40:00", "14:50:00")));

        assertThat(chart).isEqualTo(EXAMPLE);
    }

    @Test
    void theExampleInTheDocumentIsDrawnHere() throws IOException {
        assertThat(Files.readString(Path.of("src/main/docs/commands.md"))).contains(EXAMPLE);
    }

    @Test
    void lossIsSeenWhereItIsShorterThanAColumn() {
        String chart = draw(
                Map.of(),
                List.of(
                        object(0, 100, "14:00:00", "14:30:00"),
                        new GapKey(100, 101, 0),
                        object(101, 200, "14:30:00", "15:00:00")),
                // Retention was faster than the first backup, and than the last one.
                List.of(new GapKey(0, 10, 0), object(10, 20, "14:10:00", "14:20:00"), new GapKey(20, 30, 0)));

        assertThat(chart.lines().skip(3))
                .containsExactly(
                        "          0  ==============================x==============================",
                        "          1            x==========x");
    }

    @Test
    void recordsThatCameLateAreWhereTheirTimesAre() {
        String chart = draw(
                Map.of(), List.of(object(0, 100, "14:30:00", "15:00:00"), object(100, 200, "14:00:00", "14:40:00")));

        assertThat(chart.lines().skip(3))
                .containsExactly("          0  =============================================================");
    }

    @Test
    void recordsWhoseTombstonesMayBeMissingAreToldApart() {
        String chart = draw(
                Map.of(),
                List.of(
                        object(0, 100, "14:00:00", "14:30:00"),
                        object(100, 200, "14:31:00", "15:00:00"),
                        new GapKey(0, 50, 0)));

        assertThat(chart.lines().skip(3))
                .containsExactly("          0  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~==============================");
        assertThat(chart).contains("~ stored after a compaction, deletes may be missing");
    }

    @Test
    void withoutATimeThereIsNothingToDraw() {
        assertThat(draw(Map.of(), List.of())).isEmpty();
        assertThat(draw(Map.of(0, 7L), List.of(new GapKey(0, 5, 0)))).isEmpty();
        assertThat(draw(Map.of(), List.of(new ObjectKey(0, 5, 0, 5, -1, -1)))).isEmpty();
        // A record without a time among others does not stretch the axis to 1969.
        assertThat(draw(Map.of(), List.of(new ObjectKey(0, 5, 0, 5, -1, time("14:00:00"))), List.of()))
                .contains("2026-11-28T14:00:00Z", "1 second a column");
    }

    @SafeVarargs
    private static String draw(Map<Integer, Long> logEnds, List<PartitionKey>... partitions) {
        List<PartitionContents> contents = new ArrayList<>();
        for (List<PartitionKey> keys : partitions) {
            contents.add(new PartitionContents(
                    new PartitionFolder("orders", LIFE, contents.size()),
                    0,
                    keys.stream()
                            .map(key -> new StoredKey(key, 1, Instant.EPOCH))
                            .toList()));
        }
        return CoverageChart.of(
                new TimelineContents("orders", LIFE, Optional.empty(), Optional.empty(), Optional.empty(), contents),
                List.of(),
                logEnds,
                "  ");
    }

    private static PartitionKey object(long from, long next, String base, String max) {
        return new ObjectKey(from, next, 0, next - from, time(base), time(max));
    }

    private static long time(String ofDay) {
        return Instant.parse("2026-11-28T" + ofDay + "Z").toEpochMilli();
    }
}
