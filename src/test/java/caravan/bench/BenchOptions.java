package caravan.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the command line chooses. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Caravan beside Kafka's own tools, in one run.")
final class BenchOptions {
    @Option(
            names = "--scenarios",
            split = ",",
            paramLabel = "A,B,…",
            defaultValue = "A,B,C,D,E,F,G,H,I,J",
            description = "Which scenarios, by their letters (default: all).")
    private List<String> scenarios;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "Share of the records, and of the time of I (default: ${DEFAULT-VALUE}).")
    private double scale;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measured rounds; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warmups",
            paramLabel = "N",
            defaultValue = "1",
            description = "Rounds before, which do not count (default: ${DEFAULT-VALUE}).")
    private int warmups;

    @Option(
            names = "--java-opts",
            paramLabel = "OPTIONS",
            defaultValue = "",
            description = "Options for Caravan's JVM, such as '-Xmx256m -XX:+UseSerialGC' (default: none).")
    private String javaOpts;

    @Option(names = "--jar", paramLabel = "FILE", defaultValue = "target/caravan.jar", description = "Caravan's jar.")
    private Path jar;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all raw figures to this file.")
    private Path json;

    @Option(names = "--plot", paramLabel = "FILE", description = "Draw the comparison into this file, as SVG.")
    private Path plot;

    /** The letters of the chosen scenarios, in upper case. */
    List<String> scenarios() {
        return scenarios.stream().map(name -> name.trim().toUpperCase()).toList();
    }

    double scale() {
        return scale;
    }

    /** {@code full}, scaled; at least 1. */
    long scaled(long full) {
        return Math.max(1, Math.round(full * scale));
    }

    int rounds() {
        return rounds;
    }

    int warmups() {
        return warmups;
    }

    List<String> javaOpts() {
        return javaOpts.isBlank() ? List.of() : List.of(javaOpts.trim().split("\\s+"));
    }

    Path jar() {
        return jar.toAbsolutePath();
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    Optional<Path> plot() {
        return Optional.ofNullable(plot);
    }
}
