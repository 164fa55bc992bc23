package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of parameters in {@code src/main/docs/tasks.md} is what the templates say, and so are the types of values. */
class TaskParametersTest {
    private static final Path PAGE = Path.of("src/main/docs/tasks.md");
    private static final String ROW = "| %s | `%s` | %s | %s | %s | %s |";

    @Test
    void theTableOfParametersIsWhatTheTemplatesHave() throws Exception {
        Set<String> documented = new TreeSet<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.matches("\\| `kafka-.*(\\|.*){6}")) {
                String[] cells = line.split("\\|", 3);
                Arrays.stream(cells[1].split(","))
                        .map(template -> "| " + template.strip() + " |" + cells[2])
                        .forEach(documented::add);
            }
        }

        assertThat(documented).containsExactlyInAnyOrderElementsOf(rows());
    }

    @Test
    void everyParameterOfOurTemplatesHasATypeThatAllowsItsDefault() throws Exception {
        try (DefaultCamelContext camel = templates()) {
            camel.getRouteTemplateDefinitions().stream()
                    .flatMap(template -> template.getTemplateParameters().stream())
                    .forEach(parameter -> {
                        assertThat(ParameterType.of(parameter.getName()))
                                .as(parameter.getName())
                                .isPresent();
                        String standard = parameter.getDefaultValue();
                        if (standard != null && !standard.isEmpty()) {
                            assertThat(ParameterType.of(parameter.getName())
                                            .orElseThrow()
                                            .allows(standard))
                                    .as(parameter.getName() + " = " + standard)
                                    .isTrue();
                        }
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "maxRate, 0, true",
        "maxRate, 20000000, true",
        "maxRate, -1, false",
        "maxRate, 20MB, false",
        "maxAge, 60s, true",
        "maxAge, 1h30m, true",
        "maxAge, 500ms, true",
        "maxAge, 1m500ms, true",
        "maxAge, 2000, true",
        "maxAge, 60 s, false",
        "maxAge, -1s, false",
        "maxAge, '', false",
        "maxAge, s, false",
        "verifyInterval, 0, true",
        "verifyInterval, 1d, true",
        "compression, ZSTD, true",
        "compression, gzip, false",
        "topics, 'orders,pay.*', true",
        "topics, ' , ', false",
        "topics, 'a{1,2}', true",
        "groups, 'billing,app-.*', true",
        "groups, '', true",
        "groups, 'app.(*', false",
        "rename, 'a=b,c=d', true",
        "rename, 'a=b,a=c', false",
        "timeline, newest, true",
        "timeline, CNQexuEYQcK7W-kigWtIqg, true",
        "timeline, CNQexuEYQcK7W-kigWtIqg.2, true",
        "step, direct:mask, true",
        "step, mask, false",
        "maxBytes, 1073741824, true",
        "maxBytes, 0, false",
        "zstdLevel, 19, true",
        "zstdLevel, 20, false",
        "maxBytes, 64MB, false"
    })
    void aValueIsAllowedOrNot(String parameter, String value, boolean allowed) {
        assertThat(ParameterType.of(parameter).orElseThrow().allows(value)).isEqualTo(allowed);
    }

    private static List<String> rows() throws Exception {
        try (DefaultCamelContext camel = templates()) {
            return camel.getRouteTemplateDefinitions().stream()
                    .flatMap(template -> template.getTemplateParameters().stream()
                            .map(parameter -> row(template.getId(), parameter)))
                    .collect(Collectors.toList());
        }
    }

    private static String row(String template, RouteTemplateParameterDefinition parameter) {
        ParameterType type = ParameterType.of(parameter.getName()).orElseThrow();
        String standard = parameter.getDefaultValue();
        return String.format(
                ROW,
                "`" + template + "`",
                parameter.getName(),
                type.word(),
                type.unit(),
                standard == null ? "required" : standard.isEmpty() ? "" : "`" + standard + "`",
                parameter.getDescription());
    }

    private static DefaultCamelContext templates() throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        try (Stream<Path> files = Files.list(Path.of("routes/templates"))) {
            for (Path file : files.sorted().toList()) {
                PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.resolveResource(camel, "file:" + file));
            }
        } catch (IOException e) {
            camel.close();
            throw e;
        }
        return camel;
    }
}
