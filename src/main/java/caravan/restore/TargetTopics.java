package caravan.restore;

import caravan.archive.PlanDocument;
import caravan.archive.PlanDocument.Target;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.restore.FrozenPlans.Frozen;
import caravan.restore.RestoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics that a frozen plan fills: created, or taken over as they were found, and guarded. */
final class TargetTopics {
    private static final Logger LOG = LoggerFactory.getLogger(TargetTopics.class);

    private static final Duration PROPAGATION = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Frozen plan;
    private final Map<String, Uuid> ids = new HashMap<>();
    private final Map<TopicPartition, Long> starts = new HashMap<>();
    private final Map<TopicPartition, RunState> begun = new HashMap<>();

    TargetTopics(Cluster cluster, Frozen plan) {
        this.cluster = cluster;
        this.plan = plan;
    }

    /**
     * Whether any of a plan's topics is as a run of it left it, so that its runs are to go on. Where all were deleted since, the
     * restore begins anew.
     *
     * @param committed to the plan's own group
     */
    static boolean begun(Cluster cluster, PlanDocument plan, Map<TopicPartition, OffsetAndMetadata> committed) {
        return plan.topics().stream().map(PlanDocument.Topic::target).anyMatch(target -> {
            Optional<Cluster.Topic> existing = cluster.topic(target.topic());
            return existing.isPresent() && isOf(cluster, target, existing.get(), committed);
        });
    }

    /** Whether a topic is the one that a run of the plan found, or made. */
    static boolean isOf(
            Cluster cluster, Target target, Cluster.Topic existing, Map<TopicPartition, OffsetAndMetadata> committed) {
        if (target.existed()) {
            return target.topicId().equals(existing.id().toString());
        }
        return Cluster.partitions(existing).stream().anyMatch(partition -> state(committed, partition, existing.id())
                        .isPresent())
                || Guards.standing(cluster.configs(existing.name()));
    }

    /** How many restored records each partition of a plan holds, by its end; topics that are not there are left out. */
    static Map<TopicPartition, Long> held(Cluster cluster, PlanDocument plan) {
        Map<TopicPartition, Long> held = new HashMap<>();
        for (PlanDocument.Topic topic : plan.topics()) {
            cluster.topic(topic.target().topic())
                    .ifPresent(existing -> cluster.highWatermarks(Cluster.partitions(existing))
                            .forEach((partition, end) ->
                                    held.put(partition, Math.max(0, end - PlanDocuments.start(plan, partition)))));
        }
        return held;
    }

    /** What a run left of this topic; what it left of one that had the same name and was deleted since tells nothing. */
    private static Optional<RunState> state(
            Map<TopicPartition, OffsetAndMetadata> committed, TopicPartition partition, Uuid topicId) {
        return Optional.ofNullable(committed.get(partition))
                .flatMap(commit -> RunState.parse(commit.metadata()))
                .filter(state -> state.topicId().equals(topicId));
    }

    /**
     * Creates what is missing and sets the guards. Topics that a run of this plan left are taken as they are.
     *
     * @param committed to the plan's own group
     * @throws RestoreException where a topic is none of this plan's
     */
    void prepare(Map<TopicPartition, OffsetAndMetadata> committed) {
        for (PlanDocument.Topic topic : plan.document().topics()) {
            Target target = topic.target();
            int partitions = PlanDocuments.partitionCount(topic);
            Optional<Cluster.Topic> existing = cluster.topic(target.topic());
            if (existing.isEmpty()) {
                create(target, partitions);
            } else {
                takeOver(target, existing.get(), partitions, committed);
            }
            ids.put(
                    target.topic(),
                    cluster.topic(target.topic())
                            .orElseThrow(() -> foreign(target.topic()))
                            .id());
            cluster.requireAllowed(target.topic(), TargetInspection.NEEDED);
            IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(target.topic(), partition))
                    .forEach(partition ->
                            starts.put(partition, target.startOffsets().getOrDefault(partition.partition(), 0L)));
        }
    }

    private void takeOver(
            Target target, Cluster.Topic existing, int partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
        if (existing.partitions() != partitions || !isOf(cluster, target, existing, committed)) {
            throw foreign(target.topic());
        }
        List<TopicPartition> all = Cluster.partitions(existing);
        for (TopicPartition partition : all) {
            state(committed, partition, existing.id()).ifPresent(state -> {
                if (!state.planHash().equals(plan.hash())) {
                    throw new RestoreException(
                            Kind.NOT_POSSIBLE,
                            "the plan of the restore " + plan.document().restoreId()
                                    + " is not the one that its last run followed",
                            "somebody changed it: delete the topics that it had begun to fill, and restore them anew");
                }
                begun.put(partition, state);
            });
        }
        if (all.stream().noneMatch(begun::containsKey)) {
            cluster.highWatermarks(all).forEach((partition, end) -> {
                long start = target.startOffsets().getOrDefault(partition.partition(), 0L);
                if (end != start) {
                    throw touched(partition, start, end);
                }
            });
        }
        // Also of one that a run had made: it may have got its own settings again since.
        guard(target);
    }

    /** A partition is not as it was when the restore was planned, and no run of it has written there. */
    static RestoreException touched(TopicPartition partition, long start, long end) {
        return new RestoreException(
                Kind.NOT_POSSIBLE,
                partition + " ends at offset " + end + ", where the restore has written nothing yet and expected "
                        + start + ": another program has written to it, or deleted from it",
                "restore under another name with --rename, or delete the topic");
    }

    private RestoreException foreign(String topic) {
        return new RestoreException(
                Kind.NOT_POSSIBLE,
                "the topic " + topic + " is not the one that the restore "
                        + plan.document().restoreId() + " had begun to fill",
                "delete it, and run the restore again");
    }

    /** With its guards from the first moment on. */
    private void create(Target target, int partitions) {
        String name = target.topic();
        try {
            List<ConfigEntry> effective =
                    cluster.configsIfCreated(name, partitions, (short) target.replicationFactor(), target.settings());
            cluster.create(
                    name, partitions, (short) target.replicationFactor(), Guards.over(target.settings(), effective));
        } catch (TopicExistsException e) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the topic " + name + " was made by another program just now",
                    "see whether another restore is going on; if the topic stays empty, delete it, and run this one again",
                    e);
        } catch (KafkaException e) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the topic " + name + " could not be created: " + e.getMessage(),
                    (e instanceof AuthorizationException ? KafkaErrors.hint(e) + "; or " : "")
                            + "create it by hand with " + partitions + " partitions, and run the restore again",
                    e);
        }
        LOG.info("created the topic {} with {} partitions", name, partitions);
        target.notes().forEach(LOG::info);
    }

    /** A topic that was there gets the source's settings that it lacks, and the guards over them. */
    private void guard(Target target) {
        List<ConfigEntry> effective = settings(target.topic());
        if (Guards.standing(effective)) {
            return;
        }
        Map<String, String> own = TargetInspection.ofTopic(effective);
        List<AlterConfigOp> missing = new ArrayList<>();
        target.settings().forEach((name, value) -> {
            if (!own.containsKey(name)) {
                missing.add(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET));
            }
        });
        try {
            cluster.alter(target.topic(), missing);
        } catch (InvalidConfigurationException | InvalidRequestException e) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the topic " + target.topic() + " can't have the settings of its source: " + e.getMessage(),
                    "set them to what the brokers take, and run the restore again",
                    e);
        }
        cluster.alter(target.topic(), Guards.set(settings(target.topic()), target.settings()));
    }

    /** A topic's effective settings. Brokers hear of a new topic a moment after the controller has made it. */
    private List<ConfigEntry> settings(String topic) {
        long begin = System.nanoTime();
        while (true) {
            try {
                return cluster.configs(topic);
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() - begin > PROPAGATION.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
    }

    /** Id of a prepared topic. */
    Uuid id(String topic) {
        return ids.get(topic);
    }

    /** Where the first restored record of each prepared partition comes to lie. */
    Map<TopicPartition, Long> starts() {
        return Map.copyOf(starts);
    }

    /** Partitions that an earlier run had begun, with what it left. */
    Map<TopicPartition, RunState> begun() {
        return Map.copyOf(begun);
    }

    /** Compares what the brokers hold with what was produced: nobody else may have written. */
    void check(RestoreProgress progress) {
        for (Map.Entry<String, Uuid> topic : ids.entrySet()) {
            List<TopicPartition> partitions = cluster.topic(topic.getKey())
                    .filter(existing -> existing.id().equals(topic.getValue()))
                    .map(Cluster::partitions)
                    .orElseThrow(() -> new RestoreException(
                            Kind.NOT_POSSIBLE,
                            "the topic " + topic.getKey() + " was deleted while it was restored",
                            "run the restore again"));
            Map<TopicPartition, Long> begins = cluster.logStarts(partitions);
            Map<TopicPartition, Long> ends = cluster.highWatermarks(partitions);
            for (TopicPartition partition : partitions) {
                long start = starts.getOrDefault(partition, 0L);
                long held = ends.get(partition) - start;
                if (held > 0 && begins.get(partition) > start) {
                    throw new RestoreException(
                            Kind.NOT_POSSIBLE,
                            partition + " begins at offset " + begins.get(partition) + ", and restored records at "
                                    + start + ": some were deleted meanwhile",
                            "see whether its retention was on; delete the topic, and run the restore again");
                }
                if (held != progress.produced(partition)) {
                    throw new RestoreException(
                            Kind.NOT_POSSIBLE,
                            partition + " should hold " + progress.produced(partition) + " restored records, and holds "
                                    + held,
                            "another program may have written to it: delete the topic, and run the restore again");
                }
            }
        }
    }
}
