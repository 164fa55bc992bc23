package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ArchiveKey;
import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever can become of an archive in a directory, {@code verify} finds it, says where it is, and mends nothing. */
class VerifyDamageTest {
    private static final Timeline LIFE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));
    private static final Timeline NEXT_LIFE = Timeline.of(Uuid.fromString("0Bq2NVt6R1mlmY0tVmkPFw"));
    private static final PartitionFolder FIRST = new PartitionFolder("orders", LIFE, 0);
    private static final PartitionFolder SECOND = new PartitionFolder("orders", LIFE, 1);

    @TempDir
    private Path directory;

    private TestArchive archive;
    private List<String> objects;

    /** Two partitions, the second one empty; 40 records in three objects, offsets 10 to 50. */
    @BeforeEach
    void writeAnArchive() {
        archive = new TestArchive(directory);
        archive.topic("orders", LIFE, 2, Map.of(0, 10L, 1, 0L));
        objects = List.of(
                archive.object(FIRST, 10, 20, messages(10, 20)),
                archive.object(FIRST, 20, 40, messages(20, 40)),
                archive.object(FIRST, 40, 50, messages(40, 50)));
        verify(0, "--data");
    }

    @Test
    void aMissingObjectIsAHole() throws IOException {
        // Given: it went away long ago
        Files.delete(file(objects.get(1)));
        Files.setLastModifiedTime(
                file(objects.get(2)), FileTime.from(Instant.now().minus(Duration.ofHours(2))));

        // Then
        assertFinding(only(verify(4)), "failure", "hole", 20, 40, null);
    }

    @Test
    void aMissingFirstObjectIsAHole() throws IOException {
        Files.delete(file(objects.get(0)));

        // An upload may be under way
        assertFinding(only(verify(3)), "warning", "hole", 10, 20, null);
    }

    /** Local header, a batch, the manifest, the directory. */
    @ParameterizedTest
    @ValueSource(strings = {"local header", "batch", "manifest's header", "manifest", "directory", "end"})
    void anAlteredByteIsFoundWhereverItLies(String place) throws IOException {
        // Given
        byte[] body = Files.readAllBytes(file(objects.get(1)));
        int directoryAt = littleEndian(body, body.length - 6);
        int manifestAt = littleEndian(body, directoryAt + 46 + 24 + 42);
        int at =
                switch (place) {
                    case "local header" -> 14;
                    case "batch" -> 54 + 30;
                    case "manifest's header" -> manifestAt + 8;
                    case "manifest" -> (manifestAt + 40 + directoryAt) / 2;
                    case "directory" -> directoryAt + 10;
                    default -> body.length - 12;
                };
        body[at] ^= 4;
        Files.write(file(objects.get(1)), body);

        // Then
        verify(0);
        assertFinding(only(verify(4, "--data")), "failure", "object", 20, 40, objects.get(1));
    }

    private static int littleEndian(byte[] bytes, int at) {
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.5, 0.999})
    void aTruncatedObjectIsFound(double kept) throws IOException {
        byte[] body = Files.readAllBytes(file(objects.get(2)));
        Files.write(file(objects.get(2)), Arrays.copyOf(body, (int) (body.length * kept)));

        assertFinding(only(verify(4, "--data")), "failure", "object", 40, 50, objects.get(2));
    }

    @Test
    void anObjectUnderAnothersNameIsFound() throws IOException {
        // Given: the second object says what the third one says
        Files.copy(file(objects.get(2)), file(objects.get(1)), StandardCopyOption.REPLACE_EXISTING);

        // Then
        JsonNode found = only(verify(4, "--data"));
        assertFinding(found, "failure", "object", 20, 40, objects.get(1));
        assertThat(found.path("message").asText()).contains("key of the object should be");
    }

    @Test
    void anObjectOfAnotherPartitionIsFound() throws IOException {
        String moved = copy(objects.get(0), SECOND);

        JsonNode found = ofKind(verify(4, "--data"), "object");
        assertThat(found.path("partition").asInt()).isEqualTo(1);
        assertThat(found.path("key").asText()).isEqualTo(moved);
        assertThat(found.path("message").asText()).contains("belongs to");
    }

    @Test
    void anObjectOfAnotherTopicIsFound() throws IOException {
        archive.topic("payments", LIFE, 1, Map.of(0, 10L));
        String moved = copy(objects.get(0), new PartitionFolder("payments", LIFE, 0));

        JsonNode found = only(verify(4, "--data"));
        assertThat(found.path("topic").asText()).isEqualTo("payments");
        assertThat(found.path("key").asText()).isEqualTo(moved);
    }

    @Test
    void anObjectOfAnotherLifeOfTheTopicIsFound() throws IOException {
        archive.topic("orders", NEXT_LIFE, 1, Map.of(0, 10L));
        String moved = copy(objects.get(0), new PartitionFolder("orders", NEXT_LIFE, 0));

        JsonNode found = only(verify(4, "--data"));
        assertThat(found.path("timeline").asText()).isEqualTo(NEXT_LIFE.folder());
        assertThat(found.path("key").asText()).isEqualTo(moved);
    }

    @Test
    void anObjectOfAnotherArchiveIsFound(@TempDir Path elsewhere) throws IOException {
        TestArchive other = new TestArchive(elsewhere);
        String key = other.object(FIRST, 50, 60, messages(50, 60));
        Files.copy(elsewhere.resolve(key), file(key));

        assertFinding(only(verify(4, "--data")), "failure", "object", 50, 60, key);
    }

    @Test
    void objectsThatSayDifferentThingsOfARecordAreFound() {
        List<Message> different = new ArrayList<>(messages(15, 30));
        different.set(2, different.get(2).withValue("other".getBytes(UTF_8)));
        String key = archive.object(FIRST, 15, 30, different);

        JsonNode found = ofKind(verify(4, "--data"), "overlap");
        assertThat(found.path("key").asText()).isEqualTo(key);
        assertThat(found.path("from").asLong()).isEqualTo(15);
        assertThat(found.path("message").asText()).contains("offset 17", "value");
    }

    @Test
    void foreignFilesAreNamedAndStay() throws IOException {
        Files.writeString(directory.resolve("notes.txt"), "mine");
        String copy = FIRST.path() + "copy of an object.zip";
        Files.writeString(file(copy), "mine");

        List<JsonNode> found = verify(3);
        assertThat(found).extracting(finding -> finding.path("kind").asText()).containsOnly("foreign-file");
        assertThat(found)
                .extracting(finding -> finding.path("key").asText())
                .containsExactlyInAnyOrder("notes.txt", copy);
        assertThat(file(copy)).hasContent("mine");
    }

    @Test
    void gapsAreNamedWithTheirReasons() {
        String lost = archive.gap(FIRST, 50, 60);
        String late = archive.gap(FIRST, 60, 70, Reason.COMPACTION);

        List<JsonNode> found = verify(3);
        assertFinding(found.get(0), "warning", "gap", 50, 60, lost);
        assertFinding(found.get(1), "warning", "gap", 60, 70, late);
        assertThat(found.get(1).path("hint").asText()).contains("backup --baseline");
    }

    @Test
    void whatWasPrunedIsNotTakenForLoss() {
        String key = archive.gap(SECOND, 0, 60, Reason.PRUNED);

        JsonNode found = only(verify(3));
        assertThat(found.path("kind").asText()).isEqualTo("pruned");
        assertThat(found.path("key").asText()).isEqualTo(key);
        assertThat(found.path("hint").asText()).contains("nothing is to be done");
    }

    @Test
    void aPruneThatWasCutOffIsSeen() {
        archive.gap(FIRST, 10, 40, Reason.PRUNED);

        JsonNode found = only(verify(3));
        assertThat(found.path("kind").asText()).isEqualTo("pruned");
        assertThat(found.path("message").asText()).contains("2 of its objects are still there");
        assertThat(found.path("hint").asText()).contains("run 'prune' again");
    }

    @Test
    void theDocumentOfAGapIsReadWithItsKey() throws IOException {
        // Given: one that is of another gap, and one that is cut
        String other = archive.gap(FIRST, 50, 60);
        String moved = FIRST.key(new GapKey(60, 75, -1));
        Files.copy(file(other), file(moved));
        String cut = archive.gap(FIRST, 75, 80);
        Files.write(file(cut), new byte[3]);

        // Then
        List<JsonNode> found = verify(4);
        assertFinding(found.get(1), "failure", "document", 60, 75, moved);
        assertThat(found.get(1).path("message").asText()).contains("its document is of [50, 60)");
        assertFinding(found.get(2), "failure", "document", 75, 80, cut);
    }

    @Test
    void snapshotsThatNobodyReadsEveryDayAreReadWithTheData() throws IOException {
        // Given: of three snapshots the second, and one of the consumer groups
        String first = new ArchiveKey.Topic("orders", LIFE, TestArchive.TIME).path();
        String second = new ArchiveKey.Topic("orders", LIFE, TestArchive.TIME + 1).path();
        Files.writeString(file(second), "{}");
        Files.copy(file(first), file(new ArchiveKey.Topic("orders", LIFE, TestArchive.TIME + 2).path()));
        String groups = new ArchiveKey.Groups(TestArchive.TIME).path();
        Files.createDirectories(file(groups).getParent());
        Files.writeString(file(groups), "{\"format\":1}");

        // Then
        verify(0);
        List<JsonNode> found = verify(4, "--data");
        assertThat(found).extracting(finding -> finding.path("kind").asText()).containsOnly("document");
        assertThat(found).extracting(finding -> finding.path("key").asText()).containsExactly(second, groups);
        // Of the chosen topics alone
        assertThat(verify(4, "--data", "--topics", "orders")).hasSize(1);
    }

    @Test
    void aDamagedFirstSnapshotIsNamedWithItsKey() throws IOException {
        String first = new ArchiveKey.Topic("orders", LIFE, TestArchive.TIME).path();
        Files.writeString(file(first), "{}");

        JsonNode found = only(verify(4));
        assertThat(found.path("kind").asText()).isEqualTo("document");
        assertThat(found.path("key").asText()).isEqualTo(first);
    }

    @Test
    void whatCanBeDoneIsSaidOnceForAllFindingsOfAKind() throws IOException {
        // Given
        Files.writeString(directory.resolve("a.txt"), "");
        Files.writeString(directory.resolve("b.txt"), "");

        // When
        CommandResult verified = CaravanCommands.run("verify", "--store", archive.url());

        // Then
        assertThat(verified.expect(3).out().lines().filter(line -> line.startsWith("hint: ")))
                .containsExactly("hint: move it out of the archive");
    }

    // ---- how it is asked ----

    private Path file(String key) {
        return directory.resolve(key);
    }

    private String copy(String key, PartitionFolder folder) throws IOException {
        String moved = folder.path() + key.substring(FIRST.path().length());
        Files.createDirectories(file(moved).getParent());
        Files.copy(file(key), file(moved));
        return moved;
    }

    private List<JsonNode> verify(int exitCode, String... options) {
        List<String> arguments = new ArrayList<>(List.of("verify", "--store", archive.url(), "--output", "json"));
        arguments.addAll(List.of(options));
        CommandResult verified =
                CaravanCommands.run(arguments.toArray(String[]::new)).expect(exitCode);
        try {
            JsonNode json = new ObjectMapper().readTree(verified.out());
            return StreamSupport.stream(json.path("findings").spliterator(), false)
                    .peek(finding -> assertThat(finding.path("hint").asText()).isNotBlank())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(verified.out(), e);
        }
    }

    private static JsonNode only(List<JsonNode> findings) {
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private static JsonNode ofKind(List<JsonNode> findings, String kind) {
        return only(findings.stream()
                .filter(finding -> finding.path("kind").asText().equals(kind))
                .toList());
    }

    /** In the first partition. */
    private static void assertFinding(JsonNode found, String severity, String kind, long from, long next, String key) {
        assertThat(found.path("severity").asText()).isEqualTo(severity);
        assertThat(found.path("kind").asText()).isEqualTo(kind);
        assertThat(found.path("topic").asText()).isEqualTo("orders");
        assertThat(found.path("timeline").asText()).isEqualTo(LIFE.folder());
        assertThat(found.path("partition").asInt()).isZero();
        assertThat(found.path("from").asLong()).isEqualTo(from);
        assertThat(found.path("next").asLong()).isEqualTo(next);
        assertThat(found.path("key").asText(null)).isEqualTo(key);
        assertThat(found.path("message").asText()).contains("orders-0", "[" + from + ", " + next + ")");
    }

    private static List<Message> messages(long from, long next) {
        return LongStream.range(from, next).mapToObj(Message::at).toList();
    }
}
