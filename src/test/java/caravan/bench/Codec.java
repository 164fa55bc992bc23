package caravan.bench;

import caravan.testbed.Workspace;
import com.github.luben.zstd.Zstd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What zstd makes of a payload, by {@code zstd -b} where there is a binary, else by zstd-jni: the most that a backup which
 * compresses can reach per core. Measured alone, and with one for each core at the same time: cores that are threads of one core
 * do less each.
 *
 * @param payload which values, one after the other
 * @param level zstd's level
 * @param by what measured it
 * @param ratio bytes before / bytes after
 * @param bytesPerSecond compressed by one core while the others have nothing to do
 * @param busyBytesPerSecond compressed by each core while all do
 */
record Codec(Payload payload, int level, String by, double ratio, double bytesPerSecond, double busyBytesPerSecond) {
    private static final Pattern ANSWER = Pattern.compile("\\(x([\\d.]+)\\),\\s+([\\d.]+) MB/s");
    private static final double MEGA = 1e6;
    private static final int REPETITIONS = 20;

    /** @param bytesPerSecond of one core */
    private record Measured(String by, double ratio, double bytesPerSecond) {}

    static List<Codec> all(Workspace workspace, int cores) {
        List<Codec> all = new ArrayList<>();
        for (Payload payload : Payload.values()) {
            Path file = payload.write(workspace.file("codec-" + payload + ".txt"));
            for (int level : new int[] {1, 3}) {
                Measured alone = measure(payload, file, level);
                List<CompletableFuture<Measured>> together = Stream.generate(() -> CompletableFuture.supplyAsync(
                                () -> measure(payload, file, level), command -> new Thread(command).start()))
                        .limit(cores)
                        .toList();
                double busy = together.stream()
                        .map(CompletableFuture::join)
                        .mapToDouble(Measured::bytesPerSecond)
                        .average()
                        .orElseThrow();
                all.add(new Codec(payload, level, alone.by(), alone.ratio(), alone.bytesPerSecond(), busy));
            }
        }
        return all;
    }

    private static Measured measure(Payload payload, Path file, int level) {
        try {
            Process zstd = new ProcessBuilder("zstd", "-b" + level, "-i2", file.toString())
                    .redirectErrorStream(true)
                    .start();
            Measured last = null;
            try (BufferedReader answers =
                    new BufferedReader(new InputStreamReader(zstd.getInputStream(), StandardCharsets.UTF_8))) {
                String text = answers.lines().reduce("", (all, line) -> all + "\n" + line);
                // It shows how it goes on, and the final figures last.
                for (Matcher match = ANSWER.matcher(text); match.find(); ) {
                    last = new Measured(
                            "zstd -b" + level,
                            Double.parseDouble(match.group(1)),
                            Double.parseDouble(match.group(2)) * MEGA);
                }
            }
            return last == null ? byLibrary(payload, level) : last;
        } catch (IOException e) {
            return byLibrary(payload, level);
        }
    }

    private static Measured byLibrary(Payload payload, int level) {
        byte[] text = payload.text();
        int compressed = Zstd.compress(text, level).length;
        long start = System.nanoTime();
        for (int i = 0; i < REPETITIONS; i++) {
            Zstd.compress(text, level);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Measured(
                "zstd-jni", (double) text.length / compressed, (double) text.length * REPETITIONS / seconds);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, level %d: %.2f : 1, %,.0f MB/s on one core, %,.0f MB/s on each while all are busy (%s)",
                payload.name().toLowerCase(Locale.ROOT),
                level,
                ratio,
                bytesPerSecond / MEGA,
                busyBytesPerSecond / MEGA,
                by);
    }
}
