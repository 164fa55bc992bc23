package caravan.restore;

import caravan.kafka.ChunkProducer;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.ProducerId;
import caravan.kafka.RestoreLease;
import caravan.restore.FrozenPlans.Frozen;
import caravan.restore.RestoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a frozen plan: the first one, or one that goes on where another was cut off. It holds the lease, and sends as
 * the same producer as the runs before it, each record under the sequence number that its place in the plan gives it. So
 * the brokers recognise a batch that an earlier run had sent and that arrives late, or a second time.
 */
final class RestoreRun {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreRun.class);

    private static final String GROUP_PREFIX = "caravan-restore-";
    private static final int COMMITS_AT_ONCE = 1_000;
    private static final Duration IDENTIFY = Duration.ofMinutes(2);

    /** How long replicas may lag behind what an earlier run had sent. */
    private static final Duration SETTLE = Duration.ofMinutes(2);

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final Frozen plan;
    private final RestoreLease lease;
    private final TargetTopics topics;
    private final TargetRecords records;
    private final Map<TopicPartition, PartitionTarget> partitions = new HashMap<>();
    private final Map<TopicPartition, PartitionDelivery> deliveries = new ConcurrentHashMap<>();

    /** @param lease that was taken for the plan */
    RestoreRun(Cluster cluster, KafkaSettings settings, Frozen plan, RestoreLease lease) {
        this.cluster = cluster;
        this.plan = plan;
        this.lease = lease;
        this.topics = new TargetTopics(cluster, plan);
        this.records = new TargetRecords(settings);
    }

    /** The consumer group by which all runs know of each other that are asked for the same, whichever plan they follow. */
    static String group(String restoreId) {
        return GROUP_PREFIX + FrozenPlans.fingerprint(restoreId);
    }

    /**
     * Takes the lease of all that is asked for the same. Without it no plan is chosen: two runs would not know of each other while
     * nothing tells yet that the first one has begun.
     *
     * @throws RestoreException where another run is going on
     */
    static RestoreLease lease(KafkaSettings settings, String fingerprint) throws InterruptedException {
        String group = GROUP_PREFIX + fingerprint;
        RestoreLease lease = new RestoreLease(settings, group);
        try {
            if (lease.acquire()) {
                return lease;
            }
        } catch (InterruptedException | RuntimeException e) {
            lease.close();
            throw e;
        }
        throw new RestoreException(
                Kind.NOT_POSSIBLE,
                "another run of the restore " + fingerprint + " is going on",
                "wait for its end; 'kafka-consumer-groups.sh --describe --group " + group
                        + " --members' shows where it runs");
    }

    /**
     * Makes everything ready for the first record that is not there yet.
     *
     * @throws RestoreException where the topics are not as the last run left them
     */
    void begin(ChunkProducer producer) throws InterruptedException {
        String group = group(plan.document().restoreId());
        topics.prepare(cluster.committed(group));
        Map<TopicPartition, RunState> begun = topics.begun();
        Set<ProducerId> earlier =
                begun.values().stream().map(RunState::producer).collect(Collectors.toSet());
        if (earlier.size() > 1) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the group " + group + " does not say who wrote to the topics so far",
                    "delete the topics that were begun, and run the restore again");
        }
        ProducerId id = identify(producer, earlier.stream().findFirst());
        count(id, begun);
        remember(id);
        if (!begun.isEmpty()) {
            LOG.info(
                    "the restore {} goes on: {} records are there",
                    plan.document().restoreId(),
                    partitions.values().stream()
                            .mapToLong(PartitionTarget::records)
                            .sum());
        }
    }

    private static ProducerId identify(ChunkProducer producer, Optional<ProducerId> earlier)
            throws InterruptedException {
        earlier.ifPresent(producer::identify);
        try {
            return producer.identify().get(IDENTIFY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "no broker gave the producer an id for " + IDENTIFY.toSeconds() + " s", e);
        }
    }

    // ---- what is there ----

    private void count(ProducerId id, Map<TopicPartition, RunState> begun) throws InterruptedException {
        Map<TopicPartition, Long> starts = topics.starts();
        Map<TopicPartition, Long> counts =
                begun.isEmpty() ? held(cluster.highWatermarks(starts.keySet()), starts) : settled(id, begun, starts);
        starts.forEach((partition, start) -> {
            long count = counts.get(partition);
            if (count < 0 || count > 0 && !begun.containsKey(partition)) {
                throw TargetTopics.touched(partition, start, start + count);
            }
            partitions.put(partition, new PartitionTarget(start, count));
        });
    }

    private static Map<TopicPartition, Long> held(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> starts) {
        Map<TopicPartition, Long> held = new HashMap<>();
        ends.forEach((partition, end) -> held.put(partition, end - starts.get(partition)));
        return held;
    }

    /**
     * How many records each partition holds, once that stands still: what an earlier run had sent may still arrive, or may not have
     * reached all replicas. Where the brokers remember the producer, its last sequence number says how many there must be.
     */
    private Map<TopicPartition, Long> settled(
            ProducerId id, Map<TopicPartition, RunState> begun, Map<TopicPartition, Long> starts)
            throws InterruptedException {
        long begin = System.nanoTime();
        Map<TopicPartition, Long> before = Map.of();
        while (true) {
            Map<TopicPartition, Long> now = held(cluster.highWatermarks(starts.keySet()), starts);
            Map<TopicPartition, Integer> sequences = cluster.lastSequences(begun.keySet(), id);
            List<TopicPartition> open = new ArrayList<>();
            for (TopicPartition partition : begun.keySet()) {
                Integer last = sequences.get(partition);
                long count = now.get(partition);
                if (last != null && PartitionTarget.sequence(count - 1) != last) {
                    open.add(partition);
                }
            }
            boolean still = now.equals(before);
            if (still && open.isEmpty()) {
                return now;
            }
            if (System.nanoTime() - begin > (still ? SETTLE.dividedBy(8) : SETTLE).toNanos()) {
                throw new RestoreException(
                        Kind.NOT_POSSIBLE,
                        open.isEmpty()
                                ? "the topics go on growing: another program writes to them"
                                : open.get(0) + " holds " + now.get(open.get(0)) + " records, which are not what the"
                                        + " restore wrote: another program has written to it, or replicas are behind",
                        "see that no replica is behind with 'kafka-topics.sh --describe', and run it again; else delete the"
                                + " topic, and run it again");
            }
            before = now;
            Thread.sleep(LOOK.toMillis());
        }
    }

    /** Tells the next run, should this one be cut off. */
    private void remember(ProducerId id) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        for (Map.Entry<TopicPartition, PartitionTarget> partition : partitions.entrySet()) {
            if (topics.begun().containsKey(partition.getKey())) {
                continue;
            }
            RunState state =
                    new RunState(plan.hash(), topics.id(partition.getKey().topic()), id);
            commits.put(
                    partition.getKey(),
                    new OffsetAndMetadata(partition.getValue().start(), state.print()));
            if (commits.size() == COMMITS_AT_ONCE) {
                lease.commit(commits);
                commits.clear();
            }
        }
        if (!commits.isEmpty()) {
            lease.commit(commits);
        }
    }

    TargetTopics topics() {
        return topics;
    }

    /** Where a partition's records come to lie, and what of them was there when this run began. */
    PartitionTarget partition(TopicPartition target) {
        return partitions.get(target);
    }

    /** Whether all partitions were empty of restored records when this run began. */
    boolean fresh() {
        return partitions.values().stream().allMatch(partition -> partition.records() == 0);
    }

    /**
     * What of a partition is on its way.
     *
     * @param limit most records that are wanted of it
     */
    PartitionDelivery delivery(TopicPartition target, RestoreProgress progress, long limit) {
        return deliveries.computeIfAbsent(
                target, key -> new PartitionDelivery(progress, target, partition(target), limit, last(target)));
    }

    /** Of the partitions that were begun. */
    Map<TopicPartition, PartitionDelivery> deliveries() {
        return Map.copyOf(deliveries);
    }

    /** What has to be equal to the last record that a partition held when this run began. */
    private PartitionDelivery.LastRecord last(TopicPartition target) {
        PartitionTarget there = partitions.get(target);
        return record -> records.mustBe(target, there.start() + there.records() - 1, record);
    }

    /** @throws RestoreException where another run may write now */
    void requireLease() {
        if (!lease.held()) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the restore was away for so long that the brokers forgot it, and another run may go on with it",
                    "see that no other run is going on, and run it again: it goes on where it was");
        }
    }

    /** The restore came to its end: nobody needs to go on with it. */
    void end() {
        lease.close();
        cluster.forget(group(plan.document().restoreId()));
    }
}
