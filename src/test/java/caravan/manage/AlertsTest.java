package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The shipped alerts fire when they should: Prometheus' own tool tries them on stories of services. */
class AlertsTest {
    private static final Path ALERTS = Path.of("src", "main", "deploy", "prometheus", "alerts.yml");
    private static final Path STORIES = Path.of("src", "test", "prometheus", "alerts.yml");

    /** Where {@code CARAVAN_TEST_TOOLS} is {@code required}, promtool may not be missing. */
    @Test
    void theyFireInTheStoriesThatTheyAreMeantFor() throws Exception {
        if (!"required".equals(System.getenv("CARAVAN_TEST_TOOLS"))) {
            assumeThat(installed()).as("promtool").isTrue();
        }
        Process promtool = new ProcessBuilder("promtool", "test", "rules", STORIES.toString())
                .redirectErrorStream(true)
                .start();

        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(output).isZero();
    }

    @Test
    void eachHasAStory() throws Exception {
        assertThat(all("alert: (Caravan[A-Za-z]+)", ALERTS)).isEqualTo(all("\\b(Caravan[A-Za-z]+)\\b", STORIES));
    }

    private static boolean installed() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "promtool")));
    }

    private static Set<String> all(String pattern, Path file) throws Exception {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        found.remove("Caravan");
        return found;
    }
}
