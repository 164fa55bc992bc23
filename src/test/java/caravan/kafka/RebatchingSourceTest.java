package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Chunks that are filled with records. */
class RebatchingSourceTest extends ChunkConsumerContract {

    @Override
    ChunkSource source(ShieldedConsumer of) {
        return new RebatchingSource(of, rate);
    }

    @Test
    void whatLiesBehindTheLastRecordIsOfNoKnownEpoch() {
        // Given
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.transaction(AwkwardRecords.ordinary(topic, 0, 3, 100), true);
        start();

        // When
        List<Chunk> chunks = until(() -> owner.accepted == data.logEnd(topic, 0));

        // Then
        assertThat(chunks).extracting(Chunk::epoch).last().isEqualTo(-1);
    }
}
