package caravan.torture;

import caravan.testbed.CommandResult;
import caravan.testbed.JavaCommand;
import caravan.testbed.ProcessSignal;
import caravan.testbed.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Caravan's command line, as processes. */
final class CaravanCommand {
    private final Workspace workspace;
    private final Optional<Path> jar;
    private final Map<String, String> environment;

    /**
     * @param jar Caravan's jar; empty for the compiled classes
     * @param environment where S3 is
     */
    CaravanCommand(Workspace workspace, Optional<Path> jar, Map<String, String> environment) {
        this.workspace = workspace;
        this.jar = jar;
        this.environment = environment;
    }

    /** Starts a command; its output is added to the files {@code out} and {@code err} in its directory. */
    Process start(Path directory, List<String> arguments) {
        List<String> options = List.of(
                "@" + Path.of("src", "main", "launcher", "jvm.options").toAbsolutePath(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1");
        List<String> command = new ArrayList<>();
        if (jar.isPresent()) {
            command.add(JavaCommand.java());
            command.addAll(options);
            command.addAll(List.of("-jar", jar.get().toString()));
            command.addAll(arguments);
        } else {
            command.addAll(
                    JavaCommand.of(options, entry -> !entry.endsWith("test-classes"), "caravan.Caravan", arguments));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out(directory).toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(err(directory).toFile()));
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("AWS_")
                        || name.startsWith("CARAVAN_")
                        || name.equals("JAVA_TOOL_OPTIONS")
                        || name.equals("JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        return workspace.start(builder);
    }

    /** Runs a command to its end, in a new directory of this name. */
    CommandResult run(String name, Duration patience, List<String> arguments) {
        Path directory = workspace.directory(name);
        Process process = start(directory, arguments);
        return await(process, directory, patience, arguments);
    }

    /** Waits for the end of a command; throws where that takes too long. */
    static CommandResult await(Process process, Path directory, Duration patience, List<String> arguments) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                ProcessSignal.QUIT.send(process.pid());
                process.waitFor(2, TimeUnit.SECONDS);
                process.destroyForcibly().waitFor();
                throw new TortureException("not ended within " + patience.toSeconds()
                        + " s; what its threads did is in its output: " + result(process, directory, arguments));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
        return result(process, directory, arguments);
    }

    private static CommandResult result(Process process, Path directory, List<String> arguments) {
        return new CommandResult(arguments, process.exitValue(), read(out(directory)), read(err(directory)));
    }

    static Path out(Path directory) {
        return directory.resolve("out");
    }

    static Path err(Path directory) {
        return directory.resolve("err");
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
