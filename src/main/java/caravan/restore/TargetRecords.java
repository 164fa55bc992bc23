package caravan.restore;

import caravan.catalog.RecordDifference;
import caravan.catalog.RecordDifference.Content;
import caravan.kafka.KafkaSettings;
import caravan.restore.RestoreException.Kind;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.Record;

/** Single records of restored topics, to be compared with the archive's. */
final class TargetRecords {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final KafkaSettings settings;

    TargetRecords(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Compares the record at an offset with one of the archive.
     *
     * @throws RestoreException where it is another one, or none
     */
    void mustBe(TopicPartition partition, long offset, Record expected) {
        Optional<String> difference = read(partition, offset)
                .map(found -> RecordDifference.between(
                        "the archive has", Content.of(expected), "the topic has", RestoreVerification.content(found)))
                .orElse(Optional.of("there is none"));
        difference.ifPresent(what -> {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    partition + " has another record at offset " + offset + " than the restore wrote there (" + what
                            + "): another program has written to it",
                    "delete the topic, and run the restore again");
        });
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, long offset) {
        Properties properties = settings.reader();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
        // A broker that hangs takes connections, and answers nothing.
        properties.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "8000");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < PATIENCE.toNanos()) {
                Iterator<ConsumerRecord<byte[], byte[]>> records =
                        consumer.poll(POLL).records(partition).iterator();
                if (records.hasNext()) {
                    return Optional.of(records.next()).filter(record -> record.offset() == offset);
                }
            }
            throw new org.apache.kafka.common.errors.TimeoutException("the record of " + partition + " at offset "
                    + offset + " could not be read for " + PATIENCE.toSeconds() + " s");
        }
    }
}
