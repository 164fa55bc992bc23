package caravan.testbed;

import caravan.kafka.ChunkClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** {@code java -jar caravan.jar} as a process of its own; the system property {@code caravan.jar} says where the jar is. */
public final class CaravanProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final List<String> arguments;
    private final Path directory;
    private final Process process;

    private CaravanProcess(Map<String, String> environment, List<String> arguments) throws IOException {
        this.arguments = arguments;
        this.directory = Files.createTempDirectory("caravan-process");
        List<String> command = new ArrayList<>(signalsAsFromATerminal());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+CrashOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1"));
        if (Boolean.getBoolean(ChunkClients.REBATCH)) {
            command.add("-D" + ChunkClients.REBATCH + "=true");
        }
        command.addAll(sharedClasses());
        command.add("-jar");
        command.add(jar().toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("CARAVAN_"));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /**
     * Starts a command in an empty working directory.
     *
     * @param environment variables besides the ones of this process, of which those for S3 and Caravan are left out
     */
    public static CaravanProcess start(Map<String, String> environment, String... arguments) {
        try {
            return new CaravanProcess(environment, List.of(arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command to its end. */
    public static CommandResult run(Map<String, String> environment, String... arguments) {
        try (CaravanProcess process = start(environment, arguments)) {
            return process.await();
        }
    }

    /** Asks it to end: SIGTERM. */
    public CaravanProcess terminate() {
        return signal(ProcessSignal.TERM);
    }

    /** What Ctrl-C does: SIGINT. */
    public CaravanProcess interrupt() {
        return signal(ProcessSignal.INT);
    }

    /** Ends it with no chance to do anything: SIGKILL. */
    public CaravanProcess kill() {
        return signal(ProcessSignal.KILL);
    }

    /** Holds it, as a machine without time for it would: SIGSTOP. */
    public CaravanProcess hold() {
        return signal(ProcessSignal.STOP);
    }

    /** Lets it go on: SIGCONT. */
    public CaravanProcess release() {
        return signal(ProcessSignal.CONT);
    }

    /** Waits for its end; fails, with all it said, if that takes longer than two minutes. */
    public CommandResult await() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("not ended within " + PATIENCE + "\n" + result());
            }
            return result();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits until this is so (an exception counts as not yet); fails, with all it said, if the process ends before, or after 90
     * seconds.
     */
    public CaravanProcess until(Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .until(() -> !process.isAlive() || condition.call());
        } catch (ConditionTimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("waited in vain\n" + await(), e);
        }
        if (!process.isAlive()) {
            throw new AssertionError("ended early\n" + await());
        }
        return this;
    }

    /** What it has printed to standard output so far. */
    public String out() {
        return read("out");
    }

    /** What it has printed to standard error so far. */
    public String err() {
        return read("err");
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            for (String file : List.of("out", "err")) {
                Files.deleteIfExists(directory.resolve(file));
            }
            directory.toFile().delete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommandResult result() {
        return new CommandResult(arguments, process.exitValue(), out(), err());
    }

    private CaravanProcess signal(ProcessSignal signal) {
        signal.send(process.pid());
        return this;
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path jar() {
        Path jar =
                Path.of(System.getProperty("caravan.jar", "target/caravan.jar")).toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is not there: it is made by mvn package");
        }
        return jar;
    }

    /** Starts take half as long with them; the JVM leaves them aside where they don't fit. */
    private static List<String> sharedClasses() {
        Path classes = jar().resolveSibling("caravan.jsa");
        return Files.isRegularFile(classes)
                ? List.of(
                        "-XX:SharedArchiveFile=" + classes,
                        "-XX:+UseSerialGC",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr")
                : List.of();
    }

    /** A shell's background job ignores SIGINT, and so do its children; this undoes it where env(1) can. */
    private static List<String> signalsAsFromATerminal() {
        List<String> wrapper = List.of("env", "--default-signal=INT");
        List<String> trial = new ArrayList<>(wrapper);
        trial.add("true");
        try {
            Process process =
                    new ProcessBuilder(trial).redirectErrorStream(true).start();
            return process.waitFor() == 0 ? wrapper : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
