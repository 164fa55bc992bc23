package caravan.testbed;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Commands that run a class of this class path in a JVM of its own, of the same version. */
public final class JavaCommand {
    private JavaCommand() {}

    /** The {@code java} that this JVM was started with. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A command that runs a main class, with the entries of this JVM's class path that pass {@code entries}. */
    public static List<String> of(
            List<String> options, Predicate<Path> entries, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(options);
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator,
                classPath().stream().filter(entries).map(Path::toString).toList()));
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    /** Maven runs the benchmark and the torture in its own JVM with a class loader; an IDE runs them with a class path. */
    private static List<Path> classPath() {
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            return Arrays.stream(loader.getURLs()).map(JavaCommand::path).toList();
        }
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    private static Path path(URL url) {
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a file: " + url, e);
        }
    }
}
