package caravan.backup;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What fails and is tried again, each thing for itself: success with one partition says nothing of another. Safe for any thread.
 */
final class Failures {

    /** What can fail. */
    enum Subject {
        /** The archive can't be opened. */
        ARCHIVE,
        /** The cluster does not answer. */
        CLUSTER,
        /** There is no topic of those that are meant. */
        TOPICS,
        /** Nothing can be fetched. */
        FETCH,
        /** The consumer group does not take commits. */
        COMMIT,
        /** A partition's start can't be found. */
        START,
        /** What was fetched of a partition can't be taken, spooled or stored. */
        DATA
    }

    /** Since one partition has been failing to start, or to be stored; or, without a partition, since the task fails at it. */
    private record Key(Subject subject, Optional<TopicPartition> partition) {}

    private final Map<Key, Progress.Failing> failures = new ConcurrentHashMap<>();

    void failing(Subject subject, Throwable cause) {
        failing(new Key(subject, Optional.empty()), cause);
    }

    void failing(Subject subject, TopicPartition partition, Throwable cause) {
        failing(new Key(subject, Optional.of(partition)), cause);
    }

    private void failing(Key key, Throwable cause) {
        failures.merge(
                key,
                new Progress.Failing(System.nanoTime(), cause),
                (known, again) -> new Progress.Failing(known.since(), again.cause()));
    }

    void recovered(Subject subject) {
        failures.remove(new Key(subject, Optional.empty()));
    }

    void recovered(Subject subject, TopicPartition partition) {
        failures.remove(new Key(subject, Optional.of(partition)));
    }

    /** The partition is not this process's any more. */
    void forget(TopicPartition partition) {
        failures.keySet().removeIf(key -> key.partition().equals(Optional.of(partition)));
    }

    /** What has been failing for longest. */
    Optional<Progress.Failing> oldest() {
        return failures.values().stream().max(Comparator.comparing(Progress.Failing::lasting));
    }
}
