package caravan.cli;

import caravan.manage.TaskException;
import caravan.manage.TaskFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route files that are loaded, one after the other: templates and stores, then the user's own files in the order of their
 * paths. Camel's own collector takes them in no order, and does not say which of them is broken.
 */
final class RouteFiles extends DefaultRoutesCollector {
    private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);

    /** What every command loads besides its store's file: from the user's routes if they have it, else our own. */
    private static final String TEMPLATES = "templates";

    private static final String STORES = "stores";

    /** What the service has beside: its HTTP API. */
    private static final String SERVICE = "service";

    /** Our own of each, by name: a search for them would read all jars. */
    static final Map<String, List<String>> OWN = Map.of(
            TEMPLATES,
            List.of("kafka-backup-records", "kafka-backup", "kafka-restore-records", "kafka-restore"),
            SERVICE,
            List.of("api"));

    private static final Pattern ROUTE_FILE = Pattern.compile(".+\\.camel\\.(yaml|xml)");
    private static final Pattern LIKE_ROUTE_FILE = Pattern.compile(".+\\.(ya?ml|xml)");
    private static final Pattern LINE =
            Pattern.compile("\\bline[: ]+(\\d+)|@(\\d+):\\d+|lineNumber: (\\d+)|:(\\d+):\\d+");

    private final Optional<Path> directory;
    private final boolean tasks;
    private final StoreRoutes store;
    private Optional<String> reading = Optional.empty();
    private Optional<Collection<Resource>> found = Optional.empty();

    /**
     * @param directory the user's; empty for the files in the jar alone
     * @param tasks whether the user's own files are loaded, too
     * @param store whose file is loaded
     */
    RouteFiles(Optional<Path> directory, boolean tasks, StoreRoutes store) {
        this.directory = directory;
        this.tasks = tasks;
        this.store = store;
    }

    @Override
    public Collection<RoutesBuilder> collectRoutesFromDirectory(CamelContext context, String exclude, String include) {
        List<RoutesBuilder> builders = new ArrayList<>();
        for (Resource file : findRouteResourcesFromDirectory(context, exclude, include)) {
            reading = Optional.of(name(file));
            try {
                builders.addAll(PluginHelper.getRoutesLoader(context).findRoutesBuilders(List.of(file)));
            } catch (Exception e) {
                throw broken(e);
            }
        }
        reading = Optional.empty();
        for (RoutesBuilder builder : builders) {
            if (builder instanceof RouteBuilder file) {
                file.addLifecycleInterceptor(new Reading());
            }
        }
        builders.add(new LastOfAll());
        return builders;
    }

    /** Camel asks twice: for what the files say of their loading, and to load them. */
    @Override
    public Collection<Resource> findRouteResourcesFromDirectory(CamelContext context, String exclude, String include) {
        Collection<Resource> files = found.orElseGet(() -> parsed(context));
        found = Optional.of(files);
        return files;
    }

    private List<Resource> parsed(CamelContext context) {
        List<Resource> files = new ArrayList<>();
        for (String part : tasks ? List.of(TEMPLATES, SERVICE) : List.of(TEMPLATES)) {
            Optional<Path> own = directory.map(users -> users.resolve(part)).filter(Files::isDirectory);
            if (own.isPresent()) {
                files.addAll(files(context, own.get(), List.of()));
            } else {
                OWN.get(part)
                        .forEach(name -> files.add(ResourceHelper.resolveResource(
                                context, "classpath:routes/" + part + "/" + name + ".camel.yaml")));
            }
        }
        store.locations(directory).forEach(file -> files.add(ResourceHelper.resolveResource(context, file)));
        if (tasks && directory.isPresent()) {
            files.addAll(files(context, directory.get(), List.of(TEMPLATES, STORES, SERVICE)));
        }
        for (Resource file : files) {
            parse(context, file);
        }
        return files;
    }

    private void parse(CamelContext context, Resource file) {
        reading = Optional.of(name(file));
        try {
            PluginHelper.getRoutesLoader(context).preParseRoute(file, false);
            reading = Optional.empty();
        } catch (Exception e) {
            throw broken(e);
        }
    }

    /** Links are followed: mounted configuration consists of them, beside hidden directories. */
    private static List<Resource> files(CamelContext context, Path root, List<String> without) {
        try (Stream<Path> found = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = found.filter(Files::isRegularFile)
                    .filter(file -> wanted(root.relativize(file), without))
                    .sorted()
                    .toList();
            files.stream()
                    .filter(file -> !ROUTE_FILE.matcher(file.toString()).matches())
                    .forEach(other -> {
                        if (LIKE_ROUTE_FILE.matcher(other.toString()).matches()) {
                            LOG.warn("{} is not loaded: route files are called *.camel.yaml or *.camel.xml", other);
                        }
                    });
            return files.stream()
                    .filter(file -> ROUTE_FILE.matcher(file.toString()).matches())
                    .map(file -> ResourceHelper.resolveResource(context, "file:" + file))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw CommandException.usage(
                    "the route files in " + root + " can't be read: " + e.getMessage(), "see --routes");
        }
    }

    private static boolean wanted(Path file, List<String> without) {
        for (Path part : file) {
            if (part.toString().startsWith(".") || part.toString().equals("examples")) {
                return false;
            }
        }
        return file.getNameCount() == 1 || !without.contains(file.getName(0).toString());
    }

    /** What is wrong where Camel could not start with these files. */
    RuntimeException explained(RuntimeException failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CommandException || at instanceof TaskException) {
                return (RuntimeException) at;
            }
        }
        if (reading.isPresent()) {
            return broken(failure);
        }
        if (failure instanceof FailedToCreateRouteException route) {
            return CommandException.usage(
                    "the route " + route.getRouteId() + " can't be made: " + sentence(deepest(failure)),
                    "check the route files");
        }
        return failure;
    }

    private CommandException broken(Throwable failure) {
        Throwable cause = deepest(failure);
        return CommandException.usage(
                "the route file " + reading.orElseThrow()
                        + line(failure).map(line -> ", line " + line).orElse("") + ": " + sentence(cause),
                "correct it, or take it away; examples of tasks are in routes/examples");
    }

    /** The innermost cause knows best, and its last word: parsers begin with where they were before. */
    private static Optional<String> line(Throwable failure) {
        Optional<String> line = Optional.empty();
        for (Throwable at = failure; at != null; at = at.getCause()) {
            Optional<String> found = line;
            line = LINE.matcher(at.toString())
                    .results()
                    .flatMap(match -> Stream.of(1, 2, 3, 4).map(match::group))
                    .filter(Objects::nonNull)
                    .reduce((before, after) -> after)
                    .or(() -> found);
        }
        return line;
    }

    private static Throwable deepest(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    /** What a parser complains about, without its excerpts of the file. */
    private static String sentence(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" ") && !line.startsWith("in "))
                .reduce((before, after) -> after)
                .map(line -> line.replaceFirst(" \\(position: .*", ""))
                .orElse(failure.toString());
    }

    private static String name(Resource file) {
        return file.getLocation().replaceFirst("^file:(//)?", "");
    }

    /** Notes which file is taken in now, so that an error can name it. */
    private final class Reading implements RouteBuilderLifecycleStrategy {
        @Override
        public void beforeConfigure(RouteBuilder file) {
            reading = Optional.ofNullable(file.getResource()).map(RouteFiles::name);
        }

        @Override
        public void afterConfigure(RouteBuilder file) {
            reading = Optional.empty();
        }
    }

    /** Taken in when all files were, and before a task's route is made: what was collected of tasks is complete then. */
    private static final class LastOfAll extends RouteBuilder {
        @Override
        public void configure() {
            getContext().getRegistry().findByType(TaskFiles.class).forEach(TaskFiles::check);
        }
    }
}
