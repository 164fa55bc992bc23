package caravan.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of a run, for people and for programs.
 *
 * @param seed of the plan
 * @param minutes that faults went on
 * @param s3 which server
 * @param wallSeconds of the whole run
 * @param faults how often each kind was planned, and done
 * @param counts what else was counted
 * @param records what became of them
 * @param failures what must not be; none in a run that passed
 */
record Report(
        long seed,
        double minutes,
        String s3,
        double wallSeconds,
        Map<String, Done> faults,
        Map<String, Long> counts,
        Map<String, Long> records,
        List<String> failures) {

    /**
     * A kind of fault.
     *
     * @param planned how often it was to come
     * @param done how often it came; others were late for the end
     */
    record Done(long planned, long done) {}

    boolean passed() {
        return failures.isEmpty();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "seed %d, faults for %.1f minutes, %.0f s in all; S3: %s%n%n",
                seed,
                minutes,
                wallSeconds,
                s3));
        faults.forEach((kind, done) -> line(
                text,
                kind,
                done.done() + (done.done() < done.planned() ? " (of " + done.planned() + " planned)" : "")));
        text.append('\n');
        counts.forEach((name, count) -> line(text, name, String.format(Locale.ROOT, "%,d", count)));
        text.append('\n');
        records.forEach((name, count) -> line(text, name, String.format(Locale.ROOT, "%,d", count)));
        text.append('\n').append(passed() ? "passed\n" : "FAILED\n");
        failures.forEach(failure -> text.append("  ").append(failure).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-44s %14s%n", name, value));
    }

    void write(Path file) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", System.currentTimeMillis());
        json.put("seed", seed);
        json.put("minutes", minutes);
        json.put("s3", s3);
        json.put("wallSeconds", wallSeconds);
        json.put("faults", faults);
        json.put("counts", counts);
        json.put("records", records);
        json.put("failures", failures);
        json.put("passed", passed());
        try {
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
