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
    /** What {@code exec:exec@cds} makes. */
    private static final Path CLASS_DATA = Path.of("target", "caravan.jsa");

    @Option(
            names = "--scenarios",
            split = ",",
            paramLabel = "A,B,…",
            defaultValue = "A,B,B1,C,D,E,F,G,H,I,J",
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
            description =
                    "Options for Caravan's JVM (default: those of src/main/launcher/jvm.options, -Xmx256m, and the class data"
                            + " archive).")
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

    /** The class data archive that is used, if one is. */
    Optional<Path> classData() {
        return javaOpts == null ? Optional.of(CLASS_DATA) : Optional.empty();
    }

    List<String> javaOpts() {
        if (javaOpts == null) {
            return List.of(
                    "@" + Path.of("src", "main", "launcher", "jvm.options").toAbsolutePath(),
                    "-Xmx256m",
                    // An archive that can't be used is an error, and not left aside.
                    "-Xshare:on",
                    "-XX:SharedArchiveFile=" + CLASS_DATA.toAbsolutePath());
        }
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
