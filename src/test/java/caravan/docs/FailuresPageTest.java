package caravan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on what goes wrong elsewhere names tests that exist. */
class FailuresPageTest {
    private static final Path PAGE = Path.of("src/main/docs/failures.md");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:#([a-zA-Z0-9]+))?`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| \\d+ \\|.*$");

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        // Given
        Map<String, Path> sources = sources();
        List<MatchResult> named =
                rows().stream().flatMap(row -> NAMED.matcher(row).results()).toList();

        // Then
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(named).allSatisfy(test -> {
            if (test.group(2) != null || test.group(1).matches(".*(Test|IT|Contract)")) {
                assertThat(sources).containsKey(test.group(1));
            }
            if (test.group(2) != null) {
                assertThat(Files.readString(sources.get(test.group(1)))).contains("void " + test.group(2) + "(");
            }
        });
    }

    @Test
    void noFailureIsWithoutATest() throws IOException {
        assertThat(rows())
                .allSatisfy(row -> assertThat(NAMED.matcher(row).results().anyMatch(test -> test.group(1)
                                .matches(".*(Test|IT|Contract)")))
                        .as(row)
                        .isTrue());
    }

    private static List<String> rows() throws IOException {
        return ROW.matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static Map<String, Path> sources() {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
