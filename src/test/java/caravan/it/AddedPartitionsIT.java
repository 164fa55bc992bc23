package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A topic that gets more partitions between two backups. */
@ExtendWith(TestServers.class)
class AddedPartitionsIT {

    @Test
    void addedPartitionsAreBackedUpFromTheirBeginningAndRestored(
            EmbeddedBroker broker, TestS3 s3, TestServers.Names names) throws Exception {
        // Given
        String topic = names.topic("orders");
        String copy = names.topic("copy");
        String store = s3.newStore();
        TestData data = new TestData(broker);
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
        caravan.backup(store, topic).expect(0);
        broker.admin()
                .createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                .all()
                .get();
        data.send("none", AwkwardRecords.ordinary(topic, 2, 50, 100));

        // When
        caravan.backup(store, topic).expect(0);
        caravan.restore(store, "--topics", topic, "--rename", topic + "=" + copy)
                .expect(0);

        // Then
        TopicContents restored = TopicContents.read(broker.bootstrapServers(), copy);
        assertThat(restored.records()).isEqualTo(100);
        assertSameRecords(TopicContents.read(broker.bootstrapServers(), topic), restored);
    }
}
