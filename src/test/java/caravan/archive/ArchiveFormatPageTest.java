package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page that specifies the archive keeps up with the code. */
class ArchiveFormatPageTest {
    private static final Path PAGE = Path.of("src/main/docs/archive-format.md");

    private static String section(String heading) throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("\n### " + heading + "\n");
        assertThat(begin).as(heading).isPositive();
        int end = page.indexOf("\n##", begin + 1);
        return page.substring(begin, end);
    }

    @ParameterizedTest
    @CsvSource({
        "archive.json, caravan.archive.ArchiveDocument",
        "batch.json, caravan.archive.BatchManifest",
        "batch.json, caravan.archive.BatchManifest$Frame",
        "Gap documents, caravan.archive.GapDocument",
        "topic-&lt;millis&gt;.json, caravan.archive.TopicSnapshot",
        "topic-&lt;millis&gt;.json, caravan.archive.TopicSnapshot$Config",
        "groups-&lt;millis&gt;.json, caravan.archive.GroupsSnapshot",
        "groups-&lt;millis&gt;.json, caravan.archive.GroupsSnapshot$Group",
        "groups-&lt;millis&gt;.json, caravan.archive.GroupsSnapshot$Committed"
    })
    void it_names_every_field_of_every_document(String heading, Class<?> document) throws IOException {
        List<String> fields = Arrays.stream(document.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();

        assertThat(fields).isNotEmpty();
        for (String field : fields) {
            assertThat(section(heading)).containsPattern("[`\"]" + field + "[`\"]");
        }
        if (Document.class.isAssignableFrom(document)) {
            assertThat(section(heading)).contains("| `format` | number |");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "batch.json, caravan.archive.BatchManifest$Timestamps",
        "Gap documents, caravan.archive.GapDocument$Reason",
        "topic-&lt;millis&gt;.json, caravan.archive.TopicSnapshot$Source"
    })
    void it_names_every_word_that_a_field_can_have(String heading, Class<?> words) throws Exception {
        for (Object word : words.getEnumConstants()) {
            JsonProperty json = words.getField(((Enum<?>) word).name()).getAnnotation(JsonProperty.class);
            assertThat(section(heading)).contains("`" + json.value() + "`");
        }
    }

    @Test
    void its_example_is_an_object_that_exists() throws IOException {
        Optional<String> example = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("$ bsdtar -xvf "))
                .map(line -> line.substring("$ bsdtar -xvf ".length()))
                .findFirst();

        Path partition = Path.of("src/test/resources/golden/archive", GoldenArchive.FOLDER.path());
        assertThat(partition.resolve(example.orElseThrow())).exists();
    }
}
