package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ChunkProducerTest {

    @Test
    void aRecordWithoutATimestampIsRefusedByName() {
        // Given
        Rebatcher batches = Rebatcher.sized(100);
        batches.add(41, -1, TimestampType.CREATE_TIME, 0, new byte[] {1}, new byte[] {2}, new Header[0]);
        TopicPartition orders = new TopicPartition("orders", 3);
        Chunk chunk = new Chunk(orders, Uuid.ONE_UUID, 0, 41, 42, 0, batches.finish(), false);
        ChunkProducer producer = new ChunkProducer(new KafkaSettings("localhost:1").producer(Map.of()));

        // When
        var sent = producer.send(new ProducerRecord<>("copy", 3, null, chunk), null);

        // Then
        assertThat(sent)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(UnsupportedRecordException.class)
                .withMessageContaining("offset 41 of orders-3");
        producer.close(Duration.ZERO);
    }
}
