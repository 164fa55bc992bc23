package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A temporary directory, and the processes that work in it. Both are gone after {@link #close()} (unless the directory is
 * {@linkplain #keep() kept}), and after Ctrl-C: then a shutdown hook closes it.
 */
public final class Workspace implements AutoCloseable {
    private final Path directory;
    private final List<Process> processes = new CopyOnWriteArrayList<>();
    private final Thread atExit = new Thread(this::clear, "clear the workspace");
    private final Set<ProcessHandle> adopted = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean kept;

    /**
     * An empty directory.
     *
     * @param name begins the directory's name
     */
    public Workspace(String name) throws IOException {
        directory = Files.createTempDirectory(name);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** The directory stays when this is closed: somebody wants to look at it. Returns where it is. */
    public Path keep() {
        kept = true;
        return directory;
    }

    /** A new directory of this name. */
    public Path directory(String name) {
        try {
            return Files.createDirectory(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A path for a file of this name; nothing is created. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /** Starts a process that does not outlive this workspace. */
    public Process start(ProcessBuilder builder) {
        if (closed) {
            throw new IllegalStateException("cut short");
        }
        try {
            Process process = builder.start();
            processes.add(process);
            process.onExit().thenAccept(processes::remove);
            return process;
        } catch (IOException e) {
            throw new IllegalStateException("cannot start " + builder.command().get(0) + ": " + e.getMessage(), e);
        }
    }

    /** Takes care of a process that another one started: that one may end first, and then does not name it any more. */
    public void adopt(ProcessHandle process) {
        if (adopted.add(process)) {
            process.onExit().thenAccept(adopted::remove);
        }
    }

    /** Deletes a file, or a directory with all that is in it; what goes away meanwhile is no failure. */
    public static void deleteRecursively(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // a file that went away by itself
        }
    }

    @Override
    public void close() {
        clear();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void clear() {
        closed = true;
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        adopted.forEach(ProcessHandle::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        // A file that goes away while the tree is walked ends the walk before anything is deleted.
        for (int i = 0; i < 5 && !kept && Files.exists(directory); i++) {
            deleteRecursively(directory);
        }
    }
}
