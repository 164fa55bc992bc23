package caravan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows of the walkthrough is what is executed: {@code src/test/docker/walkthrough.sh} runs the page's commands. */
class WalkthroughTest {
    private static final Pattern COMMANDS = Pattern.compile("(?ms)^```bash\\n(.*?)^```$");

    @Test
    void everyCommandInTheReadmeIsExecutedInTheSameOrder() throws IOException {
        // Given
        List<String> executed = commands(Path.of("src/main/docs/walkthrough.md"));

        // When
        List<String> shown = commands(Path.of("README.md"));

        // Then
        assertThat(shown).hasSizeGreaterThan(20);
        assertThat(executed).containsSubsequence(shown);
    }

    private static List<String> commands(Path page) throws IOException {
        return COMMANDS.matcher(Files.readString(page))
                .results()
                .flatMap(block -> block.group(1).lines())
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
