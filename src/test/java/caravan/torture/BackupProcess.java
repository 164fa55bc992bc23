package caravan.torture;

import caravan.testbed.ProcessSignal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One place in the group of backups, and the process that fills it: which is started again when it was ended. */
final class BackupProcess {
    /** A stop stores what is open, for 45 seconds at the most. */
    private static final Duration DRAINING = Duration.ofSeconds(150);
    /** A busy machine takes long to start a JVM. */
    private static final Duration COMING_UP = Duration.ofSeconds(45);
    /** It says so of each partition that it is given. */
    private static final String WORKING = " starts at offset ";
    /** It says so as long as it runs. */
    private static final String LISTENING = "backing up: ";
    /** Drained, or cut short: where S3 or Kafka was away for longer than that, or before the process had come to listen. */
    private static final Set<Integer> STOPPED = Set.of(0, 143);

    private static final int COULD_NOT = 1;

    private final String name;
    private final CaravanCommand caravan;
    private final Path directory;
    private final List<String> arguments;
    private final Weather weather;
    private final Counts counts;
    private final Failures failures;
    /** Held while the process is not left alone. */
    private final ReentrantLock turn = new ReentrantLock();

    private Process process;
    private long startedAt;
    private long errorsBefore;
    private boolean working;

    BackupProcess(
            String name,
            CaravanCommand caravan,
            Path directory,
            List<String> arguments,
            Weather weather,
            Counts counts,
            Failures failures) {
        this.name = name;
        this.caravan = caravan;
        this.directory = directory;
        this.arguments = arguments;
        this.weather = weather;
        this.counts = counts;
        this.failures = failures;
    }

    /** Does something to it that its watch must not take for its own doing. */
    void attack(Runnable what) {
        turn.lock();
        try {
            what.run();
        } finally {
            turn.unlock();
        }
    }

    void start() {
        working = false;
        errorsBefore = size(CaravanCommand.err(directory));
        startedAt = System.nanoTime();
        process = caravan.start(directory, arguments);
    }

    /** Waits until it has partitions to back up: what does nothing yet is no victim. Not for ever: others may have all of them. */
    void awaitWork() {
        if (!working) {
            working = awaitWord(WORKING);
        }
    }

    /** Whether it has said this since it was started; waits for that, but not for ever. */
    private boolean awaitWord(String word) {
        long begin = System.nanoTime();
        boolean said = errors().contains(word);
        while (!said && process.isAlive() && System.nanoTime() - begin < COMING_UP.toNanos()) {
            Attack.pause(0.1);
            said = errors().contains(word);
        }
        return said;
    }

    String name() {
        return name;
    }

    void signal(ProcessSignal signal) {
        signal.send(process.pid());
    }

    /** Ends it at once. */
    void kill() {
        signal(ProcessSignal.KILL);
        awaitEnd(Duration.ofSeconds(30));
    }

    /**
     * Asks it to end, and waits for that.
     *
     * @param drained whether everything that it has must be stored: nothing is in its way
     */
    void stop(boolean drained) {
        if (!process.isAlive()) {
            judgeOwnEnd();
            return;
        }
        if (drained) {
            // A JVM that was just started does not listen to signals yet.
            awaitWord(LISTENING);
        }
        signal(ProcessSignal.TERM);
        if (!awaitEnd(DRAINING)) {
            failures.add(name + " did not end within " + DRAINING.toSeconds() + " s of SIGTERM");
            signal(ProcessSignal.QUIT);
            kill();
        } else if (drained ? process.exitValue() != 0 : !STOPPED.contains(process.exitValue()) && !turnedAway()) {
            failures.add(name + " ended with exit code " + process.exitValue() + " after SIGTERM: " + errors());
        } else if (process.exitValue() != 0) {
            counts.add("backups that were not drained", 1);
        }
    }

    /** Looks whether it has ended by itself; nothing happens while it is attacked. */
    void watch() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            if (process == null || process.isAlive()) {
                return;
            }
            judgeOwnEnd();
            start();
        } finally {
            turn.unlock();
        }
    }

    private void judgeOwnEnd() {
        if (turnedAway()) {
            counts.add("starts turned away", 1);
        } else {
            failures.add(name + " ended by itself, with exit code " + process.exitValue() + ": " + errors());
        }
    }

    /** What a backup can't do without is looked at once, when it starts: it ends where S3 or Kafka is away. */
    private boolean turnedAway() {
        return process.exitValue() == COULD_NOT && weather.stormySince(startedAt) && !errors().contains(" stops: ");
    }

    private boolean awaitEnd(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
    }

    /** What it said since it was started. */
    private String errors() {
        try (InputStream file = Files.newInputStream(CaravanCommand.err(directory))) {
            file.skipNBytes(errorsBefore);
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
