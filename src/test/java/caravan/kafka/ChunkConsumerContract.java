package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.RecordBatches;
import caravan.kafka.Refused.EpochEnd;
import caravan.testbed.AwkwardRecords;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the consumer hands out, and what it makes of its owner's answers; however its chunks are filled. */
@ExtendWith(TestServers.class)
abstract class ChunkConsumerContract {
    EmbeddedBroker broker;
    TestData data;
    String topic;
    TopicPartition partition;
    Owner owner;
    final ByteRate rate = new ByteRate();
    private Map<String, String> properties = Map.of();
    private String group;
    private ChunkConsumer consumer;

    abstract ChunkSource source(ShieldedConsumer of);

    KafkaSettings settings() {
        return new KafkaSettings(broker.bootstrapServers(), properties);
    }

    /** Starts each partition where it is told to, and takes all chunks but those it is told not to. */
    final class Owner implements PartitionOwner {
        final List<Assignment> assignments = new ArrayList<>();
        final List<Throwable> failed = new ArrayList<>();
        private final List<Optional<Assignment>> predecessors = new ArrayList<>();
        private final List<Optional<Refused>> refusals = new ArrayList<>();
        private final List<Long> committed = new ArrayList<>();
        long start;
        private Optional<Integer> epoch = Optional.empty();
        long accepted;
        private boolean accepts = true;
        private boolean room = true;

        @Override
        public CompletableFuture<Start> assigned(
                Assignment assignment, Optional<Assignment> predecessor, Optional<Refused> refused) {
            assignments.add(assignment);
            predecessors.add(predecessor);
            refusals.add(refused);
            accepted = start;
            return CompletableFuture.completedFuture(new Start(data.topicId(topic), start, epoch));
        }

        private Assignment last() {
            return assignments.get(assignments.size() - 1);
        }

        @Override
        public void released(Assignment assignment) {}

        @Override
        public long accepted(Assignment assignment) {
            return accepted;
        }

        @Override
        public boolean hasRoom(Assignment assignment) {
            return room;
        }

        @Override
        public void beforeFetch(Map<TopicPartition, Long> positions) {}

        @Override
        public void fetched() {}

        @Override
        public void fetchFailed(RuntimeException cause) {}

        @Override
        public void fetchFailed(TopicPartition failed, RuntimeException cause) {}

        @Override
        public void commitFailed(RuntimeException cause) {}

        @Override
        public void committed(Map<TopicPartition, Long> offsets) {
            committed.addAll(offsets.values());
        }

        @Override
        public void failed(TopicPartition stopped, Throwable cause) {
            failed.add(cause);
        }
    }

    /** Camel's listener, which has nothing to do. */
    private static final class Nobody implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    @BeforeEach
    void aTopic(EmbeddedBroker broker, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        topic = names.topic("orders");
        group = names.topic("group");
        partition = new TopicPartition(topic, 0);
        owner = new Owner();
    }

    @AfterEach
    void close() {
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
    }

    @Test
    void coverageReachesBehindMarkersAndAbortedRecords() {
        // Given
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.transaction(AwkwardRecords.ordinary(topic, 0, 3, 100), true);
        data.transaction(AwkwardRecords.ordinary(topic, 0, 2, 100), false);
        start();

        // When
        List<Chunk> chunks = until(() -> owner.accepted == data.logEnd(topic, 0));

        // Then
        assertThat(chunks.get(0).from()).isZero();
        assertThat(chunks.stream()
                        .mapToLong(chunk -> RecordBatches.count(chunk.batches(), chunk.from(), chunk.next()))
                        .sum())
                .isEqualTo(3);
    }

    @Test
    void aRateIsWaitedForWithoutLeavingTheGroup() {
        // Given: a batch that takes longer than a member may be silent, and some behind it
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1, 400_000));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 20, 1_000));
        properties = Map.of("max.poll.interval.ms", "2000", "max.poll.records", "1");
        rate.limit(100_000);
        long begin = System.nanoTime();
        start();

        // When
        until(() -> owner.accepted == 21);

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(3_700));
        assertThat(owner.assignments).hasSize(1);
        assertThat(owner.failed).isEmpty();
    }

    @Test
    void anotherRateHoldsAtOnce() {
        // Given: what was fetched is paid for in some years
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1, 400_000));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 20, 1_000));
        properties = Map.of("max.poll.records", "1");
        rate.limit(1);
        start();
        until(() -> owner.accepted == 1);
        polls(5);
        assertThat(owner.accepted).isEqualTo(1);

        // When
        rate.limit(0);

        // Then
        until(() -> owner.accepted == 21);
        assertThat(owner.assignments).hasSize(1);
    }

    @Test
    void whatTheRouteDidNotTakeComesAgainUnderAnotherNumber() {
        // Given
        filled(10);
        owner.accepts = false;
        start();
        List<Chunk> lost = untilSome();
        owner.accepts = true;

        // When
        List<Chunk> again = until(() -> owner.accepted == 10);

        // Then
        assertThat(lost.get(0).from()).isZero();
        assertThat(again.get(0).from()).isZero();
        assertThat(again.get(0).assignment()).isGreaterThan(lost.get(0).assignment());
        assertThat(owner.predecessors.get(1)).contains(owner.assignments.get(0));
    }

    @Test
    void theStartIsTheOwnersAndNotTheGroups() throws Exception {
        // Given
        filled(10);
        broker.admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(8)))
                .all()
                .get();
        owner.start = 3;
        start();

        // Then
        assertThat(untilSome().get(0).from()).isEqualTo(3);
    }

    @Test
    void camelsSeeksAreNotFollowed() {
        // Given
        filled(10);
        start();
        until(() -> owner.accepted == 10);

        // When
        consumer.pause(Set.of(partition));
        assertThat(consumer.committed(Set.of(partition))).isEmpty();
        consumer.seek(partition, 2);
        consumer.resume(Set.of(partition));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 5, 100));

        // Then
        assertThat(until(() -> owner.accepted == 15).get(0).from()).isEqualTo(10);
    }

    @Test
    void nothingThatCouldMoveAPartitionOrCommitIsKafkasOwn() {
        Set<String> harmless = Set.of(
                "assignment",
                "subscription",
                "position",
                "beginningOffsets",
                "endOffsets",
                "offsetsForTimes",
                "currentLag",
                "paused",
                "partitionsFor",
                "listTopics",
                "metrics",
                "groupMetadata",
                "enforceRebalance",
                "wakeup",
                "clientInstanceId",
                "registerMetricForSubscription",
                "unregisterMetricFromSubscription");
        assertThat(Consumer.class.getMethods())
                .filteredOn(method -> !harmless.contains(method.getName()))
                .allSatisfy(method -> assertThat(
                                ChunkConsumer.class.getMethod(method.getName(), method.getParameterTypes()))
                        .matches(known -> known.getDeclaringClass().getPackage() == ChunkConsumer.class.getPackage()));
    }

    @Test
    void nothingIsFetchedWithoutRoom() {
        // Given
        filled(10);
        owner.room = false;
        start();

        // Then
        assertThat(polls(10)).isEmpty();

        // When
        owner.room = true;

        // Then
        assertThat(until(() -> owner.accepted == 10)).isNotEmpty();
    }

    @Test
    void aLogThatBeginsBehindThePositionIsTheOwnersDecision() {
        // Given
        filled(10);
        data.deleteRecords(topic, 0, 6);
        owner.start = 2;
        start();

        // When
        until(() -> owner.assignments.size() > 1);

        // Then
        assertThat(owner.refusals.get(1)).contains(Refused.outOfRange(2));
        owner.start = 6;
        assertThat(until(() -> owner.accepted == 10)).extracting(Chunk::from).contains(6L);
    }

    @Test
    void commitsAreSentInPollAndThoseOfAnEndedAssignmentNever() throws Exception {
        // Given
        filled(10);
        start();
        until(() -> owner.accepted == 10);
        Assignment ended = owner.last();
        ended.restart("a test");
        until(() -> owner.assignments.size() == 2);

        // When
        ended.commit(4, Optional.empty(), "late");
        polls(2);

        // Then
        assertThat(owner.committed).isEmpty();

        // When
        owner.last().commit(7, Optional.empty(), "in time");
        polls(2);

        // Then
        assertThat(owner.committed).containsExactly(7L);
        assertThat(broker.admin()
                        .listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(partition)
                        .metadata())
                .isEqualTo("in time");
    }

    @Test
    void whatIsQueuedIsCommittedBeforeTheConsumerGoes() throws Exception {
        // Given
        filled(10);
        start();
        until(() -> owner.accepted == 10);
        owner.last().commit(10, Optional.empty(), "");

        // When: as Camel stops it
        consumer.wakeup();
        consumer.unsubscribe();
        consumer.close();

        // Then
        assertThat(owner.committed).containsExactly(10L);
    }

    @Test
    void aLogThatWasTruncatedAndGrewAgainIsTheOwnersDecision() {
        try (EmbeddedBroker own = EmbeddedBroker.started()) {
            // Given: offsets [0, 10) of one leader epoch, [10, 20) of another
            broker = own;
            data = new TestData(own);
            filled(10);
            own.stop();
            own.start();
            data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));

            // When: what was read before says that the first epoch went on to offset 15
            owner.start = 15;
            owner.epoch = Optional.of(0);
            start();
            until(() -> owner.assignments.size() > 1);

            // Then
            assertThat(owner.refusals.get(1)).contains(Refused.truncated(15, Optional.of(new EpochEnd(0, 10))));
            consumer.close();
            consumer = null;
        }
    }

    final void filled(int records) {
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, records, 100));
    }

    final void start() {
        consumer = new ChunkConsumer(
                settings().consumer(Map.of(), group), TopicFilter.of(topic, ""), owner, new AtomicLong(), this::source);
        consumer.subscribe(List.of(topic), new Nobody());
    }

    final List<Chunk> polls(int times) {
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            for (ConsumerRecord<Object, Object> record : consumer.poll(Duration.ofMillis(200))) {
                Chunk chunk = (Chunk) record.value();
                chunks.add(chunk);
                owner.accepted = owner.accepts ? chunk.next() : owner.accepted;
            }
        }
        return chunks;
    }

    final List<Chunk> untilSome() {
        List<Chunk> chunks = new ArrayList<>();
        long begin = System.nanoTime();
        while (chunks.isEmpty()) {
            inTime(begin);
            chunks.addAll(polls(1));
        }
        return chunks;
    }

    final List<Chunk> until(BooleanSupplier condition) {
        List<Chunk> chunks = new ArrayList<>();
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            inTime(begin);
            chunks.addAll(polls(1));
        }
        return chunks;
    }

    private static void inTime(long begin) {
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
    }
}
