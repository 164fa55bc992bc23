package caravan.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with a server that prints one line when it is ready, and ends when its standard input does. */
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final String ready;

    private ServerProcess(Process process, String ready) {
        this.process = process;
        this.ready = ready;
    }

    /**
     * Starts a server and waits until it is ready.
     *
     * @param directory its temporary directory
     */
    public static ServerProcess start(
            Workspace workspace, Path directory, List<String> options, Class<?> mainClass, List<String> arguments) {
        List<String> all = new ArrayList<>(options);
        all.add("-Djava.io.tmpdir=" + directory);
        List<String> command = JavaCommand.of(all, entry -> true, mainClass.getName(), arguments);
        Process process = workspace.start(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("err").toFile()));
        try {
            String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (line == null) {
                throw new IllegalStateException(
                        mainClass.getSimpleName() + " did not start: " + Files.readString(directory.resolve("err")));
            }
            return new ServerProcess(process, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it said when it was ready. */
    public String ready() {
        return ready;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Ends its standard input, and kills it after 20 seconds. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
