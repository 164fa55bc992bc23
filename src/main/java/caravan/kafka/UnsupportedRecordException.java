package caravan.kafka;

import org.apache.kafka.common.TopicPartition;

/** A record that Kafka's producer cannot carry as it is. */
public final class UnsupportedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnsupportedRecordException(TopicPartition partition, long offset, long timestamp) {
        super("the record at offset " + offset + " of " + partition + " has the timestamp " + timestamp
                + ", which Kafka's producer can't carry");
    }
}
