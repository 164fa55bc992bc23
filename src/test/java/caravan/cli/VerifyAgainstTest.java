package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code verify --against} and {@code info} with a cluster: archives that say what the cluster says, and some that do not. */
@ExtendWith(TestServers.class)
class VerifyAgainstTest {
    private static final Header HEADER = new RecordHeader("h", "1".getBytes(UTF_8));

    private EmbeddedBroker broker;
    private TestData data;
    private TestArchive archive;
    private String topic;
    private PartitionFolder folder;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.data = new TestData(broker);
        s3.systemProperties().forEach(System::setProperty);
        this.archive = new TestArchive(s3);
        this.topic = names.topic("orders");
    }

    // The cluster's own topic: compared by offset

    @Test
    void theSameRecordsAtTheSameOffsetsAreEqual() throws Exception {
        // Given: more in the log than is stored, of a transaction that was aborted, too
        create(1, Map.of());
        send(messages(0, 30));
        data.transaction(List.of(TestData.keyed(topic, 0, "a", "aborted")), false);
        archive.object(folder, 0, 20, messages(0, 20));

        // Then
        CommandResult equal = verify().expect(0);
        assertThat(equal.out()).contains("20 records compared with the cluster: OK");
    }

    @Test
    void everyPartOfARecordIsCompared() throws Exception {
        // Given
        create(1, Map.of());
        send(messages(0, 5));
        List<Message> stored = new ArrayList<>(messages(0, 5));
        stored.set(
                0,
                with(
                        stored.get(0),
                        TestArchive.TIME + 1,
                        stored.get(0).key(),
                        stored.get(0).value(),
                        List.of()));
        stored.set(
                1,
                with(
                        stored.get(1),
                        stored.get(1).timestamp(),
                        null,
                        stored.get(1).value(),
                        List.of()));
        stored.set(2, stored.get(2).withValue("v3".getBytes(UTF_8)));
        stored.set(
                3,
                with(
                        stored.get(3),
                        stored.get(3).timestamp(),
                        stored.get(3).key(),
                        stored.get(3).value(),
                        List.of(HEADER)));
        archive.object(folder, 0, 5, stored);

        // Then
        assertThat(verify().expect(4).out())
                .contains(topic + "-0: offset 0: timestamp: archive 1700000000001, cluster 1700000000000")
                .contains(topic + "-0: offset 1: key: archive null, cluster 2 bytes")
                .contains(topic + "-0: offset 2: value: differs at byte 1")
                .contains(topic + "-0: offset 3: headers: archive 1, cluster 0")
                .contains("4 failures, 0 warnings");
        JsonNode finding = new ObjectMapper()
                .readTree(verify("--output", "json").expect(4).out())
                .at("/findings/2");
        assertThat(finding.path("kind").asText()).isEqualTo("difference");
        assertThat(finding.path("topic").asText()).isEqualTo(topic);
        assertThat(finding.path("partition").asInt()).isZero();
        assertThat(finding.path("from").asLong()).isEqualTo(2);
    }

    @Test
    void aRecordThatTheArchiveLeftOutIsDamage() throws Exception {
        create(1, Map.of());
        send(messages(0, 5));
        archive.object(folder, 0, 5, without(messages(0, 5), 2));

        assertThat(verify().expect(4).out()).contains("offset 2 is in the cluster only");
    }

    @Test
    void aRecordThatARecordRouteLeftOutOrChangedIsNone() throws Exception {
        create(1, Map.of());
        send(messages(0, 5));
        List<Message> masked = without(messages(0, 5), 2);
        masked.set(0, masked.get(0).withValue("***".getBytes(UTF_8)));
        archive.object(folder, 0, 5, 0, true, masked);

        verify().expect(0);
    }

    @Test
    void aRecordThatOnlyTheArchiveHasIsDamage() throws Exception {
        create(1, Map.of());
        send(messages(0, 3));
        data.transaction(List.of(TestData.keyed(topic, 0, "a", "aborted")), false);
        send(messages(5, 6));
        archive.object(folder, 0, 6, messages(0, 6));

        assertThat(verify().expect(4).out())
                .contains("offset 3 is in the archive only")
                .contains("offset 4 is in the archive only");
    }

    @Test
    void whatKafkaDeletedSinceIsNone() throws Exception {
        create(1, Map.of());
        send(messages(0, 10));
        archive.object(folder, 0, 10, messages(0, 10));
        data.deleteRecords(topic, 0, 7);

        assertThat(verify().expect(0).out()).contains("3 records compared");
    }

    @Test
    void whatKafkaCompactedAwaySinceIsNone() throws Exception {
        // Given
        create(1, Map.of("cleanup.policy", "compact"));
        send(messages(0, 3));
        data.transaction(List.of(TestData.keyed(topic, 0, "a", "aborted")), false);
        archive.object(folder, 0, 4, messages(0, 4));

        // Then
        verify().expect(0);
    }

    @Test
    void gapsAndHolesAreNotCompared() throws Exception {
        create(1, Map.of());
        send(messages(0, 10));
        archive.object(folder, 0, 2, messages(0, 2));
        archive.gap(folder, 2, 4);
        archive.object(folder, 6, 10, messages(6, 10));

        assertThat(verify().expect(3).out())
                .contains("gap [2, 4)", "hole [4, 6)", "6 records compared", "0 failures, 2 warnings");
    }

    @Test
    void manyDifferencesEndTheComparisonOfAPartition() throws Exception {
        create(2, Map.of());
        send(messages(0, 100));
        archive.object(folder, 0, 100, List.of());

        assertThat(verify().expect(4).out()).contains("not compared further after 20 differences");
    }

    @Test
    void aDamagedObjectDoesNotKeepOtherPartitionsFromBeingCompared() throws Exception {
        // Given
        create(2, Map.of());
        send(messages(0, 10));
        data.send("none", List.of(record(topic, 1, Message.at(0))));
        String key = archive.object(folder, 0, 10, messages(0, 10));
        archive.object(new PartitionFolder(topic, folder.timeline(), 1), 0, 1, messages(0, 1));
        byte[] body = archive.store().read(key);
        archive.store().put(key, Arrays.copyOf(body, body.length / 2));

        // Then
        assertThat(verify().expect(4).out()).contains(key).contains("1 record compared");
    }

    @Test
    void aTopicThatTheClusterDoesNotHaveNeedsAttention() {
        archive.topic(topic, new Timeline(Uuid.randomUuid(), 0), 1, Map.of(0, 0L));

        assertThat(verify().expect(3).out()).contains("WARNING  the cluster has no topic " + topic);
    }

    @Test
    void aClusterIsNeeded() {
        assertThat(CaravanCommands.run("verify", "--store", archive.url(), "--against")
                        .expect(2)
                        .err())
                .contains("--bootstrap-servers");
    }

    // A copy, which has offsets of its own: compared in order

    @Test
    void aCopyWithOtherOffsetsIsEqual() throws Exception {
        // Given: the source had a hole, and began at 5
        archiveOfAnotherCluster(5, List.of(Message.at(5), Message.at(7), Message.at(8)), 10);
        data.createTopic("copy-of-" + topic, 1, Map.of("retention.ms", "-1"));
        sendTo("copy-of-" + topic, List.of(Message.at(5), Message.at(7), Message.at(8)));

        // Then
        assertThat(verify("--rename", topic + "=copy-of-" + topic).expect(0).out())
                .contains("3 records compared");
    }

    @Test
    void aCopyThatIsNotEqualIsNamedByTheFirstRecordThatDiffers() throws Exception {
        Message five = Message.at(5);
        Message seven = Message.at(7);
        Message eight = Message.at(8);
        Map<String, List<Message>> copies = Map.of(
                "record no. 1 (offset 7 in the archive, 1 in the copy): timestamp", List.of(five, eight),
                "record no. 2 (offset 8 in the archive): the copy ends before it", List.of(five, seven),
                "record no. 0 (offset 5 in the archive): the copy ends before it", List.of(),
                "the copy has more records than the archive, from its offset 3 on", List.of(five, seven, eight, eight),
                "record no. 1 (offset 7 in the archive, 1 in the copy): value",
                        List.of(five, seven.withValue(null), eight));
        archiveOfAnotherCluster(5, List.of(five, seven, eight), 10);
        int number = 0;
        for (Map.Entry<String, List<Message>> copy : copies.entrySet()) {
            String name = topic + "-copy-" + number++;
            data.createTopic(name, 1, Map.of("retention.ms", "-1"));
            sendTo(name, copy.getValue());

            assertThat(verify("--rename", topic + "=" + name).expect(4).out()).contains(name + "-0: " + copy.getKey());
        }
    }

    @Test
    void aCopyMayHaveBeenCompactedSince() throws Exception {
        archiveOfAnotherCluster(0, messages(0, 5), 5);
        String copy = topic + "-copy";
        data.createTopic(copy, 1, Map.of("cleanup.policy", "compact"));
        sendTo(copy, List.of(Message.at(1), Message.at(2), Message.at(4)));
        String cut = topic + "-cut";
        data.createTopic(cut, 1, Map.of("cleanup.policy", "compact"));
        sendTo(cut, List.of(Message.at(1), Message.at(2)));
        String changed = topic + "-changed";
        data.createTopic(changed, 1, Map.of("cleanup.policy", "compact"));
        sendTo(changed, List.of(Message.at(1), Message.at(2).withValue(new byte[1]), Message.at(4)));

        verify("--rename", topic + "=" + copy).expect(0);
        assertThat(verify("--rename", topic + "=" + cut).expect(4).out()).contains("the last record, offset 4");
        assertThat(verify("--rename", topic + "=" + changed).expect(4).out()).contains("offset 1 of the copy");
    }

    @Test
    void aCopyWithoutOneOfThePartitionsIsDamage() throws Exception {
        archiveOfAnotherCluster(0, messages(0, 1), 1);
        archive.object(new PartitionFolder(topic, folder.timeline(), 1), 0, 1, messages(0, 1));
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        sendTo(topic, messages(0, 1));

        assertThat(verify().expect(4).out()).contains(topic + "-1: the cluster does not have this partition");
    }

    @Test
    void whichOfTwoTimelinesWasCopiedHasToBeSaid() throws Exception {
        // Given
        archiveOfAnotherCluster(0, messages(0, 5), 5);
        Timeline older = folder.timeline();
        archiveOfAnotherCluster(0, messages(0, 1), 1);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        sendTo(topic, messages(0, 5));

        // Then
        assertThat(verify().expect(2).err()).contains("several timelines", older.folder());
        verify("--timeline", older.folder()).expect(0);
    }

    // info

    @Test
    void infoTellsTheLagOfTheGroup() throws Exception {
        // Given
        create(2, Map.of());
        send(messages(0, 30));
        archive.object(folder, 0, 20, messages(0, 20));
        broker.admin()
                .alterConsumerGroupOffsets(
                        "caravan-" + archive.archiveId(),
                        Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(20)))
                .all()
                .get();

        // When
        String[] command = {
            "info", "--store", archive.url(), "--topic", topic, "--bootstrap-servers", broker.bootstrapServers()
        };
        CommandResult text = CaravanCommands.run(command).expect(0);
        JsonNode json = new ObjectMapper()
                .readTree(CaravanCommands.run(append(command, "--output", "json"))
                        .expect(0)
                        .out());
        JsonNode another = new ObjectMapper()
                .readTree(CaravanCommands.run(append(command, "--output", "json", "--group", "another"))
                        .expect(0)
                        .out());

        // Then
        assertThat(text.out()).containsPattern("(?m)^ +0 .* 20 +30 +10$").contains("the cluster's topic of today");
        assertThat(text.out())
                .contains("over time, 1 second a column: = stored, > not stored yet, times not known")
                .containsPattern("(?m)^ +0  = +>>>$");
        JsonNode partition = json.at("/timelines/0/partitions/0");
        assertThat(partition.path("committed").asLong()).isEqualTo(20);
        assertThat(partition.path("logEnd").asLong()).isEqualTo(30);
        assertThat(partition.path("lag").asLong()).isEqualTo(10);
        assertThat(json.at("/timelines/0/partitions/1/lag").asLong()).isZero();
        assertThat(json.at("/cluster/clusterId").asText()).isEqualTo(broker.clusterId());
        assertThat(another.at("/timelines/0/partitions/0/committed").isNull()).isTrue();
    }

    private static String[] append(String[] command, String... options) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    /** Creates the topic in the cluster, and begins its timeline in the archive. */
    private void create(int partitions, Map<String, String> configs) throws Exception {
        Map<String, String> all = new HashMap<>(configs);
        // The timestamps are old.
        all.put("retention.ms", "-1");
        data.createTopic(topic, partitions, all);
        // A broker that has just created a topic may not know it yet.
        Uuid id = Awaitility.await().ignoreExceptions().until(() -> topicId(topic), known -> true);
        folder = new PartitionFolder(topic, new Timeline(id, 0), 0);
        archive.topic(topic, folder.timeline(), partitions, Map.of(0, 0L));
    }

    private Uuid topicId(String name) throws Exception {
        return broker.admin()
                .describeTopics(List.of(name))
                .allTopicNames()
                .get()
                .get(name)
                .topicId();
    }

    private void archiveOfAnotherCluster(long from, List<Message> messages, long next) {
        folder = new PartitionFolder(topic, new Timeline(Uuid.randomUuid(), 0), 0);
        archive.topic(topic, folder.timeline(), 1, Map.of(0, from));
        archive.object(folder, from, next, messages);
    }

    private void send(List<Message> messages) {
        sendTo(topic, messages);
    }

    private void sendTo(String name, List<Message> messages) {
        data.send(
                "none",
                messages.stream().map(message -> record(name, 0, message)).toList());
    }

    private static ProducerRecord<byte[], byte[]> record(String name, int partition, Message message) {
        return new ProducerRecord<>(
                name, partition, message.timestamp(), message.key(), message.value(), message.headers());
    }

    private CommandResult verify(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "verify", "--store", archive.url(), "--against", "--bootstrap-servers", broker.bootstrapServers()));
        arguments.addAll(List.of(options));
        return CaravanCommands.run(arguments.toArray(String[]::new));
    }

    private static Message with(Message message, long timestamp, byte[] key, byte[] value, List<Header> headers) {
        return new Message(message.offset(), timestamp, key, value, headers);
    }

    private static List<Message> without(List<Message> messages, int index) {
        List<Message> fewer = new ArrayList<>(messages);
        fewer.remove(index);
        return fewer;
    }

    private static List<Message> messages(long from, long next) {
        return LongStream.range(from, next).mapToObj(Message::at).toList();
    }
}
