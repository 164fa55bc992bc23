package caravan.kafka;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Brokers serve record batches whose checksum is wrong, again and again. */
public final class DamagedLogException extends KafkaException {
    private static final long serialVersionUID = 1L;

    /** @param offset the position that was fetched from */
    DamagedLogException(TopicPartition partition, long offset, Throwable cause) {
        super(partition + ": the brokers' log is damaged from offset " + offset + " on: " + cause.getMessage(), cause);
    }
}
