package caravan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A backup that runs on while 1,000 partitions get a record a minute each: its CPU, and how many objects it stores, over a window as
 * long as the objects' age, after it has settled for as long. What it did not store before it was stopped is stored by a second
 * run, and all is counted. With a scale below 1 both are shorter, and the load is the same.
 */
final class IdleScenario implements Scenario {
    private static final int PARTITIONS = 1_000;
    private static final Duration LEAST = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long DRAIN_SECONDS = 120;
    /** The window's ends are not exactly an age apart. */
    private static final double TOLERANCE = 1.05;

    /** An age of objects, and the most of a core that it may take. */
    private record Age(String name, Duration duration, double mostCpu) {}

    private static final List<Age> AGES =
            List.of(new Age("60s", Duration.ofSeconds(60), 10), new Age("10m", Duration.ofMinutes(10), 3));

    @Override
    public String id() {
        return "I";
    }

    @Override
    public Result run(TestStand stand) {
        List<Check> checks = new ArrayList<>();
        Map<String, Double> figures = new LinkedHashMap<>();
        for (Age age : AGES) {
            watch(stand, age, checks, figures);
        }
        return new Result(id(), "idle: 1,000 partitions, a record a minute each", "", 0, 0, List.of(), checks, figures);
    }

    private static void watch(TestStand stand, Age age, List<Check> checks, Map<String, Double> figures) {
        String name = "bench-idle-" + age.name();
        stand.broker().createTopic(name, PARTITIONS);
        Duration scaled = Duration.ofMillis(
                Math.round(age.duration().toMillis() * stand.options().scale()));
        Duration window = scaled.compareTo(LEAST) < 0 ? LEAST : scaled;
        Console.step(
                "I: objects of %s; %d s to settle, %d s measured", age.name(), window.toSeconds(), window.toSeconds());
        Path directory = stand.workspace().directory("idle-" + age.name());
        Process process = start(stand, name, age, directory);
        try {
            figures.put("seconds until all partitions were started, " + age.name(), started(stand, name, process));
            try (Trickle trickle = new Trickle(stand.broker().bootstrapServers(), name, PARTITIONS)) {
                sleep(window);
                long objects = objects(stand, name);
                double cpu = ProcFiles.cpuSeconds(process.pid());
                long start = System.nanoTime();
                sleep(window);
                double seconds = (System.nanoTime() - start) / 1e9;
                double percent = 100 * (ProcFiles.cpuSeconds(process.pid()) - cpu) / seconds;
                long stored = objects(stand, name) - objects;
                double most = Math.ceil(
                        TOLERANCE * PARTITIONS * seconds / age.duration().toSeconds());
                figures.put("objects stored in " + window.toSeconds() + " s at " + age.name(), (double) stored);
                figures.put(
                        "peak RSS MB at " + age.name(),
                        ProcFiles.peakRssBytes(process.pid()).orElse(0) / 1e6);
                checks.add(Check.atMost("% of a core at " + age.name(), percent, age.mostCpu()));
                checks.add(Check.atMost("objects at " + age.name(), stored, most));
            }
            stop(process, directory);
        } finally {
            process.destroyForcibly();
        }
        long produced = stand.broker().endOffsets(name, PARTITIONS).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        BackupScenario.backUp(stand, name, name, List.of());
        stand.caravan().list(stand.s3().store(name)).require(name, produced);
        stand.s3().delete(name);
        stand.broker().deleteTopic(name);
    }

    private static Process start(TestStand stand, String name, Age age, Path directory) {
        return stand.caravan()
                .start(
                        directory,
                        "backup",
                        "--bootstrap-servers",
                        stand.broker().bootstrapServers(),
                        "--topics",
                        name,
                        "--store",
                        stand.s3().store(name),
                        "--group",
                        name,
                        "--spool-dir",
                        directory.resolve("spool").toString(),
                        "--max-age",
                        age.name());
    }

    /** Seconds until each partition's start is committed, which Caravan does before it reads a partition. */
    private static double started(TestStand stand, String group, Process process) {
        long start = System.nanoTime();
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> !process.isAlive() || stand.broker().committedPartitions(group) == PARTITIONS);
        if (!process.isAlive()) {
            throw new BenchException("the idle backup ended by itself with exit code " + process.exitValue());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void stop(Process process, Path directory) {
        process.destroy();
        try {
            if (!process.waitFor(DRAIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new BenchException(
                        "the idle backup did not drain:\n" + Files.readString(directory.resolve("err")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long objects(TestStand stand, String archive) {
        return stand.s3()
                .objects(archive)
                .filter(object -> object.key().endsWith(".zip"))
                .count();
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
