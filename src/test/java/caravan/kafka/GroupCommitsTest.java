package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

/** What becomes of commits that the consumer group does not take at once. */
class GroupCommitsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private final Deque<RuntimeException> refusals = new ArrayDeque<>();
    private final List<Long> sent = new ArrayList<>();
    private final Owner owner = new Owner();
    private final Assignment assignment = new Owned();
    private Runnable meanwhile = () -> {};
    private final GroupCommits commits = new GroupCommits(
            (offsets, timeout) -> {
                meanwhile.run();
                if (!refusals.isEmpty()) {
                    throw refusals.remove();
                }
                sent.add(offsets.get(ORDERS).offset());
            },
            owner);

    @Test
    void onlyTheNewestIsSent() {
        commit(3);
        commit(7);
        commits.run(owned -> true);
        assertThat(sent).containsExactly(7L);
    }

    @Test
    void aWakeUpOfAConsumerThatIsBeingStoppedIsNotItsEnd() {
        // Given
        refusals.add(new WakeupException());
        commit(3);

        // When
        commits.run(owned -> true);

        // Then
        assertThat(sent).containsExactly(3L);

        // When
        refusals.addAll(List.of(new WakeupException(), new WakeupException()));
        commit(4);
        commits.run(owned -> true);
        commits.run(owned -> true);

        // Then
        assertThat(sent).containsExactly(3L, 4L);
        assertThat(owner.failing).isFalse();
    }

    @Test
    void whatFailsIsToldAndSentAgain() {
        // Given
        refusals.addAll(List.of(new TimeoutException("no coordinator"), new RebalanceInProgressException()));
        commit(3);

        // When
        commits.run(owned -> true);

        // Then
        assertThat(owner.failing).isTrue();

        // When
        commits.run(owned -> true);
        commits.run(owned -> true);

        // Then
        assertThat(sent).containsExactly(3L);
        assertThat(owner.failing).isFalse();
    }

    @Test
    void whatIsStoredWhileAnOlderCommitFailsIsNotForgotten() {
        // Given
        refusals.add(new TimeoutException("no coordinator"));
        commit(3);
        meanwhile = () -> commit(9);
        commits.run(owned -> true);
        meanwhile = () -> {};

        // When
        commits.run(owned -> true);
        commits.run(owned -> true);

        // Then
        assertThat(sent).containsExactly(9L);
    }

    @Test
    void aLateCommitOfAnEarlierAssignmentDoesNotTakeThePlaceOfThePresentOnes() {
        // Given
        commit(7);
        commits.add(new Owned(), new OffsetAndMetadata(3));

        // When
        commits.run(owned -> owned == assignment);

        // Then
        assertThat(sent).containsExactly(7L);
    }

    @Test
    void whatFailedAndIsAnotherMembersByNowIsNoFailureAnyMore() {
        // Given
        refusals.add(new TimeoutException("no coordinator"));
        commit(3);
        commits.run(owned -> true);

        // When
        commits.run(owned -> false);

        // Then
        assertThat(sent).isEmpty();
        assertThat(owner.failing).isFalse();
    }

    private void commit(long offset) {
        commits.add(assignment, new OffsetAndMetadata(offset));
    }

    private static final class Owned implements Assignment {
        @Override
        public long number() {
            return 1;
        }

        @Override
        public TopicPartition partition() {
            return ORDERS;
        }

        @Override
        public void commit(long offset, Optional<Integer> leaderEpoch, String metadata) {}

        @Override
        public void restart(String why) {}

        @Override
        public void stop() {}
    }

    /** Notes only whether commits fail. */
    private static final class Owner implements PartitionOwner {
        private boolean failing;

        @Override
        public void commitFailed(RuntimeException cause) {
            failing = true;
        }

        @Override
        public void committed(Map<TopicPartition, Long> offsets) {
            failing = false;
        }

        @Override
        public CompletableFuture<Start> assigned(
                Assignment assigned, Optional<Assignment> predecessor, Optional<Refused> refused) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void released(Assignment assigned) {}

        @Override
        public long accepted(Assignment assigned) {
            return 0;
        }

        @Override
        public boolean hasRoom(Assignment assigned) {
            return true;
        }

        @Override
        public void beforeFetch(Map<TopicPartition, Long> positions) {}

        @Override
        public void fetched() {}

        @Override
        public void fetchFailed(RuntimeException cause) {}

        @Override
        public void fetchFailed(TopicPartition partition, RuntimeException cause) {}

        @Override
        public void failed(TopicPartition partition, Throwable cause) {}
    }
}
