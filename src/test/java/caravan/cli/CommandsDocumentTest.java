package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.catalog.ArchiveSummary;
import caravan.catalog.FindingSummary;
import caravan.catalog.TopicCommits;
import caravan.catalog.TopicDetails;
import caravan.prune.PrunedTimeline;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The contract of the commands, {@code src/main/docs/commands.md}, names all that there is. */
class CommandsDocumentTest {
    private static final Map<String, String> SECTIONS = new HashMap<>();
    private static final CommandLine COMMANDS = CommandLineInterface.all();

    @BeforeAll
    static void read() throws IOException {
        String[] sections =
                Files.readString(Path.of("src/main/docs/commands.md")).split("(?m)^## ");
        for (String section : sections) {
            SECTIONS.put(section.lines().findFirst().orElse(""), section);
        }
    }

    @Test
    void everyOptionOfEveryCommandIsExplained() {
        String common = SECTIONS.get("For all commands");
        assertThat(COMMANDS.getSubcommands()).hasSizeGreaterThan(4).allSatisfy((name, command) -> {
            assertThat(SECTIONS).containsKey(name);
            List<String> options = command.getCommandSpec().options().stream()
                    .map(OptionSpec::longestName)
                    .filter(option -> !common.contains(option)
                            || !List.of("--output", "--debug", "--log-format", "--log-level")
                                    .contains(option))
                    .toList();
            assertThat(options)
                    .allSatisfy(option ->
                            assertThat(SECTIONS.get(name)).as("section " + name).contains("`" + option));
        });
    }

    @Test
    void noOptionIsExplainedThatDoesNotExist() {
        COMMANDS.getSubcommands().forEach((name, command) -> SECTIONS.get(name)
                .lines()
                .filter(line -> line.startsWith("| `--"))
                .map(line -> line.split("\\|")[1])
                .flatMap(cell -> Arrays.stream(cell.split(",")))
                .map(option -> option.replaceAll("[` ]*(--[a-z0-9-]+).*", "$1"))
                .forEach(option -> assertThat(command.getCommandSpec().optionsMap())
                        .as("options of " + name)
                        .containsKey(option)));
    }

    @Test
    void everyFieldOfTheJsonIsExplained() {
        Map<String, List<Class<?>>> documents = Map.of(
                "list", List.of(ArchiveSummary.class, ArchiveSummary.Topic.class, ArchiveSummary.Timeline.class),
                "info",
                        List.of(
                                TopicDetails.class,
                                TopicDetails.ClusterState.class,
                                TopicDetails.Timeline.class,
                                TopicDetails.Partition.class,
                                TopicCommits.class,
                                TopicCommits.Committed.class),
                "verify", List.of(VerifyCommand.Result.class, VerifyCommand.TimelineJson.class, FindingSummary.class),
                "prune", List.of(PruneCommand.Result.class, PrunedTimeline.class, PrunedTimeline.Partition.class));
        documents.forEach((section, types) -> assertThat(types.stream().flatMap(CommandsDocumentTest::fields))
                .allSatisfy(field -> assertThat(SECTIONS.get(section))
                        .as("section " + section)
                        .containsPattern("`" + field + "(\\[\\])?`")));
    }

    private static Stream<String> fields(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName);
    }
}
