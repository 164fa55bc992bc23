package caravan.bench;

import caravan.testbed.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs commands to their end and measures them whole, start of the JVM included.
 *
 * <p>CPU seconds are the kernel's account of the ended process, as {@code times} of the POSIX shell tells it: a shell starts the
 * process and waits for it. Peak memory is {@code VmHWM}, which the kernel keeps as a maximum and which is read every 20 ms: only
 * what the process grows in its last 20 ms is not seen. Before each run, {@code sync} writes out what earlier ones left dirty.
 */
final class Processes {
    private static final long SAMPLE_MILLIS = 20;
    private static final int TOLD = 4_000;
    private static final String MEASURING_SHELL = "times=$1; shift; \"$@\"; code=$?; times >\"$times\"; exit $code";
    private static final Pattern TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");

    private final Workspace workspace;
    private int count;

    Processes(Workspace workspace) {
        this.workspace = workspace;
    }

    /**
     * Runs a command.
     *
     * @param environment variables besides those of this process, of which those for S3 and Caravan are left out
     * @param expected exit codes that are no failure
     */
    Finished run(List<String> command, Map<String, String> environment, Set<Integer> expected) {
        Path run = workspace.directory("run-" + ++count);
        List<String> measured = new ArrayList<>(
                List.of("sh", "-c", MEASURING_SHELL, "sh", run.resolve("times").toString()));
        measured.addAll(command);
        ProcessBuilder builder = builder(measured, environment, run);
        sync();
        long startedAt = System.currentTimeMillis();
        long start = System.nanoTime();
        Process shell = workspace.start(builder);
        AtomicLong peak = new AtomicLong();
        try {
            while (!shell.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
                shell.children().forEach(child -> {
                    workspace.adopt(child);
                    sample(child.pid(), peak);
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
        double wall = (System.nanoTime() - start) / 1e9;
        String out = read(run.resolve("out"));
        String err = read(run.resolve("err"));
        if (!expected.contains(shell.exitValue())) {
            throw new BenchException(
                    "exit code " + shell.exitValue() + ": " + String.join(" ", command) + "\n" + tail(out) + tail(err));
        }
        Usage usage = new Usage(wall, childrensCpu(read(run.resolve("times"))), peak.get());
        Workspace.deleteRecursively(run);
        return new Finished(usage, startedAt, shell.exitValue(), out, err);
    }

    /** Starts a command that is to run until it is stopped; its output goes to files in {@code directory}. */
    Process start(List<String> command, Map<String, String> environment, Path directory) {
        return workspace.start(builder(command, environment, directory));
    }

    private static ProcessBuilder builder(List<String> command, Map<String, String> environment, Path directory) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("AWS_")
                        || name.startsWith("CARAVAN_")
                        || name.equals("JAVA_TOOL_OPTIONS")
                        || name.equals("JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        return builder;
    }

    private void sync() {
        try {
            new ProcessBuilder("sync").start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sample(long pid, AtomicLong peak) {
        OptionalLong now = ProcFiles.peakRssBytes(pid);
        now.ifPresent(bytes -> peak.accumulateAndGet(bytes, Math::max));
    }

    /** The second line of {@code times}: user and system time of the processes that the shell waited for. */
    static double childrensCpu(String times) {
        Matcher match = TIMES.matcher(times);
        if (!match.find() || !match.find()) {
            throw new BenchException("the shell's times can't be read: " + times);
        }
        return 60 * (Integer.parseInt(match.group(1)) + Integer.parseInt(match.group(3)))
                + Double.parseDouble(match.group(2))
                + Double.parseDouble(match.group(4));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - TOLD));
    }
}
