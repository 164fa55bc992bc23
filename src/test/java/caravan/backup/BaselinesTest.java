package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.TopicSnapshots;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.Refused;
import caravan.kafka.Start;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which baseline a run makes, when it is complete, and in which timeline a backup goes on. */
@ExtendWith(TestServers.class)
class BaselinesTest {
    private static final int RECORDS = 10;

    private TestData data;
    private TestArchive archive;
    private Cluster cluster;
    private String topic;
    private Uuid id;
    private TopicPartition partition;

    @BeforeEach
    void aTopic(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        data = new TestData(broker);
        archive = new TestArchive(s3);
        cluster = new Cluster(new KafkaSettings(broker.bootstrapServers()));
        topic = names.topic("state");
        partition = new TopicPartition(topic, 0);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", records(0, RECORDS));
        id = data.topicId(topic);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aBaselineIsGoneOnWithUntilItIsCompleteThenAnotherBegins() {
        // Given
        Baselines first = begin();
        assertThat(first.timeline(topic)).contains(baseline(1));
        TopicSnapshot begun =
                new TopicSnapshots(archive.store()).first(topic, baseline(1)).orElseThrow();
        assertThat(begun.startOffsets()).isEqualTo(Map.of(0, 0L));
        assertThat(begun.endOffsets()).isEqualTo(Map.of(0, (long) RECORDS));

        // When: it was cut off before its end
        object(baseline(1), 0, 5);
        assertThat(complete(first)).isFalse();
        data.send("none", records(RECORDS, RECORDS + 3));
        Baselines second = begin();

        // Then
        assertThat(second.timeline(topic)).contains(baseline(1));
        assertThat(second.group("g")).isEqualTo(first.group("g")).startsWith("g-baseline-");

        // When: all is stored that was there when it began
        object(baseline(1), 5, RECORDS);
        assertThat(complete(second)).isTrue();

        // Then
        Baselines third = begin();
        assertThat(third.timeline(topic)).contains(baseline(2));
        assertThat(third.group("g")).isNotEqualTo(first.group("g"));
    }

    @Test
    void oneThatBeganTooLongAgoMayLackDeletesItself(TestServers.Names names) {
        // Given: baselines of a month ago that were not finished, of a compacted topic and another one
        String compacted = names.topic("compacted");
        data.createTopic(compacted, 1, Map.of("cleanup.policy", "compact"));
        data.send("none", AwkwardRecords.ordinary(compacted, 0, RECORDS, 100));
        Timeline old = new Timeline(data.topicId(compacted), 1);
        archive.baseline(compacted, old, Map.of(0, 0L), Map.of(0, 10L));
        archive.baseline(topic, baseline(1), Map.of(0, 0L), Map.of(0, 10L));

        // When
        Baselines begun = Baselines.begin(archive.store(), cluster, List.of(topic, compacted), false);

        // Then
        assertThat(begun.timeline(topic)).contains(baseline(1));
        assertThat(begun.timeline(compacted)).contains(new Timeline(old.topicId(), 2));
    }

    @Test
    void aRecreatedTopicHasBaselinesOfItsOwn() {
        // Given
        Baselines made = begin();
        object(baseline(1), 0, RECORDS);
        assertThat(complete(made)).isTrue();

        // When
        data.deleteTopic(topic);
        data.createTopic(topic, 1, Map.of());
        // The broker hears of it a moment after the controller.
        Awaitility.await().ignoreExceptions().until(() -> data.logEnd(topic, 0) == 0);

        // Then
        assertThat(begin().timeline(topic)).contains(new Timeline(data.topicId(topic), 1));
        assertThatThrownBy(() -> find(starts(Optional.of(made))))
                .hasMessageContaining("is another one than when its baseline began");
        assertThat(find(starts(Optional.empty())).folder().timeline()).isEqualTo(Timeline.of(data.topicId(topic)));
    }

    @Test
    void anOpenTransactionHoldsUpNoBaseline() {
        // Given
        try (Producer<byte[], byte[]> open = data.openTransaction(AwkwardRecords.ordinary(topic, 0, 1, 100))) {
            Baselines made = begin();

            // When
            object(baseline(1), 0, RECORDS);

            // Then
            assertThat(complete(made)).isTrue();
            open.abortTransaction();
        }
    }

    @Test
    void aBackupGoesOnWhereItWasUntilTheBaselineIsComplete() {
        // Given
        archive.topic(topic, Timeline.of(id), 1, Map.of(0, 0L));
        object(Timeline.of(id), 0, 8);
        PartitionStarts backup = starts(Optional.empty());
        Baselines made = begin();
        object(baseline(1), 0, 6);

        // Then
        assertThat(find(backup).folder().timeline()).isEqualTo(Timeline.of(id));
        assertThat(find(backup).start().offset()).isEqualTo(8);
        assertThat(find(starts(Optional.of(made))).start().offset()).isEqualTo(6);
        assertThat(find(starts(Optional.of(made))).folder().timeline()).isEqualTo(baseline(1));

        // When
        object(baseline(1), 6, RECORDS);
        assertThat(complete(made)).isTrue();

        // Then: a running backup hears of it when it looks for it
        PartitionFolder before = new PartitionFolder(topic, Timeline.of(id), 0);
        assertThat(backup.later(before)).isEmpty();
        backup.refresh(topic);
        assertThat(backup.later(before)).contains(baseline(1));
        assertThat(find(backup).folder().timeline()).isEqualTo(baseline(1));
        assertThat(find(backup).start().offset()).isEqualTo(RECORDS);
        assertThat(find(backup).truth().orElseThrow()).contains(baseline(1).folder());
        assertThat(backup.later(new PartitionFolder(topic, baseline(1), 0))).isEmpty();
    }

    @Test
    void aCommitForABaselineSaysThatItIsThere(EmbeddedBroker broker, TestServers.Names names) throws Exception {
        // Given: a process that does not know that the baseline is complete, and one that went on in it
        archive.topic(topic, Timeline.of(id), 1, Map.of(0, 0L));
        object(Timeline.of(id), 0, 8);
        PartitionStarts backup = starts(Optional.empty());
        assertThat(find(backup).folder().timeline()).isEqualTo(Timeline.of(id));
        Baselines made = begin();
        String key = object(baseline(1), 0, RECORDS);
        assertThat(complete(made)).isTrue();

        // When
        CommitMetadata said = new CommitMetadata(
                archive.archiveId(), baseline(1), Optional.of(key.substring(key.lastIndexOf('/') + 1)));
        broker.admin()
                .alterConsumerGroupOffsets(
                        backup.group(), Map.of(partition, new OffsetAndMetadata(RECORDS, said.print())))
                .all()
                .get();

        // Then
        assertThat(find(backup).folder().timeline()).isEqualTo(baseline(1));
        assertThat(find(backup).truth()).isEmpty();
    }

    @Test
    void aBaselineThatKafkaHasNoContinuationForIsNotEntered() {
        // Given: what lies between its end and where the backup was is deleted by now
        archive.topic(topic, Timeline.of(id), 1, Map.of(0, 0L));
        object(Timeline.of(id), 0, 9);
        archive.baseline(topic, baseline(1), Map.of(0, 0L), Map.of(0, 6L));
        object(baseline(1), 0, 6);
        new TopicSnapshots(archive.store()).complete(topic, baseline(1), TestArchive.TIME);
        data.deleteRecords(topic, 0, 8);

        // When
        PartitionStarts backup = starts(Optional.empty());
        PartitionStarts.Found found = find(backup);

        // Then
        assertThat(found.folder().timeline()).isEqualTo(Timeline.of(id));
        assertThat(found.start()).isEqualTo(new Start(id, 9, Optional.of(0)));
        assertThat(backup.later(found.folder())).isEmpty();

        // When: all timelines have lost something
        data.deleteRecords(topic, 0, 10);

        // Then: the baseline has it named
        assertThat(find(backup).folder().timeline()).isEqualTo(baseline(1));
        assertThat(new Catalog(archive.store())
                        .topic(topic).orElseThrow().timelines().stream()
                                .flatMap(contents -> contents.partitions().stream())
                                .flatMap(contents -> contents.coverage().gaps().stream()))
                .singleElement()
                .satisfies(gap -> assertThat(gap.from()).isEqualTo(6));
    }

    /** What the objects hold of these offsets. */
    private List<ProducerRecord<byte[], byte[]>> records(long from, long next) {
        return LongStream.range(from, next)
                .mapToObj(Message::at)
                .map(each -> new ProducerRecord<>(topic, 0, each.timestamp(), each.key(), each.value()))
                .toList();
    }

    private Baselines begin() {
        return Baselines.begin(archive.store(), cluster, List.of(topic), false);
    }

    private static boolean complete(Baselines baselines) {
        return baselines.finish().stream().allMatch(Baselines.Outcome::complete);
    }

    private Timeline baseline(int number) {
        return new Timeline(id, number);
    }

    private PartitionStarts starts(Optional<Baselines> made) {
        return PartitionStarts.open(archive.store(), cluster, topic + "-group", false, made, new Progress());
    }

    private PartitionStarts.Found find(PartitionStarts starts) {
        return starts.find(partition, starts.facts(List.of(partition)), Optional.<Refused>empty());
    }

    private String object(Timeline timeline, long from, long next) {
        List<Message> messages =
                LongStream.range(from, next).mapToObj(Message::at).toList();
        return archive.object(new PartitionFolder(topic, timeline, 0), from, next, messages);
    }
}
