package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service with a task that can't be says so and ends, before it looks for Kafka or S3. */
class TaskFilesTest {
    @FunctionalInterface
    private interface Form {
        Path write(String template, String name, String... parameters) throws IOException;
    }

    @TempDir
    private Path routes;

    @TempDir
    private Path spool;

    @BeforeAll
    static void region() {
        System.setProperty("aws.region", "us-east-1");
    }

    @AfterAll
    static void noRegion() {
        System.clearProperty("aws.region");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "topcis: a; kafka-backup has no parameter 'topcis'; did you mean 'topics'?",
                "topics: a, max-agee: 1s; kafka-backup has no parameter 'maxAgee'; did you mean 'maxAge'?",
                "topics: a, colour: red; kafka-backup has no parameter 'colour'; parameters: topics, excludeTopics, group",
                "maxAge: 1s; kafka-backup needs the parameter 'topics'; give it a value: names and regular expressions",
                "topics: a, maxAge: 60 parsecs; maxAge can't be '60 parsecs'; a time longer than none with d, h, m, s or ms",
                "topics: a, maxAge: 0s; maxAge can't be '0s'; such as 60s",
                "topics: a, maxBytes: lots; maxBytes can't be 'lots'; a number of bytes from 1 to 1073741824",
                "topics: a, maxBytes: 1073741825; maxBytes can't be '1073741825'; from 1 to 1073741824",
                "topics: a, compression: zip; compression can't be 'zip'; one of auto, zstd, stored, deflate",
                "topics: a, verifyInterval: daily; verifyInterval can't be 'daily'; such as 24h, or 0 for never",
                "topics: a, allowUnidentifiedTopics: yes; allowUnidentifiedTopics can't be 'yes'; true or false",
                "topics: 'pay.(*'; topics can't be 'pay.(*'; names and regular expressions",
                "topics: a, groups: 'app.(*'; groups can't be 'app.(*'; names and regular expressions",
                "topics: a, groupsInterval: 0; groupsInterval can't be '0'; a time longer than none",
                "topics: '{{env:CARAVAN_TEST_NOBODY_SETS_THIS}}'; topics is '{{env:CARAVAN_TEST_NOBODY_SETS_THIS}}', which refers; {{name:default}}",
                "topics: a, maxAge: 1s, max-age: 2s; 'max-age' is given twice; give it once"
            })
    void aBackupIsRefusedByTheNameOfItsTaskAndFile(String parameters, String error, String hint) throws IOException {
        // Given
        String[] pairs = parameters.split(", ");
        for (Form form : List.<Form>of(this::yaml, this::xml)) {
            Path file = form.write("kafka-backup", "nightly", pairs);

            // When
            CommandResult result = run();

            // Then
            assertThat(result.exitCode()).as(result.toString()).isEqualTo(2);
            assertThat(result.err())
                    .contains("error: the task nightly in " + file + ": ")
                    .contains(error)
                    .containsPattern("(?m)^hint: .*" + Pattern.quote(hint))
                    .doesNotContain("\tat ");
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "rename: x; rename can't be 'x'; old=new, comma-separated",
                "timeline: newset; timeline can't be 'newset'; newest, or a timeline's name",
                "applyRetention: perhaps; applyRetention can't be 'perhaps'; true or false",
                "batchBytes: -1; batchBytes can't be '-1'; a number of bytes from 1 to 16777216",
                "topic: a; kafka-restore has no parameter 'topic'; did you mean 'topics'?"
            })
    void aRestoreIsRefusedByTheNameOfItsTaskAndFile(String parameters, String error, String hint) throws IOException {
        Path file = xml("kafka-restore", "drill", parameters.split(", "));

        assertThat(run().exitCode()).isEqualTo(2);
        assertThat(run().err()).contains("error: the task drill in " + file + ": ", error, hint);
    }

    @Test
    void aMisspeltTemplateIsToldFromTheRightOne() throws IOException {
        yaml("kafka-bakcup", "nightly", "topics: a");

        assertThat(run().err())
                .contains("there is no template 'kafka-bakcup'")
                .contains("hint: did you mean 'kafka-backup'?");
    }

    @Test
    void aStepThatNoRouteBeginsWithIsRefused() throws IOException {
        Path file = yaml("kafka-backup-records", "nightly", "topics: a", "step: direct:maks");
        Files.writeString(
                routes.resolve("zz-mask.camel.xml"),
                "<camel><route id=\"mask\"><from uri=\"direct:mask\"/><log message=\"m\"/></route></camel>");

        assertThat(run().err())
                .contains("error: the task nightly in " + file + ": step is direct:maks, and no route begins with that")
                .contains("hint: did you mean 'direct:mask'?");
    }

    @Test
    void aTaskWithoutANameIsRefused() throws IOException {
        Path file = yaml("kafka-backup", "", "topics: a");

        assertThat(run().err())
                .contains("error: a task of kafka-backup in " + file + " has no name")
                .contains("hint: give the templatedRoute a routeId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc", "a b", ".hidden", "ünd"})
    void aTaskWithANameThatNoKeyCanHaveIsRefused(String name) throws IOException {
        yaml("kafka-backup", "\"" + name + "\"", "topics: a");

        assertThat(run().err()).contains("'" + name + "' is no name for a task").contains("hint: use at most 200");
    }

    @Test
    void twoTasksOfOneNameAreRefusedByBothFiles() throws IOException {
        Path first = yaml("kafka-backup", "nightly", "topics: a");
        Path second = xml("kafka-restore", "nightly", "topics: a");

        CommandResult result = run();

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("error: two tasks are called nightly: in " + first + " and in " + second)
                .contains("hint: give each templatedRoute a routeId of its own");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "bad.camel.yaml; - templatedRoute:\\n    routeTemplateRef: kafka-backup\\n   routeId: x; 3",
                "bad.camel.yaml; - templatedRoute:\\n    routeTemplateRef: kafka-backup\\n    routeld: x; 3",
                "bad.camel.xml; <camel>\\n  <templatedRoute routeTemplateRef='kafka-backup'>\\n</camel>; 3",
                "bad.camel.xml; <camel>\\n  <templatedRuote routeTemplateRef='kafka-backup'/>\\n</camel>; 2"
            })
    void aBrokenFileIsNamedWithTheLine(String name, String text, int line) throws IOException {
        // Given
        yaml("kafka-backup", "aaa", "topics: a");
        yaml("kafka-backup", "zzz", "topics: a");
        Path file = Files.writeString(routes.resolve(name), text.replace("\\n", "\n"));

        // When
        CommandResult result = run();

        // Then
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(2);
        assertThat(result.err())
                .contains("error: the route file " + file + ", line " + line + ": ")
                .contains("hint: correct it")
                .doesNotContain("\tat ");
    }

    @Test
    void filesInDirectoriesAreTasksAndThoseInExamplesAreNot() throws IOException {
        Path nested = Files.createDirectories(routes.resolve("team/a")).resolve("x.camel.yaml");
        Files.move(yaml("kafka-backup", "nested", "topcis: a"), nested);
        Files.move(
                yaml("kafka-backup", "example", "topcis: a"),
                Files.createDirectories(routes.resolve("a/examples")).resolve("x.camel.yaml"));
        Files.move(
                yaml("kafka-backup", "hidden", "topcis: a"),
                Files.createDirectories(routes.resolve("..data")).resolve("x.camel.yaml"));

        assertThat(run().err()).contains("error: the task nested in " + nested);
    }

    @Test
    void linkedDirectoriesAreFollowed(@TempDir Path mounted) throws IOException {
        Files.move(yaml("kafka-backup", "nested", "topcis: a"), mounted.resolve("x.camel.yaml"));
        Files.createSymbolicLink(routes.resolve("team"), mounted);

        assertThat(run().err()).contains("error: the task nested in " + routes.resolve("team/x.camel.yaml"));
    }

    @Test
    void aTemplateOfTheUsersOwnIsChecked() throws IOException {
        Files.writeString(
                routes.resolve("zz-template.camel.xml"),
                """
                <camel><routeTemplate id="mine"><templateParameter name="colour"/>
                <route><from uri="timer:{{colour}}"/><log message="m"/></route></routeTemplate></camel>
                """);
        yaml("mine", "own", "color: red");

        assertThat(run().err()).contains("mine has no parameter 'color'").contains("did you mean 'colour'?");
    }

    private CommandResult run() {
        return CaravanCommands.run(
                "run",
                "--store",
                "s3://bucket/archive",
                "--bootstrap-servers",
                "localhost:1",
                "--routes",
                routes.toString(),
                "--spool-dir",
                spool.toString(),
                "--http-port",
                Integer.toString(EmbeddedBroker.freePort()),
                "--management-port",
                Integer.toString(EmbeddedBroker.freePort()));
    }

    private Path yaml(String template, String name, String... parameters) throws IOException {
        List<String> lines = new ArrayList<>(List.of("- templatedRoute:", "    routeTemplateRef: " + template));
        if (!name.isEmpty()) {
            lines.add("    routeId: " + name);
        }
        lines.add("    parameters:");
        for (String parameter : parameters) {
            lines.add("      - name: " + parameter.substring(0, parameter.indexOf(':')));
            lines.add("        value: " + parameter.substring(parameter.indexOf(':') + 2));
        }
        return Files.write(routes.resolve("task-" + name.replaceAll("[^a-z]", "") + ".camel.yaml"), lines);
    }

    private Path xml(String template, String name, String... parameters) throws IOException {
        StringBuilder text = new StringBuilder(
                "<camel>\n<templatedRoute routeTemplateRef=\"" + template + "\" routeId=\"" + name + "\">\n");
        for (String parameter : parameters) {
            text.append("<parameter name=\"")
                    .append(parameter, 0, parameter.indexOf(':'))
                    .append("\" value=\"")
                    .append(parameter.substring(parameter.indexOf(':') + 2).replace("'", ""))
                    .append("\"/>\n");
        }
        return Files.writeString(routes.resolve("xml-task.camel.xml"), text + "</templatedRoute>\n</camel>\n");
    }
}
