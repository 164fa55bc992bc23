package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ArchiveKey;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.GroupsSnapshot;
import caravan.archive.GroupsSnapshot.Committed;
import caravan.archive.GroupsSnapshot.Group;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code list}, {@code info}, {@code verify} and {@code cat}, on archives that were written object by object. */
@ExtendWith(TestServers.class)
class ReadingCommandsTest {
    private static final Timeline LIFE = new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0);
    private static final Timeline NEXT_LIFE = new Timeline(Uuid.fromString("0Bq2NVt6R1mlmY0tVmkPFw"), 0);
    private static final PartitionFolder FIRST = new PartitionFolder("orders", LIFE, 0);
    private static final PartitionFolder SECOND = new PartitionFolder("orders", LIFE, 1);

    private TestS3 s3;
    private TestArchive archive;
    private String firstObject;

    /** Two partitions, the second one empty; 30 records in two objects, offsets 10 to 40. */
    @BeforeEach
    void writeAnArchive(TestS3 server) {
        s3 = server;
        s3.systemProperties().forEach(System::setProperty);
        archive = new TestArchive(s3);
        archive.topic("orders", LIFE, 2, Map.of(0, 10L, 1, 0L));
        firstObject = archive.object(FIRST, 10, 20, messages(10, 20));
        archive.object(FIRST, 20, 40, messages(20, 40));
    }

    @Test
    void listShowsTopicsAtAGlance() {
        assertThat(run("list").expect(0).out().lines().skip(2).toList())
                .containsExactly(
                        "TOPIC   TIMELINE                PARTITIONS  OBJECTS  RECORDS  STORED  FROM                  TO",
                        "orders  hWcjnPAVTFm0pCxYgPWGyQ           2        2       30  %s  2023-11-14T22:13:20Z  2023-11-14T22:13:20Z"
                                .formatted(Units.bytes(stored())));
    }

    @Test
    void listPrintsJson() throws IOException {
        JsonNode json = json(run("list", "--output", "json").expect(0));

        assertThat(json.path("store").asText()).isEqualTo(archive.url());
        assertThat(json.path("archiveId").asText()).isEqualTo(archive.archiveId());
        JsonNode timeline = json.path("topics").path(0).path("timelines").path(0);
        assertThat(timeline.path("timeline").asText()).isEqualTo(LIFE.folder());
        assertThat(timeline.path("clusterId").asText()).isEqualTo("a-cluster");
        assertThat(timeline.path("partitions").asInt()).isEqualTo(2);
        assertThat(timeline.path("objects").asLong()).isEqualTo(2);
        assertThat(timeline.path("records").asLong()).isEqualTo(30);
        assertThat(timeline.path("recordsExact").asBoolean()).isTrue();
        assertThat(timeline.path("bytes").asLong()).isEqualTo(stored());
        assertThat(timeline.path("baseTimestamp").asLong()).isEqualTo(TestArchive.TIME + 10);
        assertThat(timeline.path("maxTimestamp").asLong()).isEqualTo(TestArchive.TIME + 39);
    }

    @Test
    void listTakesTopicsByNameAndExpression() {
        archive.topic("payments", LIFE, 1, Map.of(0, 0L));
        archive.topic("__consumer_offsets", LIFE, 1, Map.of(0, 0L));

        assertThat(run("list").expect(0).out()).contains("orders", "payments", "__consumer_offsets");
        assertThat(run("list", "--topics", "pay.*").expect(0).out())
                .contains("payments")
                .doesNotContain("orders");
        assertThat(run("list", "--exclude-topics", "pay.*").expect(0).out())
                .contains("orders")
                .doesNotContain("payments");
        assertThat(run("list", "--topics", "orders,gone").expect(3).err()).contains("no topic gone");
        assertThat(run("list", "--topics", "typo.*").expect(3).err()).contains("no topic typo.*");
        assertThat(run("verify", "--topics", "typo.*").expect(3).out()).contains("no topic typo.*");
    }

    @Test
    void anEmptyStoreIsNoArchive() {
        CommandResult result = CaravanCommands.run("list", "--store", s3.newStore());

        assertThat(result.expect(1).err())
                .contains("error: there is no archive in s3://")
                .contains("hint: ");
    }

    @Test
    void aDamagedSnapshotIsDamage() {
        archive.store().put("topics/orders/" + LIFE + "/topic-1700000000000.json", "{}".getBytes(UTF_8));

        assertThat(run("list").expect(4).out()).contains("DAMAGED", "topic-1700000000000.json");
        assertThat(run("verify").expect(4).out()).contains("FAILURE", "topic-1700000000000.json");
        assertThat(run("info", "--topic", "orders").expect(4).out()).contains("topic-1700000000000.json");
    }

    @Test
    void infoShowsEachPartition() {
        // Given
        archive.gap(FIRST, 40, 50);
        archive.object(FIRST, 60, 61, messages(60, 61));

        // When
        CommandResult info = run("info", "--topic", "orders").expect(3);

        // Then
        assertThat(info.out())
                .contains("2 partitions, 3 objects, 31 records")
                .contains("retention.ms=-1")
                .contains("over time, 1 second a column: ? hole\n", "2023-11-14T22:13:20Z  2023-11-14T22:13:52Z")
                .contains("WARNING  orders-0: gap [40, 50): deleted by retention")
                .contains("WARNING  orders-0: hole [50, 60)")
                .containsPattern("(?m)^ +0 +10 +50 +3 +31 .* 1 gap, 1 hole$")
                .containsPattern("(?m)^ +1 +0 +0 +0 +0 +0 B");
    }

    @Test
    void infoPrintsJson() throws IOException {
        archive.gap(FIRST, 40, 50);

        JsonNode json =
                json(run("info", "--topic", "orders", "--output", "json").expect(3));

        JsonNode timeline = json.path("timelines").path(0);
        JsonNode partition = timeline.path("partitions").path(0);
        assertThat(timeline.at("/configs/retention.ms/value").asText()).isEqualTo("-1");
        assertThat(timeline.at("/configs/retention.ms/source").asText()).isEqualTo("topic");
        assertThat(partition.path("startOffset").asLong()).isEqualTo(10);
        assertThat(partition.path("next").asLong()).isEqualTo(50);
        assertThat(partition.at("/gaps/0/from").asLong()).isEqualTo(40);
        assertThat(partition.at("/gaps/0/next").asLong()).isEqualTo(50);
        assertThat(partition.path("lag").isNull()).isTrue();
        assertThat(json.path("cluster").isNull()).isTrue();
        assertThat(json.path("groups").isNull()).isTrue();
        assertThat(json.at("/findings/0/kind").asText()).isEqualTo("gap");
    }

    @Test
    void infoTellsHowFarConsumerGroupsWereWhenTheyWereLastLookedAt() throws IOException {
        // Given: one in the middle, one that was ahead of the archive, one before its beginning, and what is of others
        groups(TestArchive.TIME, new Group("late", List.of(new Committed("orders", LIFE.topicId(), 0, 11, -1, ""))));
        groups(
                TestArchive.TIME + 60_000,
                new Group(
                        "billing",
                        List.of(
                                new Committed("orders", LIFE.topicId(), 0, 25, 3, "note"),
                                new Committed("orders", LIFE.topicId(), 1, 70, -1, ""),
                                new Committed("orders", NEXT_LIFE.topicId(), 0, 1, -1, ""),
                                new Committed("payments", LIFE.topicId(), 0, 1, -1, ""))),
                new Group("new", List.of(new Committed("orders", LIFE.topicId(), 0, 0, -1, ""))));

        // Then
        assertThat(run("info", "--topic", "orders").expect(0).out().lines())
                .containsSubsequence(
                        "consumer groups at 2023-11-14T22:14:20Z",
                        "",
                        "  GROUP    PARTITION  OFFSET  LAG",
                        "  billing          0      25   15",
                        "  billing          1      70    0",
                        "  new              0       0   30");
        JsonNode json =
                json(run("info", "--topic", "orders", "--output", "json").expect(0));
        assertThat(json.at("/groups/takenAt").asLong()).isEqualTo(TestArchive.TIME + 60_000);
        assertThat(json.at("/groups/offsets")).hasSize(3);
        JsonNode first = json.at("/groups/offsets/0");
        assertThat(first.path("timeline").asText()).isEqualTo(LIFE.folder());
        assertThat(first.path("group").asText()).isEqualTo("billing");
        assertThat(first.path("partition").asInt()).isZero();
        assertThat(first.path("offset").asLong()).isEqualTo(25);
        assertThat(first.path("lag").asLong()).isEqualTo(15);
        run("verify").expect(0);
    }

    @Test
    void baselinesAreToldFromWhatTheyAreMadeOf() throws IOException {
        // Given: a timeline that was read too late, a complete baseline, and one that is being made
        Timeline complete = new Timeline(LIFE.topicId(), 1);
        Timeline begun = new Timeline(LIFE.topicId(), 2);
        GapKey gap = new GapKey(22, 24, -1);
        archive.store()
                .putIfAbsent(
                        FIRST.key(gap),
                        GapDocument.compaction(gap, 40, 0, "a test").toJson());
        CommandResult late = run("info", "--topic", "orders").expect(3);
        archive.baseline("orders", complete, Map.of(0, 10L, 1, 0L), Map.of(0, 40L, 1, 0L));
        archive.object(new PartitionFolder("orders", complete, 0), 10, 41, messages(15, 41));
        archive.baseline("orders", begun, Map.of(0, 10L, 1, 0L), Map.of(0, 45L, 1, 0L));
        archive.object(new PartitionFolder("orders", begun, 0), 10, 20, messages(15, 20));
        groups(TestArchive.TIME, new Group("billing", List.of(new Committed("orders", LIFE.topicId(), 0, 20, -1, ""))));

        // Then
        assertThat(late.out())
                .contains("~ stored after a compaction")
                .contains("WARNING  orders-0: gap [22, 40): compacted before it was stored");
        assertThat(run("list").expect(0).out())
                .containsPattern("(?m)^orders +" + LIFE + " .* 1 gap$")
                .containsPattern("(?m)^orders +" + complete + " .*Z$")
                .containsPattern("(?m)^orders +" + begun + " .* baseline, not complete$");
        run("verify").expect(0);
        assertThat(run("info", "--topic", "orders").expect(0).out())
                .contains("timeline " + begun)
                .contains("a baseline that is not complete")
                .containsPattern("(?m)^ +billing +0 +20 +21$");
        JsonNode timelines = json(run("info", "--topic", "orders", "--output", "json")
                        .expect(0))
                .path("timelines");
        assertThat(timelines.findValues("complete"))
                .extracting(JsonNode::asBoolean)
                .containsExactly(true, true, false);
        assertThat(run("cat", "--topic", "orders").expect(0).out().lines()).hasSize(26);
        assertThat(run("cat", "--topic", "orders", "--timeline", LIFE.folder())
                        .expect(3)
                        .err())
                .contains("gap [22, 40)");
    }

    private void groups(long takenAt, Group... groups) {
        archive.store()
                .put(
                        new ArchiveKey.Groups(takenAt).path(),
                        new GroupsSnapshot("a-cluster", takenAt, List.of(groups)).toJson());
    }

    @Test
    void infoOfATopicThatIsNotThere() {
        assertThat(run("info", "--topic", "gone").expect(1).err()).contains("error: ", "gone", "hint: ");
    }

    @Test
    void aWholeArchiveVerifies() throws IOException {
        assertThat(run("verify").expect(0).out()).contains("OK").contains("keys and coverage checked: OK");
        assertThat(run("verify", "--data").expect(0).out()).contains("2 objects (");
        JsonNode json = json(run("verify", "--data", "--output", "json").expect(0));
        assertThat(json.path("verdict").asText()).isEqualTo("ok");
        assertThat(json.path("objectsRead").asLong()).isEqualTo(2);
        assertThat(json.path("bytesRead").asLong()).isEqualTo(stored());
        assertThat(json.path("findings")).isEmpty();
    }

    @Test
    void verifyNamesForeignFilesAndLeavesThem() {
        archive.store().put("notes.txt", new byte[1]);
        archive.store().put("topics/orders/" + LIFE + "/00000/copy of an object.zip", new byte[1]);

        assertThat(run("verify").expect(3).out())
                .contains("WARNING  foreign file notes.txt")
                .contains("copy of an object.zip");
        assertThat(run("verify", "--topics", "orders").expect(3).out()).doesNotContain("notes.txt");
    }

    @Test
    void verifyReportsAnObjectWithAFlippedBit() throws IOException {
        // Given
        byte[] body = archive.store().read(firstObject);
        body[body.length / 3] ^= 4;
        archive.store().put(firstObject, body);

        // Then
        run("verify").expect(0);
        CommandResult damaged = run("verify", "--data").expect(4);
        assertThat(damaged.out()).contains("FAILURE", "orders-0", "[10, 20)", firstObject);
        JsonNode finding =
                json(run("verify", "--data", "--output", "json").expect(4)).at("/findings/0");
        assertThat(finding.path("kind").asText()).isEqualTo("object");
        assertThat(finding.path("topic").asText()).isEqualTo("orders");
        assertThat(finding.path("partition").asInt()).isZero();
        assertThat(finding.path("from").asLong()).isEqualTo(10);
        assertThat(finding.path("next").asLong()).isEqualTo(20);
        assertThat(finding.path("key").asText()).isEqualTo(firstObject);
    }

    @Test
    void verifyReportsASoundObjectInTheWrongPlace() {
        // Given
        String moved = SECOND.path() + firstObject.substring(FIRST.path().length());
        archive.store().putIfAbsent(moved, archive.store().read(firstObject));

        // Then
        assertThat(run("verify", "--data").expect(4).out()).contains(moved).contains("belongs to");
    }

    @Test
    void objectsThatOverlapAreSoundWhereTheySayTheSame() {
        // Given: another process stored the same records, cut differently; one was compacted away meanwhile
        List<Message> fewer = new ArrayList<>(messages(15, 30));
        fewer.remove(3);
        archive.object(FIRST, 15, 30, fewer);

        // Then
        run("verify", "--data").expect(0);
        assertThat(run("cat", "--topic", "orders").expect(0).out().lines()).hasSize(30);
    }

    @Test
    void objectsThatSayDifferentThingsOfARecordAreDamage() {
        // Given
        List<Message> different = new ArrayList<>(messages(15, 30));
        different.set(2, different.get(2).withValue("other".getBytes(UTF_8)));
        archive.object(FIRST, 15, 30, different);

        // Then
        run("verify").expect(0);
        assertThat(run("verify", "--data").expect(4).out()).contains("offset 17", "value");
    }

    @Test
    void ofTwoEpochsTheHigherOneIsPrintedAndNeitherIsDamage() {
        // Given: the log was truncated at 25, and went on with other records
        archive.object(
                FIRST,
                25,
                32,
                1,
                false,
                messages(25, 32).stream()
                        .map(message -> message.withValue("again".getBytes(UTF_8)))
                        .toList());

        // Then
        run("verify", "--data").expect(0);
        List<String> lines = run("cat", "--topic", "orders", "--from-offset", "24")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(8);
        assertThat(lines.get(0)).contains("\"offset\":24", "\"v24\"");
        assertThat(lines.get(1)).contains("\"offset\":25", "\"again\"");
    }

    @Test
    void catPrintsBytesAsTheyAre() {
        // Given
        byte[] binary = {(byte) 0xff, 0};
        archive.object(
                SECOND,
                0,
                3,
                List.of(
                        new Message(0, -1, null, null, List.of()),
                        new Message(1, 0, new byte[0], binary, List.of()),
                        new Message(
                                2,
                                7,
                                "ключ".getBytes(UTF_8),
                                "a\n\"b\"".getBytes(UTF_8),
                                List.of(
                                        new RecordHeader("h", "1".getBytes(UTF_8)),
                                        new RecordHeader("h", binary),
                                        new RecordHeader("a-b", (byte[]) null)))));

        // Then
        assertThat(run("cat", "--topic", "orders", "--partition", "1")
                        .expect(0)
                        .out()
                        .lines())
                .containsExactly(
                        "{\"topic\":\"orders\",\"partition\":1,\"offset\":0,\"timestamp\":-1,\"key\":null,\"value\":null,\"headers\":[]}",
                        "{\"topic\":\"orders\",\"partition\":1,\"offset\":1,\"timestamp\":0,\"key\":\"\",\"value\":{\"base64\":\"/wA=\"},\"headers\":[]}",
                        "{\"topic\":\"orders\",\"partition\":1,\"offset\":2,\"timestamp\":7,\"key\":\"ключ\",\"value\":\"a\\n\\\"b\\\"\","
                                + "\"headers\":[{\"key\":\"h\",\"value\":\"1\"},{\"key\":\"h\",\"value\":{\"base64\":\"/wA=\"}},{\"key\":\"a-b\",\"value\":null}]}");
    }

    @Test
    void catBeginsAndEndsWhereItIsToldTo() {
        assertThat(offsets(run("cat", "--topic", "orders").expect(0)))
                .isEqualTo(LongStream.range(10, 40).boxed().toList());
        assertThat(offsets(
                        run("cat", "--topic", "orders", "--from-offset", "38").expect(0)))
                .containsExactly(38L, 39L);
        assertThat(offsets(run("cat", "--topic", "orders", "--from-offset", "18", "--limit", "4")
                        .expect(0)))
                .containsExactly(18L, 19L, 20L, 21L);
        assertThat(offsets(run("cat", "--topic", "orders", "--limit", "0").expect(0)))
                .isEmpty();
        assertThat(offsets(run("cat", "--topic", "orders", "--partition", "1").expect(0)))
                .isEmpty();
        assertThat(run("cat", "--topic", "orders", "--partition", "7").expect(1).err())
                .contains("partition 7");
    }

    @Test
    void catFindsEachRecordOfATimeWhateverTheOrderOfTimes() {
        // Given: a batch whose times go back and forth, and a late object whose old record its key does not tell of
        archive.object(
                SECOND,
                0,
                5,
                List.of(timed(0, 5_000), timed(1, 1_000), timed(2, 9_000), timed(3, -1), timed(4, 2_000)));
        archive.object(SECOND, 5, 7, List.of(timed(5, 20_000), timed(6, 1_500)));

        // Then
        assertThat(seconds("--from-time", "2000")).containsExactly(0L, 2L, 4L, 5L);
        assertThat(seconds("--to-time", "2000")).containsExactly(1L, 6L);
        assertThat(seconds("--from-time", "1970-01-01T00:00:01Z", "--to-time", "1970-01-01T01:00:05+01:00"))
                .containsExactly(1L, 4L, 6L);
        assertThat(seconds("--from-time", "1000", "--to-time", "2000", "--from-offset", "2"))
                .containsExactly(6L);
        assertThat(seconds()).hasSize(7);
    }

    @Test
    void catDoesNotReadObjectsThatAreOlderThanWhatIsAskedFor() {
        // Given: an object that could not be read, ten records before the next one
        byte[] body = archive.store().read(firstObject);
        body[body.length / 3] ^= 4;
        archive.store().put(firstObject, body);

        // Then
        String begin = Long.toString(TestArchive.TIME + 20);
        assertThat(offsets(run("cat", "--topic", "orders", "--from-time", begin).expect(0)))
                .isEqualTo(LongStream.range(20, 40).boxed().toList());
        String before = Long.toString(TestArchive.TIME + 19);
        run("cat", "--topic", "orders", "--from-time", before).expect(4);
    }

    @Test
    void catFindsRecordsByKeyAndText() {
        // Given
        byte[] avro = {0, 0, 0, 0, 7, (byte) 0xff, 'N', 'e', 'e', 'd', 'l', 'e', 0};
        archive.object(
                SECOND,
                0,
                5,
                List.of(
                        new Message(0, 0, "ключ".getBytes(UTF_8), "hay".getBytes(UTF_8), List.of()),
                        new Message(1, 0, new byte[0], avro, List.of()),
                        new Message(2, 0, null, "hay\nneedle".getBytes(UTF_8), List.of()),
                        new Message(3, 0, "needle".getBytes(UTF_8), null, List.of()),
                        new Message(4, 0, null, null, List.of(new RecordHeader("needle", "needle".getBytes(UTF_8))))));

        // Then
        assertThat(seconds("--key", "ключ")).containsExactly(0L);
        assertThat(seconds("--key", "клю")).isEmpty();
        assertThat(seconds("--key", "")).containsExactly(1L);
        assertThat(seconds("--grep", "needle")).containsExactly(2L, 3L);
        assertThat(seconds("--grep", "(?i)NEEDLE")).containsExactly(1L, 2L, 3L);
        assertThat(seconds("--grep", "^needle")).containsExactly(3L);
        assertThat(seconds("--grep", "(?m)^needle$")).containsExactly(2L, 3L);
        assertThat(seconds("--grep", "hay", "--key", "ключ")).containsExactly(0L);
        assertThat(seconds("--grep", "e+", "--limit", "1")).containsExactly(1L);
    }

    @Test
    void catTakesPartitionsAndTheEndOfOffsets() {
        archive.object(SECOND, 0, 3, messages(0, 3));

        assertThat(offsets(run("cat", "--topic", "orders", "--partition", "0-1", "--to-offset", "12")
                        .expect(0)))
                .containsExactly(10L, 11L, 0L, 1L, 2L);
        assertThat(offsets(run("cat", "--topic", "orders", "--partition", "1,1").expect(0)))
                .containsExactly(0L, 1L, 2L);
        assertThat(offsets(run("cat", "--topic", "orders", "--from-offset", "19", "--to-offset", "21")
                        .expect(0)))
                .containsExactly(19L, 20L);
    }

    @Test
    void catSaysHowToWriteWhatItDoesNotUnderstand() {
        assertThat(run("cat", "--topic", "orders", "--from-time", "14:03")
                        .expect(2)
                        .err())
                .contains("error: '14:03' is not a time", "write it as 2026-11-28T14:03:00Z", "hint: ");
        assertThat(run("cat", "--topic", "orders", "--from-time", "2000", "--to-time", "2000")
                        .expect(2)
                        .err())
                .contains("the window's end has to be after its beginning", "hint: ");
        assertThat(run("cat", "--topic", "orders", "--partition", "5-2")
                        .expect(2)
                        .err())
                .contains("error: '5-2' ends before it begins", "hint: ");
        assertThat(run("cat", "--topic", "orders", "--grep", "{").expect(2).err())
                .contains("error: '{' is not a regular expression", "hint: ");
        assertThat(run("cat", "--topic", "orders", "--from-offset", "5", "--to-offset", "5")
                        .expect(2)
                        .err())
                .contains("error: no offset is at or after 5 and before 5", "hint: ");
        assertThat(run("cat", "--topic", "orders", "--partition", "0-7")
                        .expect(1)
                        .err())
                .contains("no partition 2 ");
    }

    @Test
    void catSaysWhatIsMissing() {
        archive.gap(FIRST, 40, 50);
        archive.object(FIRST, 50, 52, messages(50, 52));

        CommandResult all = run("cat", "--topic", "orders").expect(3);
        assertThat(all.err()).contains("gap [40, 50)");
        assertThat(offsets(all)).hasSize(32);
        assertThat(run("cat", "--topic", "orders", "--from-offset", "50")
                        .expect(0)
                        .err())
                .isEmpty();
        assertThat(run("cat", "--topic", "orders", "--to-offset", "40")
                        .expect(0)
                        .err())
                .isEmpty();
        assertThat(run("cat", "--topic", "orders", "--partition", "1").expect(0).err())
                .isEmpty();
        // Nobody knows whether it was there.
        assertThat(run("cat", "--topic", "orders", "--key", "k45").expect(3).err())
                .contains("gap [40, 50)");
    }

    @Test
    void catOfADamagedObjectIsDamage() {
        byte[] body = archive.store().read(firstObject);
        body[body.length / 3] ^= 4;
        archive.store().put(firstObject, body);

        assertThat(run("cat", "--topic", "orders").expect(4).err()).contains("error: ", firstObject, "hint: ");
    }

    @Test
    void aRecreatedTopicNeedsAChoice() {
        // Given
        archive.topic("orders", NEXT_LIFE, 1, Map.of(0, 0L));
        archive.object(new PartitionFolder("orders", NEXT_LIFE, 0), 0, 1, messages(0, 1));

        // Then
        assertThat(run("cat", "--topic", "orders").expect(2).err())
                .contains("several timelines", LIFE.folder(), NEXT_LIFE.folder(), "--timeline");
        assertThat(offsets(run("cat", "--topic", "orders", "--timeline", LIFE.folder())
                        .expect(0)))
                .hasSize(30);
        assertThat(run("cat", "--topic", "orders", "--timeline", "x").expect(2).err())
                .contains("no timeline x");
    }

    @Test
    void catIsQuietWhenNobodyReadsAnyMore() {
        // Given: a reader that goes away, as `head` does
        OutputStream broken = new OutputStream() {
            private int taken;

            @Override
            public void write(int b) throws IOException {
                if (++taken > 100) {
                    throw new IOException("Broken pipe");
                }
            }
        };
        StringWriter err = new StringWriter();

        // When
        int exitCode = CommandLineInterface.run(
                new PrintWriter(broken, true, UTF_8),
                new PrintWriter(err, true),
                "cat",
                "--store",
                archive.url(),
                "--topic",
                "orders");

        // Then
        assertThat(exitCode).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anArchiveOfALaterFormatIsLeftAlone() {
        archive.store().put("archive.json", "{\"format\":2,\"archiveId\":\"x\",\"createdAt\":0}".getBytes(UTF_8));

        assertThat(run("list").expect(1).err()).contains("format 2", "hint: ", "later version");
    }

    @Test
    void topicsWithoutTheArchiveDocumentAreDamage() {
        s3.client().deleteObject(request -> request.bucket(bucket()).key("archive/archive.json"));

        assertThat(run("verify").expect(4).err()).contains("archive.json is missing");
    }

    private String bucket() {
        return archive.url().substring("s3://".length(), archive.url().lastIndexOf('/'));
    }

    private long stored() {
        return archive.store()
                .list(FIRST.path())
                .mapToLong(entry -> entry.size())
                .sum();
    }

    private CommandResult run(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, "--store", archive.url()));
        arguments.addAll(List.of(options));
        return CaravanCommands.run(arguments.toArray(String[]::new));
    }

    private static List<Long> offsets(CommandResult cat) {
        return cat.out()
                .lines()
                .map(line -> {
                    try {
                        return new ObjectMapper().readTree(line).path("offset").asLong();
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    /** Offsets in the second partition of what {@code cat} prints of it. */
    private List<Long> seconds(String... options) {
        List<String> all = new ArrayList<>(List.of("--topic", "orders", "--partition", "1"));
        all.addAll(List.of(options));
        return offsets(run("cat", all.toArray(String[]::new)).expect(0));
    }

    private static Message timed(long offset, long timestamp) {
        return new Message(offset, timestamp, null, null, List.of());
    }

    private static JsonNode json(CommandResult result) throws IOException {
        return new ObjectMapper().readTree(result.out());
    }

    private static List<Message> messages(long from, long next) {
        return LongStream.range(from, next).mapToObj(Message::at).toList();
    }
}
