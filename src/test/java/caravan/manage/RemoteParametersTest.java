package caravan.manage;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.TaskDocument.Origin;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a task that is in no route file may have as parameters. */
class RemoteParametersTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "group; #class:java.io.FileOutputStream('/tmp/x'); refers to an object or a class",
                "topics; #bean:store; refers to an object or a class",
                "max-age; ' #type:caravan.store.Store'; refers to an object or a class",
                "group; {{env:AWS_SECRET_ACCESS_KEY}}; refers to something of the service's own",
                "rename; a={{file:/run/secrets/kafka}}; refers to something of the service's own",
                "topics; a&brokers=elsewhere:9092; could add options to an endpoint",
                "url; http://elsewhere?x=1; could add options to an endpoint",
                "url; a&b=c; could add options to an endpoint",
                "step; file:/tmp; is no direct: endpoint",
                "step; kafka:stolen?brokers=elsewhere:9092; is no direct: endpoint",
                "step; direct:mask?exceptionHandler=x; is no direct: endpoint",
                "step; language:simple:x; is no direct: endpoint",
                "password; swordfish; carries a secret",
                "api-key; swordfish; carries a secret",
                "accessKey; {{env:X:swordfish}}; carries a secret"
            })
    void whatIsMoreThanAValueIsRefusedWithoutShowingIt(String name, String value, String problem) {
        assertThatThrownBy(() -> check(name, value))
                .isInstanceOf(TaskException.class)
                .hasMessageStartingWith("the parameter " + name + " " + problem)
                .hasMessageNotContaining(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "topics; orders?,pay.*,shop-[a-z]{1,3}",
                "group; caravan nightly #2",
                "rename; a=b,c=d",
                "step; direct:mask",
                "url; https://sink.example/records",
                "messageKey; plain",
                "password; {{file:/run/secrets/sink}}",
                "password; ''"
            })
    void aValueIsTaken(String name, String value) {
        assertThatCode(() -> check(name, value)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"group", "url"})
    void aValueThatWouldForgeALineOfTheLogIsRefused(String name) {
        assertThatThrownBy(() -> check(name, "a\nERROR all is lost")).hasMessageContaining("has a control character");
    }

    private static void check(String name, String value) {
        RemoteParameters.problems(new TaskDefinition("nightly", "kafka-backup", Origin.API, Map.of(name, value)))
                .stream()
                .findFirst()
                .ifPresent(problem -> {
                    throw problem.exception();
                });
    }
}
