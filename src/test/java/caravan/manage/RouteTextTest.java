package caravan.manage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.TaskDocument.Origin;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** A task that is written as a route file is the same task when the file is read. */
class RouteTextTest {

    @Test
    void aTaskLooksLikeTheExamples() {
        TaskDefinition task = new TaskDefinition(
                "orders-backup", "kafka-backup", Origin.API, Map.of("topics", "orders,pay.*", "maxAge", "30s"));

        assertThat(RouteText.of(task, "yaml"))
                .isEqualTo(
                        """
                        - templatedRoute:
                            routeTemplateRef: kafka-backup
                            routeId: orders-backup
                            parameters:
                              - name: maxAge
                                value: "30s"
                              - name: topics
                                value: "orders,pay.*"
                        """);
        assertThat(RouteText.of(task, "xml"))
                .isEqualTo(
                        """
                        <?xml version="1.0" encoding="UTF-8"?>
                        <camel>
                          <templatedRoute routeTemplateRef="kafka-backup" routeId="orders-backup">
                            <parameter name="maxAge" value="30s"/>
                            <parameter name="topics" value="orders,pay.*"/>
                          </templatedRoute>
                        </camel>
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a: b # c",
                "'\"\\",
                "</parameter>&amp;<x a=\"b\">]]>",
                "{{env:SECRET}}",
                "- a\n- b\t\r",
                "ключ \uD83D\uDE00 \u2028 \u0085 \u00A0",
                "!!java.lang.Object {}",
                "*a &b %c @d `e"
            })
    void anyValueComesBack(String value) throws Exception {
        TaskDefinition task =
                new TaskDefinition("no", "kafka-backup", Origin.API, Map.of("topics", value, "null", "x"));

        assertThat(yaml(RouteText.of(task, "yaml"))).isEqualTo(task);
        assertThat(xml(RouteText.of(task, "xml"))).isEqualTo(task);
    }

    @Test
    void whatXmlCantHaveIsRefused() {
        TaskDefinition task = new TaskDefinition("a", "kafka-backup", Origin.API, Map.of("topics", "a\u0000"));

        assertThat(yaml(RouteText.of(task, "yaml"))).isEqualTo(task);
        assertThatThrownBy(() -> RouteText.of(task, "xml"))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("XML");
        assertThatThrownBy(() -> RouteText.of(task, "toml")).hasMessage("format can't be 'toml'");
    }

    private static TaskDefinition yaml(String text) {
        JsonNode route = new ObjectMapper()
                .<JsonNode>valueToTree(new Load(LoadSettings.builder().build()).loadFromString(text))
                .path(0)
                .path("templatedRoute");
        Map<String, String> parameters = new TreeMap<>();
        route.path("parameters")
                .forEach(parameter -> parameters.put(
                        parameter.path("name").textValue(),
                        parameter.path("value").textValue()));
        return new TaskDefinition(
                route.path("routeId").textValue(),
                route.path("routeTemplateRef").textValue(),
                Origin.API,
                parameters);
    }

    private static TaskDefinition xml(String text) throws Exception {
        Element route = (Element) DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(UTF_8)))
                .getElementsByTagName("templatedRoute")
                .item(0);
        Map<String, String> parameters = new TreeMap<>();
        NodeList all = route.getElementsByTagName("parameter");
        for (int i = 0; i < all.getLength(); i++) {
            Element parameter = (Element) all.item(i);
            parameters.put(parameter.getAttribute("name"), parameter.getAttribute("value"));
        }
        return new TaskDefinition(
                route.getAttribute("routeId"), route.getAttribute("routeTemplateRef"), Origin.API, parameters);
    }
}
