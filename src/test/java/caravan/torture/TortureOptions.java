package caravan.torture;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the command line chooses; {@code seed}, {@code minutes} and {@code json} also by the system properties of these names. */
@Command(
        name = "torture",
        mixinStandardHelpOptions = true,
        description =
                "Attacks Caravan's processes, brokers and S3 server, and looks for every record in a restored cluster.")
final class TortureOptions {
    private static final double SECONDS_PER_MINUTE = 60;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "${sys:seed}",
            description = "Fixes the plan of faults (default: one by chance, which is printed).")
    private Long seed;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "${sys:minutes:-2}",
            description = "How long faults go on (default: 2).")
    private double minutes;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "KIND,…",
            description =
                    "Which kinds may come; a name without its end means all that begin so, such as s3 (default: all).")
    private List<String> faults;

    @Option(
            names = "--backups",
            paramLabel = "N",
            defaultValue = "3",
            description = "Backup processes of one group (default: ${DEFAULT-VALUE}).")
    private int backups;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "900",
            description = "Records that producers send in a second, all together (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--restore-kills",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often the restore is killed (default: ${DEFAULT-VALUE}).")
    private int restoreKills;

    @Option(
            names = "--jar",
            paramLabel = "FILE",
            description = "Caravan's jar (default: the compiled classes, target/classes).")
    private Path jar;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "${sys:json}",
            description = "Write all figures to this file.")
    private Path json;

    private Long chosen;

    long seed() {
        if (seed == null && chosen == null) {
            chosen = (long) new Random().nextInt(1_000_000);
        }
        return seed == null ? chosen : seed;
    }

    double minutes() {
        return minutes;
    }

    double seconds() {
        return minutes * SECONDS_PER_MINUTE;
    }

    Set<FaultKind> kinds() {
        if (faults == null) {
            return EnumSet.allOf(FaultKind.class);
        }
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        for (String name : faults) {
            List<FaultKind> named = Arrays.stream(FaultKind.values())
                    .filter(kind -> kind.id().startsWith(name.trim()))
                    .toList();
            if (named.isEmpty()) {
                throw new TortureException("there is no kind of fault " + name);
            }
            kinds.addAll(named);
        }
        return kinds;
    }

    int backups() {
        return backups;
    }

    double rate() {
        return rate;
    }

    int restoreKills() {
        return restoreKills;
    }

    Optional<Path> jar() {
        return Optional.ofNullable(jar).map(Path::toAbsolutePath);
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }
}
