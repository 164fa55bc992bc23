package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The route files that come with the program are loaded by name. */
class OwnRouteFilesTest {
    @ParameterizedTest
    @ValueSource(strings = {"templates", "service"})
    void allThatThereAreHaveTheirNamesInTheList(String part) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes", part))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();

            assertThat(RouteFiles.OWN.get(part))
                    .extracting(name -> name + ".camel.yaml")
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }
}
