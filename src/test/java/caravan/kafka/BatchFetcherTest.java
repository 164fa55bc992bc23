package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.OffsetRange;
import caravan.kafka.FetchBuffers.Piece;
import caravan.kafka.Refused.EpochEnd;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.MockClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.EndTransactionMarker;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.MetadataResponse.PartitionMetadata;
import org.apache.kafka.common.requests.RequestTestUtils;
import org.apache.kafka.common.utils.MockTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of which broker is asked for, and what is made of its answers. */
class BatchFetcherTest {
    private static final TopicPartition ZERO = new TopicPartition("orders", 0);
    private static final TopicPartition ONE = new TopicPartition("orders", 1);
    private static final Uuid TOPIC = Uuid.ONE_UUID;
    private static final int SESSION = 321;
    private static final int LEADER_EPOCH = 12;
    /** Of the batches that {@link TestChunks} makes. */
    private static final int BATCH_EPOCH = 9;

    private final MockTime time = new MockTime();
    private final ConsumerConfig config =
            new ConsumerConfig(new KafkaSettings("localhost:9092").fetcher(Long.MAX_VALUE));
    private final TopicMetadata metadata = new TopicMetadata(config);
    private final MockClient client = new MockClient(time, metadata);
    private final FetchBuffers buffers = new FetchBuffers();
    private final AtomicLong nanos = new AtomicLong();
    private final ByteRate rate = new ByteRate(nanos::get);
    private final BatchFetcher fetcher =
            new BatchFetcher(config, client, metadata, buffers, rate, new FetchMemory(), time);

    @BeforeEach
    void brokerZeroLeads() {
        metadata.add("orders");
        client.updateMetadata(cluster(0, LEADER_EPOCH, TOPIC));
    }

    @Test
    void aRequestSaysWhatItBelievesAndTheNextOneWhatCame() {
        // Given
        begin(ZERO, 1, new Start(TOPIC, 40, Optional.of(8)));

        // When
        run();

        // Then
        FetchRequest request = fetch(asked().get(0));
        assertThat(asked().get(0).requestBuilder().latestAllowedVersion())
                .as("one that names topics by their ids")
                .isGreaterThanOrEqualTo((short) 13);
        assertThat(request.isolationLevel()).isEqualTo(IsolationLevel.READ_COMMITTED);
        assertThat(request.data().topics().get(0).topicId()).isEqualTo(TOPIC);
        FetchPartition first = partition(asked().get(0), ZERO);
        assertThat(first.fetchOffset()).isEqualTo(40);
        assertThat(first.currentLeaderEpoch()).isEqualTo(LEADER_EPOCH);
        assertThat(first.lastFetchedEpoch()).isEqualTo(8);

        // When
        answer(asked().get(0), records(40, 5));

        // Then
        assertThat(taken(ZERO).fetched().orElseThrow().next()).isEqualTo(45);
        FetchPartition second = partition(asked().get(0), ZERO);
        assertThat(second.fetchOffset()).isEqualTo(45);
        assertThat(second.lastFetchedEpoch()).isEqualTo(BATCH_EPOCH);
    }

    @Test
    void aRateLetsRequestsWaitForWhatTheLastOnesBrought() {
        // Given
        rate.limit(1_000_000);
        begin(ZERO, 1, start(40));
        run();
        assertThat(fetch(asked().get(0)).data().maxBytes())
                .as("a quarter of a second, of two brokers")
                .isEqualTo(125_000);

        // When
        answer(asked().get(0), records(40, 5));

        // Then: what came can be taken, and nothing is asked for before it is paid for
        assertThat(taken(ZERO).fetched().orElseThrow().next()).isEqualTo(45);
        assertThat(asked()).isEmpty();
        nanos.addAndGet(rate.waitNanos() - 1_000);
        run();
        assertThat(asked()).isEmpty();
        nanos.addAndGet(1_000);
        run();
        assertThat(partition(asked().get(0), ZERO).fetchOffset()).isEqualTo(45);
    }

    @Test
    void theLowestRateStillAsksForSomething() {
        rate.limit(1);
        begin(ZERO, 1, start(40));
        run();

        assertThat(fetch(asked().get(0)).data().maxBytes()).isEqualTo(16 << 10);
    }

    @Test
    void anAnswerToAnEarlierBeginningIsNobodys() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When: it begins again, there where it began before
        begin(ZERO, 2, start(40));
        run();
        answer(asked().get(0), records(40, 5));

        // Then
        assertThat(buffered(ZERO)).isEmpty();
        assertThat(partition(asked().get(0), ZERO).fetchOffset()).isEqualTo(40);
        answer(asked().get(0), records(40, 7));
        assertThat(taken(ZERO).fetched().orElseThrow().next()).isEqualTo(47);
    }

    @Test
    void aPartitionThatEndedIsNotAskedForAndItsAnswerIsNobodys() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        fetcher.end(ZERO);
        run();
        answer(asked().get(0), records(40, 5));

        // Then
        assertThat(buffered(ZERO)).isEmpty();
        assertThat(asked()).isEmpty();
    }

    @Test
    void whatTwoBrokersSendBecauseTheLeaderChangedMeanwhileIsTakenOnce() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        client.updateMetadata(cluster(1, LEADER_EPOCH + 1, TOPIC));
        run();
        ClientRequest before = askedOf(0);
        ClientRequest after = askedOf(1);

        // When
        answer(after, records(40, 5));
        answer(before, records(40, 9));

        // Then
        assertThat(taken(ZERO).fetched().orElseThrow().next()).isEqualTo(45);
        assertThat(buffered(ZERO)).isEmpty();
        assertThat(partition(askedOf(1), ZERO).fetchOffset()).isEqualTo(45);
    }

    @Test
    void anOffsetThatTheLeaderDoesNotServeIsHandedOnAndNotAskedForAgain() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        answer(asked().get(0), error(Errors.OFFSET_OUT_OF_RANGE));
        later();

        // Then
        assertThat(taken(ZERO).refused()).contains(Refused.outOfRange(40));
        assertThat(asked()).isEmpty();
    }

    @Test
    void aLogThatDivergesIsHandedOnWithTheEndOfWhatIsCommon() {
        // Given
        begin(ZERO, 1, new Start(TOPIC, 40, Optional.of(8)));
        run();

        // When
        answer(asked().get(0), diverging(30));

        // Then
        assertThat(taken(ZERO).refused()).contains(Refused.truncated(40, Optional.of(new EpochEnd(7, 30))));
    }

    @Test
    void aLeaderWhoseEpochsWereCountedAnewIsBelievedAfterAWhile() {
        // Given: the cluster was put back to an older state
        begin(ZERO, 1, start(40));
        run();
        client.updateMetadata(cluster(0, LEADER_EPOCH - 5, TOPIC));
        answer(asked().get(0), error(Errors.UNKNOWN_LEADER_EPOCH));

        // When: it does not know the epoch, for longer than one that has not heard of it yet
        for (int i = 0; i * FetchAnswers.RETRY_MILLIS < FetchAnswers.UNKNOWN_EPOCH_MILLIS; i++) {
            later();
            assertThat(partition(asked().get(0), ZERO).currentLeaderEpoch()).isEqualTo(LEADER_EPOCH);
            answer(asked().get(0), error(Errors.UNKNOWN_LEADER_EPOCH));
        }
        later();
        answer(asked().get(0), error(Errors.UNKNOWN_LEADER_EPOCH));
        client.updateMetadata(cluster(0, LEADER_EPOCH - 5, TOPIC));
        client.updateMetadata(cluster(0, LEADER_EPOCH - 5, TOPIC));
        later();

        // Then
        assertThat(partition(asked().get(0), ZERO).currentLeaderEpoch()).isEqualTo(LEADER_EPOCH - 5);
    }

    @Test
    void aFollowersWordIsNeverEnough() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        for (PartitionData word : List.of(error(Errors.OFFSET_OUT_OF_RANGE), diverging(30))) {
            answer(asked().get(0), data().setPreferredReadReplica(1));
            assertThat(asked().get(0).destination()).isEqualTo("1");

            // When
            answer(asked().get(0), word);
            later();

            // Then
            assertThat(buffered(ZERO)).isEmpty();
            assertThat(asked().get(0).destination()).isEqualTo("0");
        }
    }

    @Test
    void whoWasAskedAsAFollowerDoesNotSpeakAsTheLeaderThatItBecame() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        answer(asked().get(0), data().setPreferredReadReplica(1));
        ClientRequest ofFollower = askedOf(1);

        // When
        client.updateMetadata(cluster(1, LEADER_EPOCH + 1, TOPIC));
        answer(ofFollower, error(Errors.OFFSET_OUT_OF_RANGE));
        later();

        // Then
        assertThat(buffered(ZERO)).isEmpty();
        assertThat(partition(askedOf(1), ZERO).currentLeaderEpoch()).isEqualTo(LEADER_EPOCH + 1);
    }

    @Test
    void whoLedAndDoesNotAnyMoreIsNotBelieved() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        client.updateMetadata(cluster(1, LEADER_EPOCH + 1, TOPIC));
        answer(askedOf(0), error(Errors.OFFSET_OUT_OF_RANGE));
        later();

        // Then
        assertThat(buffered(ZERO)).isEmpty();
        assertThat(askedOf(1)).isNotNull();
    }

    @Test
    void whatIsDamagedIsAskedOfAnotherReplicaAndStopsThePartitionTheThirdTime() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        PartitionData damaged = damaged(40);

        // When
        answer(asked().get(0), damaged);
        later();
        assertThat(asked().get(0).destination()).isEqualTo("1");
        answer(asked().get(0), damaged);
        later();
        assertThat(buffered(ZERO)).isEmpty();
        answer(asked().get(0), damaged);

        // Then
        assertThat(taken(ZERO).unusable()).containsInstanceOf(DamagedLogException.class);
        later();
        assertThat(asked()).isEmpty();
    }

    @Test
    void whatIsDamagedNowAndThenIsCountedAnew() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        for (long from : List.of(40L, 45L)) {
            // When
            for (int i = 0; i < 2; i++) {
                answer(asked().get(0), damaged(from));
                assertThat(buffered(ZERO)).isEmpty();
                later();
            }
            answer(asked().get(0), records(from, 5));

            // Then
            assertThat(taken(ZERO).fetched().orElseThrow().next()).isEqualTo(from + 5);
        }
    }

    @Test
    void theLeaderIsAskedAgainAfterAWhileWhetherAFollowerIsStillTheBetterOne() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        answer(asked().get(0), data().setPreferredReadReplica(1));
        answer(askedOf(1), data());
        assertThat(askedOf(1)).isNotNull();

        // When
        time.sleep(config.getLong(ConsumerConfig.METADATA_MAX_AGE_CONFIG));
        answer(askedOf(1), data());

        // Then
        assertThat(asked().get(0).destination()).isEqualTo("0");
    }

    @Test
    void aNewConnectionBeginsANewSessionThatNamesEveryPartition() {
        // Given
        begin(ZERO, 1, start(40));
        begin(ONE, 2, start(70));
        run();
        assertThat(fetch(asked().get(0)).metadata().isFull()).isTrue();
        answer(asked().get(0), Map.of(ZERO, records(40, 5), ONE, data()), SESSION);
        FetchRequest incremental = fetch(asked().get(0));
        assertThat(incremental.metadata().isFull()).isFalse();
        assertThat(incremental.metadata().sessionId()).isEqualTo(SESSION);
        assertThat(incremental.data().topics().get(0).partitions())
                .as("the other one is where it was")
                .hasSize(1);

        // When
        client.disconnect("0");
        run();
        later();

        // Then
        FetchRequest again = fetch(asked().get(0));
        assertThat(again.metadata().isFull()).isTrue();
        assertThat(again.data().topics().get(0).partitions()).hasSize(2);
        assertThat(partition(asked().get(0), ZERO).fetchOffset()).isEqualTo(45);
        assertThat(partition(asked().get(0), ONE).fetchOffset()).isEqualTo(70);
    }

    @Test
    void aSessionForgetsAPartitionThatEndedAndATopicThatWasCreatedAgain() {
        // Given
        begin(ZERO, 1, start(40));
        begin(ONE, 2, start(70));
        run();
        answer(asked().get(0), Map.of(ZERO, data(), ONE, data()), SESSION);
        Uuid another = Uuid.randomUuid();

        // When
        fetcher.end(ONE);
        begin(ZERO, 3, new Start(another, 0, Optional.empty()));
        answer(asked().get(0), Map.of(), SESSION);

        // Then
        FetchRequest request = fetch(asked().get(0));
        assertThat(request.metadata().isFull()).isFalse();
        assertThat(request.data().topics()).extracting(FetchTopic::topicId).containsExactly(another);
        assertThat(request.data().forgottenTopicsData().stream().flatMap(topic -> topic.partitions().stream()))
                .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void aFollowerThatGoesAwayIsNotAskedAgain() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        answer(asked().get(0), data().setPreferredReadReplica(1));
        assertThat(askedOf(1)).isNotNull();

        // When
        client.disconnect("1");
        run();
        later();

        // Then
        assertThat(askedOf(0)).isNotNull();
    }

    @Test
    void aSessionThatTheBrokerForgotIsBegunAgainAfterAWhile() {
        // Given
        begin(ZERO, 1, start(40));
        run();
        answer(asked().get(0), Map.of(ZERO, records(40, 5)), SESSION);

        // When
        client.respondToRequest(
                asked().get(0), FetchResponse.of(Errors.FETCH_SESSION_ID_NOT_FOUND, 0, 0, new LinkedHashMap<>()));
        run();
        assertThat(asked()).as("not asked in vain at once").isEmpty();
        later();

        // Then
        assertThat(fetch(asked().get(0)).metadata().isFull()).isTrue();
        assertThat(partition(asked().get(0), ZERO).fetchOffset()).isEqualTo(45);
    }

    @Test
    void aPartitionOfWhichEnoughWaitsIsLeftOutAndTheOthersAreNotKeptWaiting() {
        // Given
        begin(ZERO, 1, start(0));
        begin(ONE, 2, start(0));
        run();

        // When
        answer(asked().get(0), Map.of(ZERO, records(0, 1, 4 << 20), ONE, records(0, 1)), 0);

        // Then
        FetchRequest request = fetch(asked().get(0));
        assertThat(request.data().topics().get(0).partitions())
                .extracting(FetchPartition::partition)
                .containsExactly(1);
        assertThat(request.maxWait()).isLessThan(50);

        // When
        taken(ZERO);
        answer(asked().get(0), Map.of(ONE, data()), 0);

        // Then
        assertThat(partition(asked().get(0), ZERO).fetchOffset()).isEqualTo(1);
    }

    @Test
    void whoGotSomethingIsAskedForAfterThoseWhoGotNothing() {
        // Given
        begin(ZERO, 1, start(0));
        begin(ONE, 2, start(0));
        run();
        assertThat(fetch(asked().get(0)).data().topics().get(0).partitions())
                .extracting(FetchPartition::partition)
                .containsExactly(0, 1);

        // When
        answer(asked().get(0), Map.of(ZERO, records(0, 5), ONE, data()), FetchMetadata.INVALID_SESSION_ID);

        // Then
        assertThat(fetch(asked().get(0)).data().topics().get(0).partitions())
                .as("a broker without a session to keep that fills its response in the order of the request")
                .extracting(FetchPartition::partition)
                .containsExactly(1, 0);
    }

    @Test
    void nothingIsAskedForWhileTooMuchWaits() {
        // Given
        begin(ZERO, 1, start(0));
        run();
        buffers.begin(ONE, 2);
        buffers.add(ONE, 2, Piece.of(0, new ChunkSource.Fetched(1, 0, ByteBuffer.allocate(32 << 20), LogView.NONE)));

        // When
        answer(asked().get(0), records(0, 5));

        // Then
        assertThat(asked()).isEmpty();

        // When
        taken(ONE);
        run();

        // Then
        assertThat(asked()).hasSize(1);
    }

    @Test
    void aPausedPartitionIsNotAskedFor() {
        // Given
        begin(ZERO, 1, start(0));
        fetcher.pause(ZERO, true);

        // When
        run();

        // Then
        assertThat(asked()).isEmpty();
    }

    @Test
    void markersAloneMoveThePosition() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        answer(
                asked().get(0),
                data().setRecords(MemoryRecords.withEndTransactionMarker(
                        40, 1_000, BATCH_EPOCH, 5, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0))));

        // Then
        ChunkSource.Fetched fetched = taken(ZERO).fetched().orElseThrow();
        assertThat(fetched.next()).isEqualTo(41);
        assertThat(fetched.batches().hasRemaining()).isFalse();
    }

    @Test
    void aTopicThatWasCreatedAgainEndsIt() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        client.updateMetadata(cluster(0, 0, Uuid.randomUuid()));
        answer(asked().get(0), error(Errors.UNKNOWN_TOPIC_ID));

        // Then
        assertThat(taken(ZERO).unusable().orElseThrow()).hasMessageContaining("deleted, and created again");
    }

    @Test
    void aNewLeaderThatTheOldOneNamesIsAskedWithItsEpoch() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        answer(
                asked().get(0),
                error(Errors.NOT_LEADER_OR_FOLLOWER)
                        .setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(1).setLeaderEpoch(LEADER_EPOCH + 1)));
        assertThat(asked()).as("not asked in vain at once").isEmpty();
        later();

        // Then
        assertThat(partition(askedOf(1), ZERO).currentLeaderEpoch()).isEqualTo(LEADER_EPOCH + 1);
    }

    @Test
    void whatNobodyKnowsTheMeaningOfIsTold() {
        // Given
        begin(ZERO, 1, start(40));
        run();

        // When
        answer(asked().get(0), error(Errors.CORRUPT_MESSAGE));

        // Then
        assertThatThrownBy(() -> buffered(ZERO))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("orders-0: fetching failed");
    }

    @Test
    void whatComesIsKnownToBeNewSinceTheLogWasLastSeenToEndThere() {
        // Given: all was fetched, and then a session told by leaving the partition out that nothing is new
        begin(ZERO, 1, start(0));
        run();
        answer(asked().get(0), Map.of(ZERO, records(0, 5).setLastStableOffset(5)), SESSION);
        LogView first = taken(ZERO).fetched().orElseThrow().view();
        assertThat(first.end()).isEqualTo(5);
        assertThat(first.endedAt()).isEqualTo(-1);
        time.sleep(60_000);
        long quiet = time.milliseconds();
        answer(asked().get(0), Map.of(), SESSION);
        time.sleep(1_000);

        // When
        answer(asked().get(0), Map.of(ZERO, records(5, 5).setLastStableOffset(20)), SESSION);

        // Then
        LogView second = taken(ZERO).fetched().orElseThrow().view();
        assertThat(second.at()).isEqualTo(time.milliseconds());
        assertThat(second.endedAt()).isEqualTo(quiet);

        // When: it is left out again, but there was more
        answer(asked().get(0), Map.of(), SESSION);
        answer(asked().get(0), Map.of(ZERO, records(10, 5).setLastStableOffset(20)), SESSION);

        // Then
        assertThat(taken(ZERO).fetched().orElseThrow().view().endedAt()).isEqualTo(quiet);
    }

    @Test
    void whatIsMissingAtTheStartHasTheEpochThatItStartsWith() {
        // Given
        begin(ZERO, 1, new Start(TOPIC, 40, Optional.of(8)));
        run();

        // When
        answer(asked().get(0), records(45, 5));

        // Then
        assertThat(taken(ZERO).fetched().orElseThrow().view().missing())
                .contains(new LogView.Missing(new OffsetRange(40, 45), 8));
    }

    @Test
    void aBrokerThatThrottlesDoesNotSayThatNothingIsNew() {
        // Given
        begin(ZERO, 1, start(0));
        run();
        answer(asked().get(0), Map.of(ZERO, records(0, 5).setLastStableOffset(5)), SESSION);
        long ended = time.milliseconds();
        taken(ZERO);
        time.sleep(60_000);

        // When
        client.respondToRequest(asked().get(0), FetchResponse.of(Errors.NONE, 10, SESSION, new LinkedHashMap<>()));
        run();
        answer(asked().get(0), Map.of(ZERO, records(5, 5)), SESSION);

        // Then
        assertThat(taken(ZERO).fetched().orElseThrow().view().endedAt()).isEqualTo(ended);
    }

    private void begin(TopicPartition partition, long number, Start start) {
        buffers.begin(partition, number);
        fetcher.begin(partition, number, start);
        fetcher.pause(partition, false);
    }

    private static Start start(long offset) {
        return new Start(TOPIC, offset, Optional.empty());
    }

    private void run() {
        for (int i = 0; i < 3; i++) {
            fetcher.run();
        }
    }

    private void later() {
        time.sleep(FetchAnswers.RETRY_MILLIS + 1);
        run();
    }

    private void answer(ClientRequest request, PartitionData data) {
        answer(request, Map.of(ZERO, data), 0);
    }

    private void answer(ClientRequest request, Map<TopicPartition, PartitionData> data, int session) {
        LinkedHashMap<TopicIdPartition, PartitionData> parts = new LinkedHashMap<>();
        data.forEach((partition, part) ->
                parts.put(new TopicIdPartition(TOPIC, partition), part.setPartitionIndex(partition.partition())));
        client.respondToRequest(request, FetchResponse.of(Errors.NONE, 0, session, parts));
        run();
    }

    private static PartitionData data() {
        return new PartitionData()
                .setHighWatermark(1_000)
                .setLastStableOffset(1_000)
                .setRecords(MemoryRecords.EMPTY);
    }

    private static PartitionData error(Errors error) {
        return data().setErrorCode(error.code());
    }

    private static PartitionData diverging(long end) {
        return data().setDivergingEpoch(new EpochEndOffset().setEpoch(7).setEndOffset(end));
    }

    private static PartitionData records(long from, int count) {
        return records(from, count, 100);
    }

    private static PartitionData records(long from, int count, int bytes) {
        return data().setRecords(MemoryRecords.readableRecords(
                new TestChunks().batch(CompressionType.NONE, bytes, from, count).bytes()));
    }

    private static PartitionData damaged(long from) {
        PartitionData damaged = records(from, 5);
        ByteBuffer bytes = ((MemoryRecords) damaged.records()).buffer();
        int last = bytes.limit() - 1;
        bytes.put(last, (byte) (bytes.get(last) ^ 1));
        return damaged;
    }

    private Map<TopicPartition, Piece> buffered(TopicPartition partition) {
        try {
            return buffers.take(Set.of(partition), Duration.ZERO);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Piece taken(TopicPartition partition) {
        Map<TopicPartition, Piece> pieces = buffered(partition);
        assertThat(pieces).containsOnlyKeys(partition);
        return pieces.get(partition);
    }

    private List<ClientRequest> asked() {
        return client.requests().stream()
                .filter(request -> request.apiKey() == ApiKeys.FETCH)
                .toList();
    }

    private ClientRequest askedOf(int broker) {
        return asked().stream()
                .filter(request -> request.destination().equals(Integer.toString(broker)))
                .findFirst()
                .orElseThrow();
    }

    private static FetchRequest fetch(ClientRequest request) {
        return (FetchRequest) request.requestBuilder().build();
    }

    private static FetchPartition partition(ClientRequest request, TopicPartition partition) {
        return fetch(request).data().topics().get(0).partitions().stream()
                .filter(asked -> asked.partition() == partition.partition())
                .findFirst()
                .orElseThrow();
    }

    /** Two brokers that are in sync. */
    private static MetadataResponse cluster(int leader, int epoch, Uuid topicId) {
        return RequestTestUtils.metadataUpdateWith(
                "kafka-cluster",
                2,
                Map.of(),
                Map.of("orders", 2),
                partition -> epoch,
                (error, partition, unused, leaderEpoch, replicas, isr, offline) -> new PartitionMetadata(
                        error, partition, Optional.of(leader), leaderEpoch, List.of(0, 1), List.of(0, 1), List.of()),
                ApiKeys.METADATA.latestVersion(),
                Map.of("orders", topicId));
    }
}
