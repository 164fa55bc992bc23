package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The Dockerfile, {@code docker-compose.yml} and the example for Kubernetes speak of options, ports and paths that exist. */
class DeploymentFilesTest {
    private static final Path DOCKERFILE = Path.of("src/main/docker/Dockerfile");
    private static final Path COMPOSE = Path.of("docker-compose.yml");
    private static final Path KUBERNETES = Path.of("src/main/deploy/kubernetes/caravan.yaml");
    /** Seconds that the service takes at most to store its spool after SIGTERM, and a little. */
    private static final int DRAIN_SECONDS = 50;

    private static final CommandLine RUN =
            CommandLineInterface.all().getSubcommands().get("run");

    @Test
    void theImageDocumentsThePortsOfTheService() throws IOException {
        assertThat(instructions("EXPOSE")).containsExactly(port("--http-port") + " " + port("--management-port"));
    }

    @Test
    void theImageSetsOnlyOptionsThatExist() throws IOException {
        List<String> variables = Pattern.compile("CARAVAN_\\w+(?==)")
                .matcher(Files.readString(DOCKERFILE))
                .results()
                .map(result -> result.group())
                .toList();

        assertThat(variables).isNotEmpty().isSubsetOf(options());
    }

    @Test
    void composeSetsOnlyOptionsThatExist() throws IOException {
        Map<String, Object> caravan = map(map(compose(), "services"), "caravan");

        assertThat(caravanVariables(map(caravan, "environment"))).isNotEmpty().isSubsetOf(options());
        assertThat(list(caravan, "command")).containsExactly("run");
        assertThat(caravan.get("stop_grace_period")).isEqualTo("60s");
    }

    @Test
    void composeBindsAllPortsToThisMachineAlone() throws IOException {
        List<Object> ports = new ArrayList<>();
        map(compose(), "services")
                .values()
                .forEach(service -> ports.addAll(
                        ((Map<?, ?>) service).containsKey("ports") ? list(cast(service), "ports") : List.of()));

        assertThat(ports)
                .hasSizeGreaterThan(4)
                .allSatisfy(port -> assertThat(port.toString()).startsWith("127.0.0.1:"))
                .anySatisfy(port -> assertThat(port.toString()).endsWith(":" + port("--http-port")))
                .anySatisfy(port -> assertThat(port.toString()).endsWith(":" + port("--management-port")));
    }

    @Test
    void composeMountsOnlyWhatIsThere() throws IOException {
        List<Object> sources = new ArrayList<>();
        map(compose(), "services")
                .values()
                .forEach(service -> sources.addAll(
                        ((Map<?, ?>) service).containsKey("volumes") ? list(cast(service), "volumes") : List.of()));

        assertThat(sources.stream().map(Object::toString).filter(source -> source.startsWith("./")))
                .hasSizeGreaterThan(2)
                .allSatisfy(source -> assertThat(Path.of(source.split(":")[0])).exists());
    }

    @Test
    void composeStartsTheBrokerThatTheTestsAreMadeWith() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        Object image = map(map(compose(), "services"), "kafka").get("image");

        assertThat(pom)
                .contains("<kafka.version>" + image.toString().replace("apache/kafka:", "") + "</kafka.version>");
    }

    @Test
    void kubernetesSetsOnlyOptionsThatExist() throws IOException {
        Map<String, Object> container = container();
        List<String> variables = list(container, "env").stream()
                .map(entry -> cast(entry).get("name").toString())
                .filter(name -> name.startsWith("CARAVAN_"))
                .toList();

        assertThat(variables).isNotEmpty().isSubsetOf(options());
        assertThat(caravanVariables(map(document("Secret"), "stringData")))
                .isNotEmpty()
                .isSubsetOf(options());
        assertThat(list(container, "args")).containsExactly("run");
    }

    @Test
    void kubernetesProbesThePortThatAnswers() throws IOException {
        Map<String, Object> container = container();
        Map<String, Object> ports = new TreeMap<>();
        list(container, "ports")
                .forEach(port ->
                        ports.put(cast(port).get("name").toString(), cast(port).get("containerPort")));

        assertThat(ports)
                .hasToString("{http=" + port("--http-port") + ", management=" + port("--management-port") + "}");
        assertThat(Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                        .map(probe -> map(map(container, probe), "httpGet").toString()))
                .containsExactly(
                        "{path=/observe/health/live, port=management}",
                        "{path=/observe/health/live, port=management}",
                        "{path=/observe/health/ready, port=management}");
    }

    @Test
    void kubernetesRunsTheImageAsItWasMade() throws IOException {
        Map<String, Object> pod = pod();
        Map<String, Object> user = map(pod, "securityContext");

        assertThat(instructions("USER")).containsExactly(user.get("runAsUser") + ":" + user.get("runAsGroup"));
        assertThat(list(container(), "volumeMounts").stream()
                        .map(mount -> cast(mount).get("mountPath")))
                .containsExactlyInAnyOrder(
                        "/caravan/routes", instructions("VOLUME").get(0), "/tmp");
        assertThat((Integer) pod.get("terminationGracePeriodSeconds")).isGreaterThanOrEqualTo(DRAIN_SECONDS);
    }

    @Test
    void theTaskInKubernetesConfigMapFitsItsTemplate() throws IOException {
        // Given
        Map<String, Object> files = map(document("ConfigMap"), "data");
        String name = files.keySet().iterator().next();
        Object task = load(files.get(name).toString()).get(0);
        Map<String, Object> templated = map(cast(((List<?>) task).get(0)), "templatedRoute");
        Path file = Path.of("routes/templates", templated.get("routeTemplateRef") + ".camel.yaml");

        // When
        Object template = load(Files.readString(file)).get(0);

        // Then
        assertThat(name).endsWith(".camel.yaml");
        assertThat(names(list(templated, "parameters")))
                .isNotEmpty()
                .isSubsetOf(names(list(map(cast(((List<?>) template).get(0)), "routeTemplate"), "parameters")));
    }

    private static Set<String> names(List<?> entries) {
        return entries.stream().map(entry -> cast(entry).get("name").toString()).collect(Collectors.toSet());
    }

    /** The options of {@code run}, as environment variables. */
    private static List<String> options() {
        return RUN.getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .map(name ->
                        "CARAVAN_" + name.substring(2).toUpperCase(Locale.ROOT).replace('-', '_'))
                .toList();
    }

    private static String port(String option) {
        return RUN.getCommandSpec().findOption(option).defaultValue();
    }

    private static List<String> caravanVariables(Map<String, Object> environment) {
        return environment.keySet().stream()
                .filter(name -> name.startsWith("CARAVAN_"))
                .toList();
    }

    private static List<String> instructions(String name) throws IOException {
        return Files.readAllLines(DOCKERFILE).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    private static Map<String, Object> compose() throws IOException {
        return cast(load(Files.readString(COMPOSE)).get(0));
    }

    private static Map<String, Object> container() throws IOException {
        return cast(list(pod(), "containers").get(0));
    }

    private static Map<String, Object> pod() throws IOException {
        return map(map(map(document("Deployment"), "spec"), "template"), "spec");
    }

    private static Map<String, Object> document(String kind) throws IOException {
        return load(Files.readString(KUBERNETES)).stream()
                .map(DeploymentFilesTest::cast)
                .filter(document -> document.get("kind").equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static List<Object> load(String yaml) {
        Load load = new Load(LoadSettings.builder().build());
        return StreamSupport.stream(load.loadAllFromString(yaml).spliterator(), false)
                .toList();
    }

    private static Map<String, Object> map(Map<String, Object> parent, String key) {
        return cast(parent.get(key));
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Map<String, Object> parent, String key) {
        return (List<Object>) parent.get(key);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Object value) {
        return (Map<String, Object>) value;
    }
}
