package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import caravan.kafka.ChunkClients;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedCluster;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster of three brokers, whose leaders move, which slow clients down, and one of which goes and comes back. */
@ExtendWith(TestServers.class)
class LeadersIT {
    private static final int PARTITIONS = 6;

    private static EmbeddedCluster cluster;

    private TestS3 s3;
    private String topic;
    private String store;
    private CaravanCommands caravan;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.started(
                3,
                Map.of(
                        "min.insync.replicas", "2",
                        // Groups have coordinators on all brokers
                        "offsets.topic.num.partitions", "6",
                        // Quotas bite within a second
                        "quota.window.num", "2",
                        "replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void aTopicOnAllBrokers(TestS3 s3, TestServers.Names names) {
        this.s3 = s3;
        topic = names.topic("orders");
        store = s3.newStore();
        caravan = new CaravanCommands(cluster.bootstrapServers(), s3);
        cluster.createTopic(topic, PARTITIONS, Map.of("retention.ms", "-1"));
    }

    @Test
    void aBackupFollowsTheLeaders() throws Exception {
        backUpWhileLeadersMove();
    }

    @Test
    void aBackupOfAFollowersRackGoesOnWhereTheFollowerGoes() throws Exception {
        assumeFalse(Boolean.getBoolean(ChunkClients.REBATCH), "Kafka's own consumer fetches then");
        // Each broker is a rack of its own
        String log = backUpWhileLeadersMove("--kafka-property", "client.rack=rack-3", "--log-level", "debug");
        assertThat(log).contains(" is read from replica 3 ").doesNotContain(" is read from replica 2 ");
    }

    /** @return what the backup wrote to standard error */
    private String backUpWhileLeadersMove(String... options) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        List<String> command = new ArrayList<>(List.of("backup", "--bootstrap-servers", cluster.bootstrapServers()));
        command.addAll(List.of("--topics", topic, "--store", store, "--max-age", "1s"));
        command.addAll(List.of(options));
        String log;
        try (CaravanProcess backup = CaravanProcess.start(s3.environment(), command.toArray(String[]::new))) {
            // Given: records that never stop
            CompletableFuture<Void> producing = CompletableFuture.runAsync(() -> produce(enough, acknowledged));
            backup.until(() -> stored() > 0);

            // When: all leaders move, twice, and a broker goes and comes back
            lead(2);
            lead(3);
            long before = stored();
            backup.until(() -> stored() > before);
            cluster.broker(3).stop();
            long without = stored();
            backup.until(() -> stored() > without);
            cluster.broker(3).start();
            lead(3);
            long again = stored();
            backup.until(() -> stored() > again);
            enough.set(true);
            producing.get();
            backup.until(() -> stored() == acknowledged.get());
            backup.terminate().await().expect(0);
            log = backup.err();
        }

        // Then
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy").expect(0);
        TopicContents source = read(topic);
        assertThat(source.records()).isEqualTo(acknowledged.get());
        assertSameRecords(source, read(topic + "-copy"));
        return log;
    }

    @Test
    void aBackupThatBrokersSlowDownMissesNothing() throws Exception {
        // Given
        fill();

        // When: some 4 MB of each broker
        limit("consumer_byte_rate", 1_000_000.0);
        long begin = System.nanoTime();
        caravan.backup(store, topic).expect(0);
        Duration lasted = Duration.ofNanos(System.nanoTime() - begin);
        limit("consumer_byte_rate", null);

        // Then
        assertThat(lasted).as("the quota is in force").isGreaterThan(Duration.ofSeconds(3));
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy").expect(0);
        assertSameRecords(read(topic), read(topic + "-copy"));
    }

    @Test
    void aRestoreFollowsTheLeaders() throws Exception {
        // Given
        String copy = backedUpWithAnEmptyCopy();

        // When: leaders move as long as it lasts, which a quota of each broker makes long
        limit("producer_byte_rate", 800_000.0);
        CompletableFuture<Void> restoring = CompletableFuture.runAsync(
                () -> caravan.restore(store, "--rename", topic + "=" + copy).expect(0));
        int moves = 0;
        while (!restoring.isDone()) {
            lead(copy, 1 + moves++ % 3);
        }
        restoring.get();
        limit("producer_byte_rate", null);

        // Then
        assertThat(moves).isGreaterThan(1);
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aRestoreThatIsKilledGoesOnThoughLeadersMoved() throws Exception {
        // Given
        String copy = backedUpWithAnEmptyCopy();

        // When: killed in the middle, with batches in flight, and each time other brokers lead
        limit("producer_byte_rate", 800_000.0);
        for (int kill = 1; kill <= 2; kill++) {
            long before = records(copy);
            try (CaravanProcess restore = CaravanProcess.start(
                    s3.environment(),
                    "restore",
                    "--bootstrap-servers",
                    cluster.bootstrapServers(),
                    "--store",
                    store,
                    "--rename",
                    topic + "=" + copy,
                    "--kafka-property",
                    "session.timeout.ms=2000")) {
                restore.until(() -> records(copy) > before);
                restore.kill().await();
            }
            lead(copy, 1 + kill % 3);
        }
        limit("producer_byte_rate", null);
        caravan.restore(store, "--rename", topic + "=" + copy).expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void placesOfGroupsWithCoordinatorsOnAllBrokersAreKeptAndRestored() throws Exception {
        // Given
        fill();
        TopicPartition first = new TopicPartition(topic, 0);
        List<String> groups =
                IntStream.range(0, 12).mapToObj(i -> topic + "-group-" + i).toList();
        for (int i = 0; i < groups.size(); i++) {
            cluster.admin()
                    .alterConsumerGroupOffsets(groups.get(i), Map.of(first, new OffsetAndMetadata(100 + i)))
                    .all()
                    .get();
        }
        Set<Integer> coordinators = cluster.admin().describeConsumerGroups(groups).all().get().values().stream()
                .map(group -> group.coordinator().id())
                .collect(Collectors.toSet());
        assertThat(coordinators).hasSizeGreaterThan(1);

        // When
        caravan.backup(store, topic).expect(0);
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy", "--groups")
                .expect(0);

        // Then
        for (int i = 0; i < groups.size(); i++) {
            assertThat(cluster.admin()
                            .listConsumerGroupOffsets(groups.get(i))
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .containsEntry(new TopicPartition(topic + "-copy", 0), new OffsetAndMetadata(100 + i));
        }
    }

    /** Some tens of thousands of records in the topic. */
    private void fill() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        CompletableFuture<Void> producing = CompletableFuture.runAsync(() -> produce(enough, acknowledged));
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> acknowledged.get() > 60_000);
        enough.set(true);
        producing.get();
    }

    /** Of a full topic that is in the archive. */
    private String backedUpWithAnEmptyCopy() throws Exception {
        fill();
        caravan.backup(store, topic).expect(0);
        String copy = topic + "-copy";
        cluster.createTopic(copy, PARTITIONS, Map.of("retention.ms", "-1"));
        return copy;
    }

    private static long records(String name) throws Exception {
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        IntStream.range(0, PARTITIONS)
                .forEach(partition -> question.put(new TopicPartition(name, partition), OffsetSpec.latest()));
        return cluster.admin().listOffsets(question).all().get().values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    /** Bytes per second of each broker and client; null for no limit. */
    private static void limit(String what, Double rate) throws Exception {
        Map<String, String> everyClient = new HashMap<>();
        everyClient.put(ClientQuotaEntity.CLIENT_ID, null);
        cluster.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(
                        new ClientQuotaEntity(everyClient), List.of(new ClientQuotaAlteration.Op(what, rate)))))
                .all()
                .get();
    }

    private void lead(int node) {
        lead(topic, node);
    }

    private static void lead(String name, int node) {
        IntStream.range(0, PARTITIONS).forEach(partition -> cluster.lead(new TopicPartition(name, partition), node));
    }

    private long stored() {
        StoredObjects objects = StoredObjects.of(s3, store);
        return IntStream.range(0, PARTITIONS)
                .mapToLong(partition -> objects.coveredTo(topic, partition, 0))
                .sum();
    }

    private void produce(AtomicBoolean enough, AtomicLong acknowledged) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", cluster.bootstrapServers(),
                "acks", "all",
                "linger.ms", "5",
                "compression.type", "lz4");
        Random random = new Random(1);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; !enough.get(); i++) {
                byte[] value = new byte[200];
                random.nextBytes(value);
                producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, value), (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged.incrementAndGet();
                    }
                });
                if (i % 1_000 == 0) {
                    producer.flush();
                }
            }
        }
    }

    private static TopicContents read(String name) {
        return TopicContents.read(cluster.bootstrapServers(), name);
    }
}
