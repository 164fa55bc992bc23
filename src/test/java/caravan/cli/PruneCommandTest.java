package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.store.Store;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code prune} as a person or a script calls it, on an archive in a directory whose records are years old. */
class PruneCommandTest {
    private static final Timeline LIFE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));
    private static final PartitionFolder FIRST = new PartitionFolder("orders", LIFE, 0);
    private static final PartitionFolder SECOND = new PartitionFolder("orders", LIFE, 1);

    @TempDir
    private Path directory;

    private TestArchive archive;
    private long oldBytes;

    /** In the first partition 20 old records in two objects, and 10 young ones; in the second one old object, which is its last. */
    @BeforeEach
    void writeAnArchive() {
        archive = new TestArchive(directory);
        archive.topic("orders", LIFE, 2, Map.of());
        String one = archive.object(FIRST, 0, 10, messages(0, 10));
        String two = archive.object(FIRST, 10, 20, messages(10, 20));
        archive.object(FIRST, 20, 30, young(20, 30));
        archive.object(SECOND, 0, 5, messages(0, 5));
        oldBytes = size(one) + size(two);
    }

    @Test
    void whatIsOldIsDeletedAndTold() {
        // When
        CommandResult pruned = prune("--older-than", "90d").expect(0);

        // Then
        assertThat(pruned.out())
                .startsWith(
                        "archive " + archive.archiveId() + " in " + archive.url() + ", objects without a record since ")
                .contains("TOPIC   TIMELINE                PARTITION  OBJECTS  RECORDS  STORED  FROM  NEXT\n"
                        + "orders  hWcjnPAVTFm0pCxYgPWGyQ          0        2       20  %s     0    20\n"
                                .formatted(Units.bytes(oldBytes)))
                .endsWith("deleted 2 objects (%s), 20 records\n".formatted(Units.bytes(oldBytes)));
        assertThat(pruned.err()).isEmpty();
        assertThat(keys()).hasSize(3).anyMatch(key -> key.endsWith("00000000000000000000-00000000000000000020-0.gap"));

        // When
        CommandResult again = prune("--older-than", "90d").expect(0);

        // Then
        assertThat(again.out()).endsWith("nothing to delete\n");
    }

    @Test
    void theArchiveIsReadAcrossWhatIsGone() {
        // When
        prune("--older-than", "36h").expect(0);

        // Then
        assertThat(on("verify", "--data").expect(3).out())
                .contains("orders-0: gap [0, 20): pruned from the archive on purpose");
        assertThat(on("list").expect(0).out()).contains("1 gap");
        assertThat(on("info", "--topic", "orders").expect(3).out())
                .contains("1 gap")
                .doesNotContain("hole");
        assertThat(on("cat", "--topic", "orders").expect(3).out().lines()).hasSize(15);
        assertThat(on("cat", "--topic", "orders", "--from-offset", "20")
                        .expect(0)
                        .out()
                        .lines())
                .hasSize(10);
    }

    @Test
    void aDryRunChangesNothingAndTellsTheSame() throws IOException {
        // Given
        List<Store.Entry> before = archive.store().list("").toList();

        // When
        CommandResult dry = prune("--older-than", "90d", "--dry-run").expect(0);
        JsonNode told = json(prune("--older-than", "90d", "--dry-run", "--output", "json"));

        // Then
        assertThat(archive.store().list("")).isEqualTo(before);
        assertThat(directory.resolve(".tmp")).isEmptyDirectory();
        assertThat(dry.out())
                .endsWith("would delete 2 objects (%s), 20 records; nothing was changed\n"
                        .formatted(Units.bytes(oldBytes)));
        JsonNode done = json(prune("--older-than", "90d", "--output", "json"));
        for (String field : List.of("timelines", "objects", "records", "bytes", "attention")) {
            assertThat(done.path(field)).as(field).isEqualTo(told.path(field));
        }
        assertThat(told.path("dryRun").asBoolean()).isTrue();
        assertThat(done.path("dryRun").asBoolean()).isFalse();
    }

    @Test
    void scriptsReadWhatWasDeleted() throws IOException {
        // When
        JsonNode json = json(prune("--older-than", "90d", "--output", "json").expect(0));

        // Then
        assertThat(json.path("store").asText()).isEqualTo(archive.url());
        assertThat(json.path("archiveId").asText()).isEqualTo(archive.archiveId());
        assertThat(System.currentTimeMillis()
                        - 90L * 24 * 3_600_000
                        - json.path("olderThan").asLong())
                .isBetween(0L, 600_000L);
        assertThat(json.path("objects").asLong()).isEqualTo(2);
        assertThat(json.path("records").asLong()).isEqualTo(20);
        assertThat(json.path("bytes").asLong()).isEqualTo(oldBytes);
        assertThat(json.path("versionsKept").asLong()).isZero();
        assertThat(json.path("attention")).isEmpty();
        JsonNode timeline = json.path("timelines").path(0);
        assertThat(timeline.path("topic").asText()).isEqualTo("orders");
        assertThat(timeline.path("timeline").asText()).isEqualTo(LIFE.folder());
        assertThat(timeline.path("leftAlone").isNull()).isTrue();
        JsonNode partition = timeline.path("partitions").path(0);
        assertThat(timeline.path("partitions")).hasSize(1);
        assertThat(partition.path("partition").asInt()).isZero();
        assertThat(partition.path("from").asLong()).isZero();
        assertThat(partition.path("next").asLong()).isEqualTo(20);
        assertThat(partition.path("records").asLong()).isEqualTo(20);
    }

    @Test
    void topicsAreChosenAsElsewhere() {
        archive.topic("payments", LIFE, 1, Map.of());
        PartitionFolder payments = new PartitionFolder("payments", LIFE, 0);
        archive.object(payments, 0, 10, messages(0, 10));
        archive.object(payments, 10, 20, messages(10, 20));

        assertThat(prune("--older-than", "90d", "--exclude-topics", "ord.*")
                        .expect(0)
                        .out())
                .contains("payments", "deleted 1 object ")
                .doesNotContain("orders");
        assertThat(prune("--older-than", "90d", "--topics", "gone,orders")
                        .expect(3)
                        .err())
                .contains("warning: the archive has no topic gone");
        assertThat(keys()).hasSize(3);
    }

    @Test
    void aCompactedTopicWithoutABaselineNeedsAttention() throws IOException {
        archive.topic("accounts", LIFE, 1, Map.of(), Map.of(), "compact");
        PartitionFolder accounts = new PartitionFolder("accounts", LIFE, 0);
        archive.object(accounts, 0, 10, messages(0, 10));
        archive.object(accounts, 10, 20, messages(10, 20));

        CommandResult pruned = prune("--older-than", "90d").expect(3);

        assertThat(pruned.out()).contains("left alone: accounts " + LIFE + ", a compacted topic", "deleted 2 objects");
        assertThat(pruned.err())
                .contains("warning: accounts is compacted, and has no later baseline: 1 old object was left alone")
                .contains("hint: copy it anew with 'backup --baseline'");
        assertThat(archive.store().list(accounts.path())).hasSize(2);
    }

    @Test
    void anOldHoleInTheWayIsDamage() throws IOException {
        Files.delete(directory.resolve(archive.object(SECOND, 5, 6, messages(5, 6))));
        String behind = archive.object(SECOND, 6, 9, messages(6, 9));
        Files.setLastModifiedTime(directory.resolve(behind), FileTime.fromMillis(TestArchive.TIME));

        CommandResult pruned = prune("--older-than", "90d").expect(4);

        assertThat(pruned.err()).contains("warning: orders-1: hole [5, 6)", "hint: put the missing object back");
        assertThat(pruned.out()).contains("deleted 2 objects");
    }

    @Test
    void theAgeHasToBeSaid() {
        assertThat(prune().expect(2).err()).contains("--older-than");
        for (String age : List.of("0d", "0s", "-5d", "90", "90 days", "", "1y")) {
            CommandResult refused = prune("--older-than=" + age).expect(2);
            assertThat(refused.err()).contains("error: ", "hint: ");
        }
        assertThat(prune("--older-than", "-5d").expect(2).err()).contains("error: ");
        assertThat(keys()).hasSize(4);
    }

    @Test
    void whereThereIsNoArchiveNothingIsPruned(@TempDir Path elsewhere) {
        assertThat(CaravanCommands.run("prune", "--store", "file://" + elsewhere, "--older-than", "1d")
                        .expect(1)
                        .err())
                .contains("there is no archive in", "hint: ");
        assertThat(CaravanCommands.run("prune", "--store", "file://" + elsewhere + "/gone", "--older-than", "1d")
                        .expect(1)
                        .err())
                .contains("does not exist");
    }

    @Test
    void aDirectoryHasNoObjectLock() {
        assertThat(prune("--older-than", "90d", "--s3-object-lock-mode", "GOVERNANCE", "--s3-object-lock-days", "1")
                        .expect(2)
                        .err())
                .contains("is no bucket");
    }

    @Test
    void anArchiveOfALaterFormatIsLeftAlone() {
        archive.store().put("archive.json", "{\"format\":2,\"archiveId\":\"x\",\"createdAt\":0}".getBytes(UTF_8));

        assertThat(prune("--older-than", "90d").expect(1).err()).contains("format 2");
        assertThat(keys()).hasSize(4);
    }

    // ---- how it is asked ----

    private CommandResult prune(String... options) {
        return on("prune", options);
    }

    private CommandResult on(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, "--store", archive.url()));
        arguments.addAll(List.of(options));
        return CaravanCommands.run(arguments.toArray(String[]::new));
    }

    private static JsonNode json(CommandResult result) throws IOException {
        return new ObjectMapper().readTree(result.out());
    }

    /** Objects and gaps of the topic. */
    private List<String> keys() {
        return archive.store()
                .list("topics/orders/")
                .map(Store.Entry::key)
                .filter(key -> !key.endsWith(".json"))
                .toList();
    }

    private long size(String key) {
        return archive.store().head(key).orElseThrow().size();
    }

    private static List<Message> messages(long from, long next) {
        return LongStream.range(from, next).mapToObj(Message::at).toList();
    }

    private static List<Message> young(long from, long next) {
        long now = System.currentTimeMillis();
        return messages(from, next).stream()
                .map(message -> message.withTimestamp(now))
                .toList();
    }
}
