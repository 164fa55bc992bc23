package caravan.testbed;

import static caravan.testbed.TopicContents.assertSameRecords;
import static caravan.testbed.TopicContents.assertSameRecordsAndOffsets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServers.class)
class TestDataTest {
    private EmbeddedBroker broker;
    private TestData data;
    private TestServers.Names names;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestServers.Names names) {
        this.broker = broker;
        this.names = names;
        data = new TestData(broker);
    }

    @Test
    void theExampleTopicHoldsTheSameRecordsEachTimeItIsMade() {
        // When
        data.exampleTopic(names.topic("one"));
        data.exampleTopic(names.topic("two"));

        // Then
        TopicContents one = read("one");
        assertThat(one.partitions()).hasSize(3);
        assertThat(one.records()).isEqualTo(5000 + 36 + 7);
        assertSameRecords(one, read("two"));
    }

    @Test
    void theKeyedExampleHidesItsAbortedTransaction() {
        // When
        data.exampleKeyed(names.topic("keyed"));

        // Then
        TopicContents keyed = read("keyed");
        assertThat(keyed.records()).isEqualTo(300 + 10 + 2 + 1);
        assertThat(keyed.toString()).doesNotContain("never happened");
        assertThat(data.logEnd(names.topic("keyed"), 0)).isEqualTo(300 + 10 + 2 + 1 + 1 + 2);
    }

    @Test
    void theCleanerLeavesHoles() {
        // When
        data.compactedWithHoles(names.topic("holes"));

        // Then
        List<TopicContents.Entry> entries = read("holes").partitions().get(0);
        assertThat(entries).hasSize(11);
        assertThat(entries).filteredOn(entry -> entry.value().isEmpty()).hasSize(1);
        assertThat(data.logEnd(names.topic("holes"), 0)).isEqualTo(1001);
    }

    @Test
    void aLogCanStartBehindZeroAndEndInMarkers() {
        // When
        data.startingBehindZero(names.topic("late"), 10, 4);
        data.endingInMarkers(names.topic("markers"));

        // Then
        assertThat(data.logStart(names.topic("late"), 0)).isEqualTo(4);
        assertThat(read("late").records()).isEqualTo(6);
        assertThat(read("markers").partitions()).extracting(List::size).containsExactly(3, 1, 0);
        assertThat(data.logEnd(names.topic("markers"), 2)).isEqualTo(2);
    }

    @Test
    void oneByteMoreThanTheLargestRecordIsRefused() {
        // Given
        String topic = names.topic("large");
        data.createTopic(topic, 1, Map.of("max.message.bytes", "1500000", "retention.ms", "-1"));

        // When
        data.send("none", List.of(AwkwardRecords.ofBatchSize(topic, 0, 1_500_000)));

        // Then
        assertThat(read("large").records()).isEqualTo(1);
        assertThatThrownBy(() -> data.send("none", List.of(AwkwardRecords.ofBatchSize(topic, 0, 1_500_001))))
                .isInstanceOf(RecordTooLargeException.class);
    }

    @Test
    void nullAndEmptyAreDifferent() {
        // Given
        data.createTopic(names.topic("null"), 1, Map.of("retention.ms", "-1"));
        data.createTopic(names.topic("empty"), 1, Map.of("retention.ms", "-1"));

        // When
        data.send("none", List.of(new ProducerRecord<>(names.topic("null"), 0, 1L, new byte[0], (byte[]) null)));
        data.send("none", List.of(new ProducerRecord<>(names.topic("empty"), 0, 1L, new byte[0], new byte[0])));

        // Then
        assertThatThrownBy(() -> assertSameRecords(read("null"), read("empty")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("record no. 0 of partition 0 differs")
                .hasMessageContaining("value null")
                .hasMessageContaining("value ''");
    }

    @Test
    void aMissingAndAShiftedRecordShow() {
        // Given
        data.createTopic(names.topic("source"), 1, Map.of("retention.ms", "-1"));
        data.createTopic(names.topic("shorter"), 1, Map.of("retention.ms", "-1"));
        data.startingBehindZero(names.topic("shifted"), 3, 1);
        data.send(
                "none",
                AwkwardRecords.ordinary(names.topic("source"), 0, 3, 100).subList(1, 3));
        data.send(
                "none",
                AwkwardRecords.ordinary(names.topic("shorter"), 0, 3, 100).subList(1, 2));

        // When, then
        assertThatThrownBy(() -> assertSameRecords(read("source"), read("shorter")))
                .hasMessageContaining("record no. 1 of partition 0 is missing in the target");
        assertThatThrownBy(() -> assertSameRecords(read("shorter"), read("source")))
                .hasMessageContaining("record no. 1 of partition 0 is only in the target");
        assertSameRecords(read("source"), read("shifted"));
        assertThatThrownBy(() -> assertSameRecordsAndOffsets(read("source"), read("shifted")))
                .hasMessageContaining("record no. 0 of partition 0 differs");
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), names.topic(name));
    }
}
