package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When a backup until now is done: commits alone do not say it. */
@ExtendWith(TestServers.class)
class UntilNowTest {
    private static final int RECORDS = 10;

    private EmbeddedBroker broker;
    private TestData data;
    private TestArchive archive;
    private Cluster cluster;
    private PartitionStarts starts;
    private String topic;
    private String group;
    private TopicPartition partition;

    @BeforeEach
    void aTopic(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        archive = new TestArchive(s3);
        cluster = new Cluster(new KafkaSettings(broker.bootstrapServers()));
        topic = names.topic("orders");
        group = names.topic("group");
        partition = new TopicPartition(topic, 0);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, RECORDS, 100));
        starts = PartitionStarts.open(archive.store(), cluster, group, false, Optional.empty(), new Progress());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void whatIsStoredAndCommittedIsDone() throws Exception {
        // Given
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        assertThat(open(now)).containsOnlyKeys(partition);
        commit(RECORDS, stored());

        // Then
        assertThat(open(now)).isEmpty();
    }

    @Test
    void aCommitOfAnotherProgramDoesNotSayThatAnythingIsStored() throws Exception {
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        stored();
        commit(RECORDS, "");
        assertThat(open(now)).containsOnlyKeys(partition);
    }

    @Test
    void aCommitOfAnotherArchiveDoesNotSayThatAnythingIsStored() throws Exception {
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        commit(RECORDS, stored().replace(archive.archiveId(), Uuid.randomUuid().toString()));
        assertThat(open(now)).containsOnlyKeys(partition);
    }

    @Test
    void aCommitForAnObjectThatTheArchiveHasNoMoreIsNotBelieved() throws Exception {
        // Given
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        String said = metadata(Optional.of("00000000000000000000-00000000000000000010-0-10-0-9.zip"));
        commit(RECORDS, said);

        // Then
        assertThat(open(now)).containsOnlyKeys(partition);
    }

    @Test
    void aCommitBehindTheEndOfTheLogIsOfRecordsThatKafkaLost() throws Exception {
        // Given: the log was truncated after more had been stored
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        commit(RECORDS + 1, stored());

        // Then
        assertThat(open(now)).containsOnlyKeys(partition);
    }

    @Test
    void aLogWithAnotherRecordThanTheArchiveEndsWithIsNotGoneOnWith() throws Exception {
        // Given: no leader epoch tells them apart, and nobody committed what is stored
        stored();

        // When
        PartitionStarts.Found place = starts.find(partition, starts.facts(List.of(partition)), Optional.empty());

        // Then: nothing that comes is stored, and whoever starts next is told the same
        assertThat(place.start().offset()).isEqualTo(RECORDS);
        assertThat(place.truth()).isEmpty();
        assertThat(place.admission()
                        .orElseThrow()
                        .refusal(new ObjectKey(RECORDS, RECORDS + 1, 9, 1, 1, 1))
                        .orElseThrow())
                .hasMessageContaining("another record than the archive at offset 9");
    }

    @Test
    void aLogWithTheRecordThatTheArchiveEndsWithIsGoneOnWith() {
        // Given
        List<Message> messages =
                LongStream.range(0, RECORDS).mapToObj(Message::at).toList();
        messages.forEach(message -> data.send(
                "none", List.of(new ProducerRecord<>(topic, 0, message.timestamp(), message.key(), message.value()))));
        archive.topic(topic, timeline(), 1, Map.of(0, (long) RECORDS));
        archive.object(
                new PartitionFolder(topic, timeline(), 0),
                RECORDS,
                2 * RECORDS,
                messages.stream()
                        .map(message -> new Message(
                                RECORDS + message.offset(),
                                message.timestamp(),
                                message.key(),
                                message.value(),
                                message.headers()))
                        .toList());

        // When
        PartitionStarts.Found place = starts.find(partition, starts.facts(List.of(partition)), Optional.empty());

        // Then
        assertThat(place.start().offset()).isEqualTo(2 * RECORDS);
        assertThat(place.admission()).isEmpty();
        assertThat(place.truth()).isPresent();
    }

    @Test
    void toAskDoesNotChangeTheArchive() throws Exception {
        // Given
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        commit(RECORDS, metadata(Optional.empty()));

        // When
        assertThat(open(now)).containsOnlyKeys(partition);

        // Then: not even a snapshot of the topic
        assertThat(archive.store().list("topics/")).isEmpty();
    }

    @Test
    void theCommitsOfARecreatedTopicAreNotThoseOfTheOneBefore() throws Exception {
        // Given
        UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
        data.deleteTopic(topic);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 2 * RECORDS, 100));
        commit(2 * RECORDS, stored());

        // When
        UntilNow.Remaining remaining = now.remaining(group, starts::holds);

        // Then
        assertThat(remaining.gone()).containsExactly(topic);
    }

    @Test
    void anOpenTransactionIsToBlameOnlyWhereAllBeforeItIsStored() throws Exception {
        // Given
        try (Producer<byte[], byte[]> open = data.openTransaction(AwkwardRecords.ordinary(topic, 0, 1, 100))) {
            UntilNow now = UntilNow.note(cluster, TopicFilter.of(topic, ""));
            assertThat(now.openTransactions(group, now.remaining(group, starts::holds)))
                    .isEmpty();

            // When
            commit(RECORDS, stored());

            // Then
            assertThat(now.openTransactions(group, now.remaining(group, starts::holds)))
                    .singleElement()
                    .asString()
                    .contains("transaction");
            open.abortTransaction();
        }
    }

    private Map<TopicPartition, Long> open(UntilNow now) {
        return now.remaining(group, starts::holds).open();
    }

    private Timeline timeline() {
        return new Timeline(cluster.topic(topic).orElseThrow().id(), 0);
    }

    /** Stores an object of the records; returns what a commit says of it. */
    private String stored() {
        List<Message> messages =
                LongStream.range(0, RECORDS).mapToObj(Message::at).toList();
        archive.topic(topic, timeline(), 1, Map.of(0, 0L));
        String key = archive.object(new PartitionFolder(topic, timeline(), 0), 0, RECORDS, messages);
        return metadata(Optional.of(key.substring(key.lastIndexOf('/') + 1)));
    }

    private String metadata(Optional<String> lastKey) {
        return new CommitMetadata(archive.archiveId(), timeline(), lastKey).print();
    }

    private void commit(long offset, String metadata) throws Exception {
        broker.admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
                .all()
                .get();
    }
}
