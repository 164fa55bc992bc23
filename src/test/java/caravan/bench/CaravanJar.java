package caravan.bench;

import caravan.testbed.JavaCommand;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The product as its users run it: {@code java -jar caravan.jar}. */
final class CaravanJar {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Processes processes;
    private final BenchOptions options;
    private final Map<String, String> environment;

    /** @param environment where the S3 server is */
    CaravanJar(Processes processes, BenchOptions options, Map<String, String> environment) {
        this.processes = processes;
        this.options = options;
        this.environment = environment;
    }

    /** Fails if the jar is not there, or older than a class or resource that {@code mvn package} would put into it. */
    static void requireFresh(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new BenchException(jar + " is missing. Make it first: mvn package -DskipTests");
        }
        try (Stream<Path> classes = Files.walk(Path.of("target", "classes"))) {
            FileTime made = Files.getLastModifiedTime(jar);
            for (Path file : classes.filter(Files::isRegularFile).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(made) > 0) {
                    throw new BenchException(
                            jar + " is older than " + file + ". Make it again first: mvn package -DskipTests");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if the class data archive is not there, or not of this jar: the JVM would leave it aside without a word. */
    static void requireClassData(Path archive, Path jar) {
        try {
            if (!Files.isRegularFile(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                throw new BenchException(
                        archive + " is missing, or older than the jar. Make it first: mvn exec:exec@cds");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command to its end, measured. */
    Finished run(String... arguments) {
        return run(environment, arguments);
    }

    /** Runs a command that finds S3 elsewhere. */
    Finished run(Map<String, String> elsewhere, String... arguments) {
        return processes.run(command(arguments), elsewhere, Set.of(0));
    }

    /** Starts a command that is to run until it is stopped. */
    Process start(Path directory, String... arguments) {
        return processes.start(command(arguments), environment, directory);
    }

    /** Whether a command has this option. */
    boolean knows(String command, String option) {
        return run(command, "--help").out().contains(option);
    }

    /** What {@code list} tells about the only topic of an archive. */
    ArchiveFacts list(String store) {
        return facts(run("list", "--store", store, "--output", "json").out());
    }

    /** Reads what {@code list --output json} printed. */
    static ArchiveFacts facts(String json) {
        try {
            JsonNode timelines = JSON.readTree(json).at("/topics/0/timelines");
            if (timelines.size() != 1) {
                throw new BenchException("an archive of one topic and one timeline was expected: " + json);
            }
            JsonNode timeline = timelines.get(0);
            return new ArchiveFacts(
                    timeline.get("partitions").asInt(),
                    timeline.get("objects").asLong(),
                    timeline.get("records").asLong(),
                    timeline.get("recordsExact").asBoolean(),
                    timeline.get("bytes").asLong(),
                    timeline.get("gaps").asLong() + timeline.get("holes").asLong());
        } catch (JsonProcessingException e) {
            throw new BenchException("list did not print JSON: " + json, e);
        }
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(JavaCommand.java());
        command.addAll(options.javaOpts());
        command.add("-jar");
        command.add(options.jar().toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
