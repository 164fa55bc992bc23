package caravan.restore;

import caravan.archive.RecordBatches.Positioned;
import caravan.catalog.ClusterPartition;
import caravan.catalog.ObjectRecords;
import caravan.catalog.RecordDifference;
import caravan.catalog.RecordDifference.Content;
import caravan.kafka.KafkaSettings;
import caravan.restore.RestoreException.Kind;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestoreProgress.Loss;
import caravan.store.Store;
import caravan.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.Record;

/** Reads restored records again, and compares each with the archive's: timestamp, key, value, headers, and their order. */
final class RestoreVerification {
    private final Store store;
    private final KafkaSettings settings;
    private final RestorePlan plan;
    private final RestoreProgress progress;

    RestoreVerification(Store store, KafkaSettings settings, RestorePlan plan, RestoreProgress progress) {
        this.store = store;
        this.settings = settings;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Compares all partitions.
     *
     * @param starts where the first restored record of each partition lies
     * @param counts how many were restored to each
     * @return how many records were compared
     * @throws RestoreException at the first difference
     */
    long compare(ToLongFunction<TopicPartition> starts, ToLongFunction<TopicPartition> counts) {
        long compared = 0;
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.reader())) {
            for (PartitionPlan partition : plan.partitions()) {
                if (!partition.objects().isEmpty()) {
                    long count = counts.applyAsLong(partition.target());
                    compare(partition, starts.applyAsLong(partition.target()), count, consumer);
                    compared += count;
                }
            }
        }
        return compared;
    }

    private void compare(PartitionPlan partition, long start, long count, Consumer<byte[], byte[]> consumer) {
        ClusterPartition restored = new ClusterPartition(consumer, partition.target());
        restored.from(start);
        long left = count;
        for (ObjectPlan object : partition.objects()) {
            long next = progress.losses().stream()
                    .filter(loss -> loss.object().equals(object))
                    .mapToLong(Loss::from)
                    .findFirst()
                    .orElse(object.next());
            if (left == 0 || next <= object.from()) {
                continue;
            }
            try (ObjectRecords records = new ObjectRecords(
                    object.key(), new StoredObject(store, object.key(), object.size()), object.from(), next)) {
                while (left > 0 && records.hasNext()) {
                    Positioned expected = records.next();
                    if (plan.selection().window().includes(expected.record().timestamp())) {
                        compare(partition, expected.record(), restored);
                        left--;
                    }
                }
            }
        }
        if (left > 0) {
            throw different(partition, "it holds " + left + " records that the archive does not have");
        }
    }

    private static void compare(PartitionPlan partition, Record expected, ClusterPartition restored) {
        if (!restored.hasNext()) {
            throw different(partition, "the record of offset " + expected.offset() + " is missing");
        }
        ConsumerRecord<byte[], byte[]> found = restored.next();
        Optional<String> difference =
                RecordDifference.between("the archive has", Content.of(expected), "the topic has", content(found));
        difference.ifPresent(what -> {
            throw different(
                    partition,
                    "at offset " + found.offset() + ", which was " + expected.offset() + " in the source: " + what);
        });
    }

    static Content content(ConsumerRecord<byte[], byte[]> record) {
        return new Content(
                record.timestamp(),
                record.key() == null ? null : ByteBuffer.wrap(record.key()),
                record.value() == null ? null : ByteBuffer.wrap(record.value()),
                record.headers().toArray());
    }

    private static RestoreException different(PartitionPlan partition, String what) {
        return new RestoreException(
                Kind.DAMAGED,
                partition.target() + " is not what was restored to it: " + what,
                "see whether another program wrote to the topic; delete it, and run the restore again");
    }
}
