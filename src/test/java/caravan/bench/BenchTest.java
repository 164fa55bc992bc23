package caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import caravan.testbed.Workspace;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The benchmark's own sums. */
class BenchTest {

    @ParameterizedTest
    @EnumSource(Payload.class)
    void thePayloadIsTheSameEachTimeInLinesOfOneLength(Payload payload) {
        // When
        byte[] text = payload.text();

        // Then
        assertThat(payload.text()).isEqualTo(text);
        assertThat(new String(text, StandardCharsets.US_ASCII).lines())
                .allMatch(line -> line.length() == payload.bytes())
                .doesNotHaveDuplicates();
    }

    @Test
    void ordersCompressAsJsonOfCustomersDoes() {
        byte[] text = Payload.ORDERS.text();
        assertThat((double) text.length / Zstd.compress(text, 3).length).isBetween(3.3, 4.2);
    }

    @Test
    void aProcessIsMeasuredWhole() throws Exception {
        try (Workspace workspace = new Workspace("caravan-bench")) {
            // When
            Finished finished = new Processes(workspace)
                    .run(
                            List.of(
                                    "sh",
                                    "-c",
                                    "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 0.3; echo $A"),
                            Map.of("A", "done"),
                            Set.of(0));

            // Then
            assertThat(finished.out()).isEqualTo("done\n");
            assertThat(finished.usage().cpuSeconds()).isPositive();
            assertThat(finished.usage().wallSeconds())
                    .isGreaterThan(0.3)
                    .isGreaterThan(finished.usage().cpuSeconds());
            assertThat(finished.usage().peakRssBytes()).isBetween(100_000L, 100_000_000L);
        }
    }

    @Test
    void aProcessThatFailsEndsTheBenchmark() throws Exception {
        try (Workspace workspace = new Workspace("caravan-bench")) {
            assertThatThrownBy(() -> new Processes(workspace)
                            .run(List.of("sh", "-c", "echo why >&2; exit 3"), Map.of(), Set.of(0)))
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("why");
        }
    }

    @Test
    void whatTheShellWaitedForIsSummed() {
        assertThat(Processes.childrensCpu("0m9.00s 0m9.00s\n1m2.50s 0m0.25s\n")).isEqualTo(62.75);
    }

    @Test
    void theMedianCountsAndRatiosAreOfMedians() {
        // Given
        Result result = result(round(10, 20, 5, 8), round(4, 30, 1, 6), round(5, 15, 4, 7));

        // Then
        assertThat(result.caravan(Usage::wallSeconds)).isEqualTo(5);
        assertThat(result.yardstick(Usage::wallSeconds)).hasValue(20);
        assertThat(result.speed()).hasValue(4);
        assertThat(result.cpu().orElseThrow()).isCloseTo(4.0 / 7, within(1e-9));
        assertThat(result.bytesPerSecond()).isEqualTo(200);
        assertThat(Target.speed(4).cpu(0.5).check(result, 1))
                .extracting(Check::passed)
                .containsExactly(true, false);
    }

    @Test
    void anArchiveThatLacksARecordFailsTheBenchmark() {
        ArchiveFacts facts = CaravanJar.facts(
                """
                {"topics": [{"timelines": [{"partitions": 4, "objects": 9, "records": 99, "recordsExact": true,
                 "bytes": 1234, "gaps": 0, "holes": 0}]}]}""");
        facts.require("sound", 99);
        assertThatThrownBy(() -> facts.require("damaged", 100)).hasMessageContaining("LOST");
    }

    @Test
    void thePlotIsWellFormed() throws Exception {
        // Given
        Machine machine = new Machine("a <fast> CPU & more", 2, 1L << 34, "Linux", "a JVM");

        // When
        String svg = new Plot(machine, 1, List.of(result(round(2, 4, 1, 3)))).draw();

        // Then
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                        .getElementsByTagName("rect")
                        .getLength())
                .isEqualTo(2 + 4);
    }

    private static Round round(double wall, double yardstickWall, double cpu, double yardstickCpu) {
        return new Round(
                Optional.of(new Figures(new Usage(yardstickWall, yardstickCpu, 1), 0, 0, 0)),
                new Figures(new Usage(wall, cpu, 1), 0, 0, 0),
                OptionalDouble.empty(),
                100,
                1);
    }

    private static Result result(Round... rounds) {
        return new Result("X", "a test", "a yardstick", 10, 1_000, List.of(rounds), List.of(), Map.of());
    }
}
