package caravan.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** Creates topics in a cluster and fills them, each with what a backup may stumble over. */
public final class TestData {
    /** Every codec a producer can choose. */
    public static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String bootstrapServers;
    private final Supplier<Admin> admin;

    public TestData(EmbeddedBroker broker) {
        this(broker.bootstrapServers(), broker::admin);
    }

    public TestData(EmbeddedCluster cluster) {
        this(cluster.bootstrapServers(), cluster::admin);
    }

    public TestData(BrokerProcess broker) {
        this(broker.bootstrapServers(), broker::admin);
    }

    public TestData(ProcessCluster cluster) {
        this(cluster.bootstrapServers(), cluster::admin);
    }

    private TestData(String bootstrapServers, Supplier<Admin> admin) {
        this.bootstrapServers = bootstrapServers;
        this.admin = admin;
    }

    /**
     * A topic as applications make them, 3 partitions: 1,000 records in each of the five codecs spread over the partitions,
     * with headers; in partition 1 also {@linkplain AwkwardRecords#keysAndValues null, empty and binary keys and values}, in
     * partition 2 {@linkplain AwkwardRecords#headers awkward headers}.
     */
    public void exampleTopic(String topic) {
        // old timestamps: retention would take the records away while we look at them
        createTopic(topic, 3, Map.of("retention.ms", "-1"));
        for (String codec : CODECS) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int partition = 0; partition < 3; partition++) {
                for (ProducerRecord<byte[], byte[]> each :
                        AwkwardRecords.ordinary(topic, partition, partition == 0 ? 334 : 333, 300)) {
                    each.headers()
                            .add("codec", codec.getBytes(UTF_8))
                            .add("trace-id", each.key())
                            .add("empty", new byte[0]);
                    records.add(each);
                }
            }
            send(codec, records);
        }
        send("none", AwkwardRecords.keysAndValues(topic, 1));
        send("lz4", AwkwardRecords.headers(topic, 2));
    }

    /**
     * A compacted topic, 1 partition: a hundred keys written three times, every tenth deleted by a tombstone at last, an aborted
     * transaction over other keys, and a committed one. The cleaner may or may not have been at work.
     */
    public void exampleKeyed(String topic) {
        createTopic(topic, 1, Map.of("cleanup.policy", "compact"));
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int key = 0; key < 100; key++) {
                records.add(keyed(topic, 0, "customer-" + key, "state " + round + " of customer " + key));
            }
        }
        for (int key = 0; key < 100; key += 10) {
            records.add(keyed(topic, 0, "customer-" + key, null));
        }
        send("zstd", records);
        transaction(List.of(keyed(topic, 0, "customer-1", "never happened")), false);
        transaction(
                List.of(keyed(topic, 0, "customer-1", "moved"), keyed(topic, 0, "customer-2", "moved with 1")), true);
        send("none", List.of(keyed(topic, 0, "customer-3", "the last state")));
    }

    /**
     * A compacted topic, 1 partition, whose log has holes: of 1,000 records over ten keys the cleaner left one per key, the
     * deleted key's tombstone among them; behind that a record that the cleaner has not come to. Ends when the cleaner is done.
     */
    public void compactedWithHoles(String topic) {
        createTopic(
                topic,
                1,
                Map.of(
                        "cleanup.policy", "compact",
                        "min.cleanable.dirty.ratio", "0.01",
                        "segment.ms", "1000",
                        "segment.jitter.ms", "0"));
        long begin = System.currentTimeMillis() - 7_200_000;
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] value = i == 995 ? null : ("state " + i).getBytes(UTF_8);
            records.add(new ProducerRecord<>(topic, 0, begin + i, ("key-" + i % 10).getBytes(UTF_8), value));
        }
        send("none", records);
        // the cleaner leaves the newest segment alone: a record an hour later by its timestamp begins another one
        send(
                "none",
                List.of(new ProducerRecord<>(
                        topic, 0, begin + 3_600_000, "key-0".getBytes(UTF_8), "uncleaned".getBytes(UTF_8))));
        Awaitility.await("compaction of " + topic)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> TopicContents.read(bootstrapServers, topic).records() == 11);
    }

    /** A topic, 1 partition, of {@code records} records whose first {@code deleted} were deleted: its log starts there. */
    public void startingBehindZero(String topic, int records, int deleted) {
        createTopic(topic, 1, Map.of("retention.ms", "-1"));
        send("none", AwkwardRecords.ordinary(topic, 0, records, 100));
        deleteRecords(topic, 0, deleted);
    }

    /**
     * A topic, 3 partitions, whose logs end in transaction markers: of a committed transaction in partition 0, of an aborted one in
     * partition 1; partition 2 holds nothing but an aborted transaction.
     */
    public void endingInMarkers(String topic) {
        createTopic(topic, 3, Map.of());
        send("none", List.of(keyed(topic, 0, "a", "plain"), keyed(topic, 1, "a", "plain")));
        transaction(List.of(keyed(topic, 0, "b", "committed"), keyed(topic, 0, "c", "committed")), true);
        transaction(List.of(keyed(topic, 1, "b", "aborted"), keyed(topic, 2, "a", "aborted")), false);
    }

    /** A record with UTF-8 key and value ({@code null}: a tombstone), stamped with the clock's time. */
    public static ProducerRecord<byte[], byte[]> keyed(String topic, int partition, String key, String value) {
        return new ProducerRecord<>(
                topic,
                partition,
                key.getBytes(UTF_8),
                value == null ? null : value.getBytes(UTF_8),
                List.of(new RecordHeader("written-by", "test data".getBytes(UTF_8))));
    }

    /** Creates a topic with these settings, replication factor 1. */
    public void createTopic(String topic, int partitions, Map<String, String> configs) {
        await(admin.get()
                .createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                .all()
                .toCompletionStage()
                .toCompletableFuture());
    }

    /** The id of a topic. */
    public Uuid topicId(String topic) {
        return await(admin.get()
                        .describeTopics(List.of(topic))
                        .allTopicNames()
                        .toCompletionStage()
                        .toCompletableFuture())
                .get(topic)
                .topicId();
    }

    /** Deletes a topic with its records; ends when the broker has heard of it, which is after the controller has answered. */
    public void deleteTopic(String topic) {
        await(admin.get().deleteTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture());
        Awaitility.await("the end of " + topic)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !topics().contains(topic));
    }

    private Set<String> topics() {
        return await(admin.get().listTopics().names().toCompletionStage().toCompletableFuture());
    }

    /** Moves a partition's log start offset to {@code firstKept}. */
    public void deleteRecords(String topic, int partition, long firstKept) {
        await(admin.get()
                .deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(firstKept)))
                .all()
                .toCompletionStage()
                .toCompletableFuture());
    }

    /** The offset of a partition's first record, or where it would be. */
    public long logStart(String topic, int partition) {
        return offset(topic, partition, OffsetSpec.earliest());
    }

    /** The offset behind a partition's last record, marker, or uncommitted record (the high watermark). */
    public long logEnd(String topic, int partition) {
        return offset(topic, partition, OffsetSpec.latest());
    }

    /** Ids of the producers that the broker remembers of a partition. */
    public Set<Long> producers(String topic, int partition) {
        TopicPartition asked = new TopicPartition(topic, partition);
        return await(admin.get()
                        .describeProducers(List.of(asked))
                        .partitionResult(asked)
                        .toCompletionStage()
                        .toCompletableFuture())
                .activeProducers()
                .stream()
                .map(ProducerState::producerId)
                .collect(Collectors.toSet());
    }

    /** Names of all consumer groups. */
    public Set<String> groups() {
        return await(admin.get().listConsumerGroups().all().toCompletionStage().toCompletableFuture()).stream()
                .map(ConsumerGroupListing::groupId)
                .collect(Collectors.toSet());
    }

    /** Sends the records with a compression codec, in batches of the producer's own making, and waits for all. */
    public void send(String codec, List<ProducerRecord<byte[], byte[]>> records) {
        try (Producer<byte[], byte[]> producer = producer(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec))) {
            send(producer, records);
        }
    }

    /** As {@link #send}, into a topic whose format is older than what an idempotent producer needs. */
    public void sendToOldFormat(String codec, List<ProducerRecord<byte[], byte[]>> records) {
        try (Producer<byte[], byte[]> producer = producer(Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG, codec, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false"))) {
            send(producer, records);
        }
    }

    /** Sends the records in a transaction of their own, which is committed or aborted; its markers are in the log then. */
    public void transaction(List<ProducerRecord<byte[], byte[]>> records, boolean commit) {
        try (Producer<byte[], byte[]> producer = openTransaction(records)) {
            Map<TopicPartition, Long> ends = new HashMap<>();
            records.forEach(record -> ends.put(
                    new TopicPartition(record.topic(), record.partition()),
                    logEnd(record.topic(), record.partition())));
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
            // The coordinator answers before it writes them.
            ends.forEach((partition, end) ->
                    Awaitility.await().until(() -> logEnd(partition.topic(), partition.partition()) > end));
        }
    }

    /** A producer with an open transaction that holds these records; the caller ends and closes it. */
    public Producer<byte[], byte[]> openTransaction(List<ProducerRecord<byte[], byte[]>> records) {
        Producer<byte[], byte[]> producer =
                producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "test-" + Uuid.randomUuid()));
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, records);
        return producer;
    }

    /** A producer of raw bytes with request limits that leave the decision to the broker; the caller closes it. */
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 64 << 20);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        // With more, a topic that was just created can take a later batch first, and refuse the earlier one for ever.
        all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(Producer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        records.forEach(each -> sent.add(producer.send(each)));
        producer.flush();
        sent.forEach(TestData::await);
    }

    private long offset(String topic, int partition, OffsetSpec spec) {
        TopicPartition topicPartition = new TopicPartition(topic, partition);
        return await(admin.get()
                        .listOffsets(Map.of(topicPartition, spec))
                        .partitionResult(topicPartition)
                        .toCompletionStage()
                        .toCompletableFuture())
                .offset();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
