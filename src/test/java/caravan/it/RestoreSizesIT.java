package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores of nothing, of one record, and of many. */
@ExtendWith(TestServers.class)
class RestoreSizesIT {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000_000})
    void everyRecordComesBack(int records, EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        // Given
        String topic = names.topic("orders");
        String copy = names.topic("copy");
        String store = s3.newStore();
        TestData data = new TestData(broker);
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        data.createTopic(topic, 3, Map.of("retention.ms", "-1"));
        for (int sent = 0; sent < records; sent += 100_000) {
            data.send("lz4", AwkwardRecords.ordinary(topic, sent / 100_000 % 2, Math.min(100_000, records - sent), 50));
        }
        caravan.backup(store, topic).expect(0);

        // When
        CommandResult restored = caravan.restore(store, "--rename", topic + "=" + copy, "--verify")
                .expect(0);

        // Then: with its empty partitions, too
        assertThat(restored.out())
                .contains(String.format(
                        Locale.ROOT, "restored %s as %s: 3 partitions, %,d record", topic, copy, records));
        assertThat(data.logEnd(copy, 0) + data.logEnd(copy, 1)).isEqualTo(records);
        assertThat(data.logEnd(copy, 2)).isZero();
    }
}
