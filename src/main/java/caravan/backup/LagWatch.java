package caravan.backup;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** How far the archive is behind the partitions of one task. Safe for any thread. */
final class LagWatch {
    private static final Comparator<PartitionLag> BY_NAME = Comparator.comparing(
                    (PartitionLag lag) -> lag.partition().topic())
            .thenComparingInt(lag -> lag.partition().partition());

    private final Map<TopicPartition, LagClock> clocks = new HashMap<>();

    /**
     * The cluster was asked.
     *
     * @param stored partitions that are this process's now; what is remembered of others is forgotten
     * @param ends high watermarks
     */
    synchronized void observe(Map<TopicPartition, Long> stored, Map<TopicPartition, Long> ends) {
        long now = System.nanoTime();
        clocks.keySet().retainAll(stored.keySet());
        ends.forEach((partition, end) ->
                clocks.computeIfAbsent(partition, key -> new LagClock()).ended(end, now));
    }

    /** In the order of the partitions' names. */
    synchronized List<PartitionLag> of(Map<TopicPartition, Long> stored) {
        long now = System.nanoTime();
        return stored.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue(), now))
                .sorted(BY_NAME)
                .toList();
    }

    private PartitionLag of(TopicPartition partition, long stored, long now) {
        LagClock clock = clocks.getOrDefault(partition, new LagClock());
        long end = Math.max(clock.end(), stored);
        return new PartitionLag(partition, stored, end, clock.waiting(stored, now));
    }
}
