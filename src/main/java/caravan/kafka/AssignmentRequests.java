package caravan.kafka;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What other threads ask of assignments, which waits here for the polling thread. */
final class AssignmentRequests {

    /** @param restart why it is to start again; empty where it is to stop */
    record Request(Assignment assignment, Optional<String> restart) {}

    private final GroupCommits commits;
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    AssignmentRequests(GroupCommits commits) {
        this.commits = commits;
    }

    Assignment assignment(long number, TopicPartition partition) {
        return new Own(number, partition);
    }

    /** Takes the oldest. */
    Optional<Request> next() {
        return Optional.ofNullable(requests.poll());
    }

    private final class Own implements Assignment {
        private final long number;
        private final TopicPartition partition;

        private Own(long number, TopicPartition partition) {
            this.number = number;
            this.partition = partition;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public TopicPartition partition() {
            return partition;
        }

        @Override
        public void commit(long offset, Optional<Integer> leaderEpoch, String metadata) {
            commits.add(this, new OffsetAndMetadata(offset, leaderEpoch, metadata));
        }

        @Override
        public void restart(String why) {
            requests.add(new Request(this, Optional.of(why)));
        }

        @Override
        public void stop() {
            requests.add(new Request(this, Optional.empty()));
        }

        @Override
        public String toString() {
            return partition + "#" + number;
        }
    }
}
