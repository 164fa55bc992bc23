package caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The results for people. */
final class TextTable {
    private static final List<String> HEADER = List.of(
            "",
            "payload MB/s",
            "wall s",
            "assigned to committed s",
            "CPU s",
            "CPU s/GB",
            "peak RSS MB",
            "stored MB",
            "yardstick wall s",
            "CPU s",
            "RSS MB",
            "speed ×",
            "CPU ×");

    /** Share of the machine's time from which on a run is marked. */
    private static final double DISTURBED = 0.1;

    private TextTable() {}

    static String of(Machine machine, String s3, BenchOptions options, List<Result> results, List<Codec> codecs) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s, %d cores, %.0f GB, %s, %s; S3: %s; scale %s, median of %d%n",
                machine.cpu(),
                machine.cores(),
                machine.memoryBytes() / 1e9,
                machine.os(),
                machine.jvm(),
                s3,
                options.scale(),
                options.rounds()));
        if (options.scale() != 1) {
            text.append("The targets are meant for scale 1: start of the JVM counts more in a smaller run.\n");
        }
        text.append('\n');
        List<List<String>> rows = new ArrayList<>(List.of(HEADER));
        results.stream().filter(result -> !result.rounds().isEmpty()).forEach(result -> rows.add(row(result)));
        append(text, rows);
        text.append('\n');
        for (Result result : results) {
            text.append(result.id()).append(". ").append(result.title());
            text.append(result.yardstick().isEmpty() ? "" : "; yardstick: " + result.yardstick())
                    .append('\n');
            result.figures()
                    .forEach((name, value) -> text.append(String.format(Locale.ROOT, "   %s: %,.2f%n", name, value)));
            double disturbance = result.disturbance(machine.cores());
            if (disturbance > DISTURBED) {
                text.append(String.format(
                        Locale.ROOT,
                        "   disturbed: other processes took up to %.0f %% of the machine's CPU time%n",
                        100 * disturbance));
            }
            result.checks().forEach(check -> text.append("   ").append(check).append('\n'));
        }
        codecs.forEach(codec -> text.append("zstd: ").append(codec).append('\n'));
        return text.toString();
    }

    private static List<String> row(Result result) {
        return List.of(
                result.id(),
                number(result.bytesPerSecond() / 1e6, 0),
                number(result.caravan(Usage::wallSeconds), 2),
                number(result.assignedToCommitted(), 2),
                number(result.caravan(Usage::cpuSeconds), 2),
                number(result.cpuSecondsPerGigabyte(), 1),
                number(result.caravan(Usage::peakRssBytes) / 1e6, 0),
                number(result.storedBytes() / 1e6, 1),
                number(result.yardstick(Usage::wallSeconds), 2),
                number(result.yardstick(Usage::cpuSeconds), 2),
                number(scaled(result.yardstick(Usage::peakRssBytes), 1e-6), 0),
                number(result.speed(), 2),
                number(result.cpu(), 2));
    }

    private static OptionalDouble scaled(OptionalDouble value, double factor) {
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
    }

    private static String number(OptionalDouble value, int decimals) {
        return value.isPresent() ? number(value.getAsDouble(), decimals) : "–";
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static void append(StringBuilder text, List<List<String>> rows) {
        int[] widths = new int[HEADER.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                text.append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(row.get(i))
                        .append(i + 1 < widths.length ? "  " : "\n");
            }
        }
    }
}
