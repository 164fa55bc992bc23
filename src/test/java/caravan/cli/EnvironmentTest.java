package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Options from environment variables, and from files that those name. */
class EnvironmentTest {
    @TempDir
    private Path directory;

    @Command
    private static final class Example {
        @Option(names = "--http-token")
        private String token;

        @Option(names = "--until-now")
        private boolean untilNow;
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret", "${sys:user.home}", "a$b${", "$${x}", "with = and \" and \\"})
    void aValueIsTakenAsItIs(String value) throws IOException {
        assertThat(parsed(Map.of("CARAVAN_HTTP_TOKEN", value)).token).isEqualTo(value);
        assertThat(parsed(Map.of("CARAVAN_HTTP_TOKEN_FILE", file(value + "\n"))).token)
                .isEqualTo(value);
    }

    @Test
    void theCommandLineWins() throws IOException {
        assertThat(parsed(Map.of("CARAVAN_HTTP_TOKEN_FILE", file("file")), "--http-token", "line").token)
                .isEqualTo("line");
    }

    @Test
    void aFlagIsAVariableToo() {
        assertThat(parsed(Map.of("CARAVAN_UNTIL_NOW", "true")).untilNow).isTrue();
    }

    @Test
    void aVariableAndItsFileContradictEachOther() throws IOException {
        Map<String, String> both = Map.of("CARAVAN_HTTP_TOKEN", "a", "CARAVAN_HTTP_TOKEN_FILE", file("b"));

        assertThatThrownBy(() -> parsed(both))
                .isInstanceOf(ParameterException.class)
                .hasMessage("CARAVAN_HTTP_TOKEN and CARAVAN_HTTP_TOKEN_FILE are both set");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> parsed(Map.of("CARAVAN_HTTP_TOKEN_FILE", "/no/such/file")))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("/no/such/file")
                .hasCauseInstanceOf(CommandException.class);
    }

    private static Example parsed(Map<String, String> environment, String... arguments) {
        Example example = new Example();
        new CommandLine(example)
                .setInterpolateVariables(false)
                .setDefaultValueProvider(new Environment(environment))
                .parseArgs(arguments);
        return example;
    }

    private String file(String value) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "secret", ""), value)
                .toString();
    }
}
