package caravan.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the route files are. */
final class RouteOptions {

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "Directory of route files (default: ./routes if there is one, else the ones in the jar).")
    private Path routes;

    Optional<Path> directory() {
        if (routes != null && !Files.isDirectory(routes)) {
            throw CommandException.usage("the directory " + routes + " does not exist", "name one with --routes");
        }
        Path chosen = routes != null ? routes : Path.of("routes");
        return Files.isDirectory(chosen) ? Optional.of(chosen.toAbsolutePath().normalize()) : Optional.empty();
    }
}
