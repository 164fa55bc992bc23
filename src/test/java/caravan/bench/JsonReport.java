package caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** All raw figures, for programs. A figure that does not apply is null. */
final class JsonReport {
    private JsonReport() {}

    static void write(
            Path file, Machine machine, String s3, BenchOptions options, List<Result> results, List<Codec> codecs) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("at", System.currentTimeMillis());
        report.put("machine", machine);
        report.put("s3", s3);
        report.put("scale", options.scale());
        report.put("warmups", options.warmups());
        report.put("javaOpts", options.javaOpts());
        report.put("scenarios", results.stream().map(JsonReport::result).toList());
        report.put("zstd", codecs);
        try {
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), report);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> result(Result result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", result.id());
        json.put("title", result.title());
        json.put("yardstick", result.yardstick());
        json.put("records", result.records());
        json.put("payloadBytes", result.payloadBytes());
        json.put("speed", orNull(result.speed()));
        json.put("cpu", orNull(result.cpu()));
        json.put("rounds", result.rounds().stream().map(JsonReport::round).toList());
        json.put("figures", result.figures());
        json.put("checks", result.checks().stream().map(JsonReport::check).toList());
        return json;
    }

    private static Map<String, Object> round(Round round) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("caravan", figures(round.caravan()));
        json.put("yardstick", round.yardstick().map(JsonReport::figures).orElse(null));
        json.put("assignedToCommittedSeconds", orNull(round.assignedToCommitted()));
        json.put("storedBytes", round.storedBytes());
        json.put("objects", round.objects());
        return json;
    }

    private static Map<String, Object> figures(Figures figures) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("wallSeconds", figures.process().wallSeconds());
        json.put("cpuSeconds", figures.process().cpuSeconds());
        json.put("peakRssBytes", figures.process().peakRssBytes());
        json.put("brokerCpuSeconds", figures.brokerCpuSeconds());
        json.put("s3CpuSeconds", Double.isNaN(figures.s3CpuSeconds()) ? null : figures.s3CpuSeconds());
        json.put("otherCpuSeconds", figures.otherCpuSeconds());
        return json;
    }

    private static Map<String, Object> check(Check check) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("what", check.what());
        json.put("value", check.value());
        json.put(check.atLeast() ? "atLeast" : "atMost", check.limit());
        json.put("passed", check.passed());
        return json;
    }

    private static Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}
