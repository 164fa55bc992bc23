package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.MockClient;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.BaseRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestTestUtils;
import org.apache.kafka.common.utils.MockTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent to which broker, and what is made of its answers. */
class BatchSenderTest {
    private static final TopicPartition ZERO = new TopicPartition("copy", 0);
    private static final TopicPartition ONE = new TopicPartition("copy", 1);
    private static final long PRODUCER = 77;

    private final MockTime time = new MockTime();
    private final ProducerConfig config =
            new ProducerConfig(new KafkaSettings("localhost:9092").producer(Map.of("delivery.timeout.ms", 600_000)));
    private final TopicMetadata metadata = new TopicMetadata(config);
    private final MockClient client = new MockClient(time, metadata);
    private final BatchSender sender =
            new BatchSender(config, client, metadata, new OutgoingBatches(Compression.NONE, 1 << 20, false), time);

    @BeforeEach
    void onlyOneBroker() {
        metadata.add("copy");
        client.updateMetadata(cluster(1, Uuid.ONE_UUID));
    }

    private static MetadataResponse cluster(int brokers, Uuid topicId) {
        return RequestTestUtils.metadataUpdateWithIds(
                brokers, Map.of("copy", 4), partition -> 0, Map.of("copy", topicId));
    }

    @Test
    void ofAPartitionOneBatchIsInFlightAndTheNextFollowsItsAcknowledgement() {
        // Given
        List<CompletableFuture<Long>> sent = send(ZERO, 2, 5);
        identify();

        // When
        run();

        // Then
        assertThat(inFlight()).hasSize(1);
        assertThat(batch(inFlight().get(0), ZERO).baseSequence()).isZero();

        // When
        answer(response(ZERO, Errors.NONE, 0));

        // Then
        assertThat(sent.get(0)).isCompletedWithValue(0L);
        assertThat(inFlight()).hasSize(1);
        RecordBatch second = batch(inFlight().get(0), ZERO);
        assertThat(second.baseSequence()).isEqualTo(5);
        assertThat(second.producerId()).isEqualTo(PRODUCER);
        assertThat(second.isValid()).isTrue();

        // When
        answer(response(ZERO, Errors.NONE, 5));

        // Then
        assertThat(sent.get(1)).isCompletedWithValue(5L);
    }

    @Test
    void whatComesWhileABatchIsInFlightWaitsForItsAnswer() {
        // Given
        identify();
        send(ZERO, 1, 5);
        run();

        // When
        send(ZERO, 1, 5);
        run();

        // Then
        assertThat(inFlight()).hasSize(1);
    }

    @Test
    void whatABrokerDoesNotAnswerForIsSentAgain() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        CompletableFuture<Long> other = send(ONE, 1, 5).get(0);
        run();

        // When
        answer(response(ONE, Errors.NONE, 0));
        later();

        // Then
        assertThat(other).isCompleted();
        assertThat(sent).isNotDone();
        assertThat(batch(inFlight().get(0), ZERO).baseSequence()).isZero();
    }

    @Test
    void anAnswerForAPartitionThatFailedMeanwhileHarmsNoOther() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        TopicPartition elsewhere = new TopicPartition("other", 0);
        CompletableFuture<Long> other =
                sender.send(elsewhere, TestChunks.outgoing(1, 5).get(0), OptionalLong.empty(), 0);
        run();

        // When: the user loses the right to the one topic, and the answer still comes
        client.updateMetadata(RequestTestUtils.metadataUpdateWith(
                "kafka-cluster", 1, Map.of("copy", Errors.TOPIC_AUTHORIZATION_FAILED), Map.of("other", 1)));
        run();
        assertThat(sent).isCompletedExceptionally();
        answer(response(ZERO, Errors.NONE, 0));
        later();

        // Then
        assertThat(other).isNotDone();
        answer(response(elsewhere, Errors.NONE, 0));
        assertThat(other).isCompletedWithValue(0L);
    }

    @Test
    void partitionsOfOneBrokerShareARequestThatAllReplicasAcknowledge() {
        // Given
        identify();
        send(ZERO, 1, 5);
        send(ONE, 1, 5);

        // When
        run();

        // Then
        assertThat(inFlight()).hasSize(1);
        assertThat(partitions(inFlight().get(0))).containsExactlyInAnyOrder(ZERO, ONE);
        assertThat(inFlight().get(0).acks()).isEqualTo((short) -1);
    }

    @Test
    void aBrokerIsWrittenToOverTwoConnections() {
        // Given
        client.updateMetadata(cluster(1, Uuid.ONE_UUID));
        identify();
        send(ZERO, 2, 5);
        send(new TopicPartition("copy", 2), 2, 5);

        // When
        run();

        // Then
        assertThat(client.requests())
                .extracting(ClientRequest::destination)
                .containsExactlyInAnyOrder("0", Integer.toString(Integer.MAX_VALUE));
    }

    @Test
    void whatIsTooMuchForOneRequestGoesInTheNext() {
        // Given
        identify();
        int half = BatchSender.MAX_REQUEST_BYTES / 2 + 1;
        sender.send(ZERO, large(half), OptionalLong.empty(), 0);
        sender.send(ONE, large(half), OptionalLong.empty(), 0);

        // When
        run();

        // Then
        assertThat(inFlight()).hasSize(2);
    }

    @Test
    void brokersAreAskedAtTheSameTime() {
        // Given
        client.updateMetadata(cluster(2, Uuid.ONE_UUID));
        identify();
        send(ZERO, 1, 5);
        send(ONE, 1, 5);

        // When
        run();

        // Then
        assertThat(client.requests()).extracting(ClientRequest::destination).containsExactlyInAnyOrder("0", "1");
    }

    @Test
    void whatIsAnsweredWithAPassingErrorIsSentAgainUnderTheSameSequence() {
        identify();
        for (Errors passing : List.of(
                Errors.NOT_LEADER_OR_FOLLOWER,
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                Errors.LEADER_NOT_AVAILABLE,
                Errors.FENCED_LEADER_EPOCH,
                Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                Errors.REQUEST_TIMED_OUT)) {
            // Given
            CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
            run();
            RecordBatch first = batch(inFlight().get(0), ZERO);

            // When
            answer(response(ZERO, passing, -1));

            // Then
            assertThat(sent).isNotDone();
            assertThat(inFlight()).as("it is not asked in vain at once").isEmpty();

            // When
            later();

            // Then
            RecordBatch again = batch(inFlight().get(0), ZERO);
            assertThat(again.baseSequence()).isEqualTo(first.baseSequence());
            assertThat(again.checksum()).isEqualTo(first.checksum());
            answer(response(ZERO, Errors.NONE, first.baseSequence()));
            assertThat(sent).as(passing.name()).isCompleted();
        }
    }

    @Test
    void whatTheBrokerTookBeforeItWasCutOffIsADuplicateAndThereOnce() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = send(ZERO, 2, 5);
        run();

        // When
        client.respond(response(ZERO, Errors.NONE, 0), true);
        run();
        later();

        // Then
        assertThat(batch(inFlight().get(0), ZERO).baseSequence()).isZero();

        // When
        answer(response(ZERO, Errors.DUPLICATE_SEQUENCE_NUMBER, -1));

        // Then
        assertThat(sent.get(0)).isCompletedWithValue(-1L);
        assertThat(batch(inFlight().get(0), ZERO).baseSequence()).isEqualTo(5);
    }

    @Test
    void aBatchAtAnotherOffsetThanItMustBeStopsThePartition() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = send(ZERO, 3, 5);
        CompletableFuture<Long> other = send(ONE, 1, 5).get(0);
        run();
        answer(response(ZERO, Errors.NONE, 0));

        // When
        answer(response(ZERO, Errors.NONE, 6));

        // Then
        assertThat(sent.get(1))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("copy-0: a batch is at offset 6, and not at 5");
        assertThat(sent.get(2)).isCompletedExceptionally();
        CompletableFuture<Long> later = send(ZERO, 1, 5).get(0);
        later();
        assertThat(later).isCompletedExceptionally();
        assertThat(inFlight())
                .allSatisfy(request -> assertThat(partitions(request)).doesNotContain(ZERO));
        assertThat(other).as("of another partition").isNotCompletedExceptionally();
    }

    @Test
    void aFirstBatchThatIsThereTwiceStopsThePartition() {
        // Given: the broker took it, and forgot the producer before it was asked again
        identify();
        CompletableFuture<Long> sent =
                sender.send(ZERO, TestChunks.outgoing(1, 5).get(0), OptionalLong.of(0), 0);
        run();
        client.respond(response(ZERO, Errors.NONE, 0), true);
        run();
        later();

        // When
        answer(response(ZERO, Errors.NONE, 5));

        // Then
        assertThat(sent)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("copy-0: a batch is at offset 5, and not at 0");
    }

    @Test
    void whatCameAfterABatchOfUnknownOffsetMustStillFollowIt() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = TestChunks.outgoing(2, 5).stream()
                .map(batch -> sender.send(ZERO, batch, OptionalLong.of(0), 0))
                .toList();
        run();
        client.respond(response(ZERO, Errors.NONE, 0), true);
        run();
        later();
        answer(response(ZERO, Errors.DUPLICATE_SEQUENCE_NUMBER, -1));

        // When
        answer(response(ZERO, Errors.NONE, 10));

        // Then
        assertThat(sent.get(0)).isCompletedWithValue(-1L);
        assertThat(sent.get(1))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("at offset 10, and not at 5");
    }

    @Test
    void aBatchThatWasSentOnceIsNoDuplicate() {
        identify();
        for (TopicPartition partition : List.of(ZERO, ONE)) {
            // Given
            CompletableFuture<Long> sent = send(partition, 1, 5).get(0);
            run();

            // When
            answer(response(partition, partition.equals(ZERO) ? Errors.DUPLICATE_SEQUENCE_NUMBER : Errors.NONE, -1));

            // Then
            assertThat(sent)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining(partition + ": the broker says that it has a batch already");
        }
    }

    @Test
    void howOftenABatchWasSentIsCountedForEachOfThem() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = send(ZERO, 2, 5);
        run();
        client.respond(response(ZERO, Errors.NONE, 0), true);
        run();
        later();
        answer(response(ZERO, Errors.NONE, 0));

        // When
        answer(response(ZERO, Errors.DUPLICATE_SEQUENCE_NUMBER, -1));

        // Then
        assertThat(sent.get(0)).isCompletedWithValue(0L);
        assertThat(sent.get(1)).isCompletedExceptionally();
    }

    @Test
    void whatCannotBeRightStopsThePartition() {
        for (Errors error : List.of(
                Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
                Errors.UNKNOWN_PRODUCER_ID,
                Errors.INVALID_PRODUCER_EPOCH,
                Errors.INVALID_RECORD)) {
            // Given
            TopicPartition partition = error == Errors.INVALID_RECORD ? ONE : ZERO;
            BatchSender fresh = new BatchSender(
                    config, client, metadata, new OutgoingBatches(Compression.NONE, 1 << 20, false), time);
            List<CompletableFuture<Long>> sent = TestChunks.outgoing(2, 5).stream()
                    .map(batch -> fresh.send(partition, batch, OptionalLong.empty(), 0))
                    .toList();
            identify();
            fresh.run();
            fresh.run();

            // When
            client.respond(response(partition, error, -1));
            fresh.run();

            // Then
            assertThat(sent).allSatisfy(one -> assertThat(one)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining(partition + ": the broker refused a batch (" + error));
        }
    }

    @Test
    void aBatchThatIsTooLargeForTheBrokerGoesInTwo() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        run();

        // When
        answer(response(ZERO, Errors.MESSAGE_TOO_LARGE, -1));

        // Then
        assertThat(batch(inFlight().get(0), ZERO).countOrNull()).isEqualTo(2);
        answer(response(ZERO, Errors.NONE, 0));
        assertThat(sent).isNotDone();
        RecordBatch rest = batch(inFlight().get(0), ZERO);
        assertThat(rest.countOrNull()).isEqualTo(3);
        assertThat(rest.baseSequence()).isEqualTo(2);
        answer(response(ZERO, Errors.NONE, 2));
        assertThat(sent).isCompleted();
    }

    @Test
    void aRecordThatIsTooLargeForTheBrokerFailsByName() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 1).get(0);
        run();

        // When
        answer(response(ZERO, Errors.MESSAGE_TOO_LARGE, -1));

        // Then
        assertThat(sent).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("message.max.bytes");
    }

    @Test
    void aBatchThatKeepsArrivingDamagedIsGivenUp() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        run();

        // When
        answer(response(ZERO, Errors.CORRUPT_MESSAGE, -1));
        later();
        answer(response(ZERO, Errors.CORRUPT_MESSAGE, -1));
        later();
        assertThat(sent).isNotDone();
        answer(response(ZERO, Errors.CORRUPT_MESSAGE, -1));

        // Then
        assertThat(sent).isCompletedExceptionally();
    }

    @Test
    void howOftenABatchArrivedDamagedIsCountedForEachOfThem() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = send(ZERO, 2, 5);
        run();
        for (long offset : List.of(0L, 5L)) {
            // When
            answer(response(ZERO, Errors.CORRUPT_MESSAGE, -1));
            later();
            answer(response(ZERO, Errors.CORRUPT_MESSAGE, -1));
            later();
            answer(response(ZERO, Errors.NONE, offset));
        }

        // Then
        assertThat(sent).allSatisfy(one -> assertThat(one).isCompleted());
        assertThat(sent.get(1)).isCompletedWithValue(5L);
    }

    @Test
    void aBrokerThatAsksForPatienceIsLeftAlone() {
        // Given
        identify();
        send(ZERO, 1, 5);
        sender.run();
        client.throttle(broker(), 1_000);

        // When
        run();

        // Then
        assertThat(inFlight()).isEmpty();

        // When
        time.sleep(1_001);
        run();

        // Then
        assertThat(inFlight()).hasSize(1);
    }

    @Test
    void whatNoBrokerTakesForTenMinutesFails() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        client.setUnreachable(broker(), 3_600_000);

        // When
        run();
        time.sleep(599_000);
        run();

        // Then
        assertThat(sent).isNotDone();

        // When
        time.sleep(2_000);
        run();

        // Then
        assertThat(sent)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutException.class)
                .withMessageContaining("no broker took a batch for 600 s");
    }

    @Test
    void aTopicThatWasCreatedAgainGetsNothingMore() {
        // Given
        identify();
        List<CompletableFuture<Long>> sent = send(ZERO, 2, 5);
        run();

        // When
        client.updateMetadata(cluster(1, Uuid.randomUuid()));
        answer(response(ZERO, Errors.NONE, 0));

        // Then
        assertThat(sent.get(1))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("deleted and created again");
    }

    @Test
    void aTopicThatWasCreatedAgainWithFewerPartitionsGetsNothingMore() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ONE, 1, 5).get(0);
        run();

        // When
        client.updateMetadata(RequestTestUtils.metadataUpdateWithIds(
                1, Map.of("copy", 1), partition -> 0, Map.of("copy", Uuid.randomUuid())));
        answer(response(ONE, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1));

        // Then
        assertThat(sent)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("deleted and created again");
    }

    @Test
    void aTopicThatWasDeletedIsNotWaitedForAsLongAsABrokerIs() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        run();

        // When
        client.updateMetadata(deleted());
        answer(response(ZERO, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1));
        seconds(28);

        // Then
        assertThat(sent).isNotDone();

        // When
        seconds(4);

        // Then
        assertThat(sent)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("copy-0: there is no topic copy any more");
    }

    @Test
    void aTopicThatIsUnknownToABrokerNowAndThenIsNotDeleted() {
        // Given
        identify();
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        run();
        client.updateMetadata(deleted());
        answer(response(ZERO, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1));
        seconds(20);

        // When
        client.updateMetadata(cluster(1, Uuid.ONE_UUID));
        client.updateMetadata(deleted());
        seconds(20);

        // Then
        assertThat(sent).isNotDone();

        // When
        client.updateMetadata(cluster(1, Uuid.ONE_UUID));
        seconds(1);
        answer(response(ZERO, Errors.NONE, 0));

        // Then
        assertThat(sent).isCompletedWithValue(0L);
    }

    @Test
    void whoMayNotProduceIsToldSo() {
        // Given
        CompletableFuture<Long> sent = send(ZERO, 1, 5).get(0);
        client.prepareResponse(new InitProducerIdResponse(
                new InitProducerIdResponseData().setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code())));

        // When
        run();

        // Then
        assertThat(sent)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(ClusterAuthorizationException.class);
    }

    @Test
    void whoIsRefusedByOneBrokerIsToldWhyAndTheSenderLives() {
        // Given
        client.updateMetadata(cluster(2, Uuid.ONE_UUID));
        identify();
        CompletableFuture<Long> zero = send(ZERO, 1, 5).get(0);
        run();
        answer(response(ZERO, Errors.NONE, 0));
        assertThat(zero).isCompleted();
        client.authenticationFailed(metadata.fetch().nodeById(1), 3_600_000);
        List<CompletableFuture<Long>> sent =
                List.of(send(ZERO, 1, 5).get(0), send(ONE, 1, 5).get(0));

        // When
        run();

        // Then
        assertThat(sent).allSatisfy(one -> assertThat(one)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(SaslAuthenticationException.class));
        assertThat(inFlight()).isEmpty();
    }

    @Test
    void afterTheEndEverythingFails() {
        // Given
        CompletableFuture<Long> before = send(ZERO, 1, 5).get(0);

        // When
        sender.end(new KafkaException("closed"));

        // Then
        assertThat(before).isCompletedExceptionally();
        assertThat(send(ZERO, 1, 5).get(0)).isCompletedExceptionally();
    }

    @Test
    void sequencesBeginAgainBehindTheLargest() {
        // Given
        OutgoingPartition partition = new OutgoingPartition(ZERO, Integer.MAX_VALUE - 1, OptionalLong.empty());
        TestChunks.outgoing(2, 5).forEach(batch -> partition.add(batch, 0));

        // When
        partition.acknowledged(2_147_483_646L, 0);

        // Then
        assertThat(partition.sequence()).isEqualTo(3);
        partition.first().stamp(1, (short) 0, partition.sequence());
        assertThat(partition.first().content().firstBatch().baseSequence()).isEqualTo(3);
    }

    private List<CompletableFuture<Long>> send(TopicPartition partition, int batches, int records) {
        return TestChunks.outgoing(batches, records).stream()
                .map(batch -> sender.send(partition, batch, OptionalLong.empty(), 0))
                .toList();
    }

    private static OutgoingBatch large(int bytes) {
        Chunk chunk = new TestChunks().batch(CompressionType.NONE, bytes, 0, 1).chunk();
        return new OutgoingBatches(Compression.NONE, 1 << 20, false).of(chunk).get(0);
    }

    private void identify() {
        client.prepareResponse(
                request -> request.apiKey() == ApiKeys.INIT_PRODUCER_ID,
                new InitProducerIdResponse(
                        new InitProducerIdResponseData().setProducerId(PRODUCER).setProducerEpoch((short) 0)));
    }

    private void run() {
        for (int i = 0; i < 3; i++) {
            sender.run();
        }
    }

    private void answer(ProduceResponse response) {
        client.respond(response);
        run();
    }

    private void later() {
        time.sleep(1_000);
        run();
    }

    private void seconds(int count) {
        for (int i = 0; i < count; i++) {
            later();
        }
    }

    private static MetadataResponse deleted() {
        return RequestTestUtils.metadataUpdateWith(
                "kafka-cluster", 1, Map.of("copy", Errors.UNKNOWN_TOPIC_OR_PARTITION), Map.of());
    }

    private Node broker() {
        return metadata.fetch().nodes().get(0);
    }

    private List<ProduceRequest> inFlight() {
        return client.requests().stream()
                .filter(request -> request.apiKey() == ApiKeys.PRODUCE)
                .map(request -> (ProduceRequest) request.requestBuilder().build())
                .toList();
    }

    private static List<TopicPartition> partitions(ProduceRequest request) {
        List<TopicPartition> all = new ArrayList<>();
        request.data().topicData().forEach(topic -> topic.partitionData()
                .forEach(data -> all.add(new TopicPartition(topic.name(), data.index()))));
        return all;
    }

    private static RecordBatch batch(ProduceRequest request, TopicPartition partition) {
        BaseRecords records = request.data().topicData().find(partition.topic()).partitionData().stream()
                .filter(data -> data.index() == partition.partition())
                .findFirst()
                .orElseThrow()
                .records();
        return StreamSupport.stream(((MemoryRecords) records).batches().spliterator(), false)
                .findFirst()
                .orElseThrow();
    }

    private static ProduceResponse response(TopicPartition partition, Errors error, long offset) {
        ProduceResponseData data = new ProduceResponseData();
        TopicProduceResponse topic = new TopicProduceResponse().setName(partition.topic());
        topic.partitionResponses()
                .add(new PartitionProduceResponse()
                        .setIndex(partition.partition())
                        .setErrorCode(error.code())
                        .setBaseOffset(offset));
        data.responses().add(topic);
        return new ProduceResponse(data);
    }
}
