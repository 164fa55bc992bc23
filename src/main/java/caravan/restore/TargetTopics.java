package caravan.restore;

import caravan.archive.TopicSnapshot;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.restore.RestoreException.Kind;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.restore.RestoreReport.TopicReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics that a restore fills: created or taken over empty, guarded, checked, and given their own settings at the end. */
public final class TargetTopics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TargetTopics.class);

    private static final Duration PROPAGATION = Duration.ofSeconds(30);

    /** Of the user, with each topic; who may set its settings may also read them. */
    private static final List<AclOperation> NEEDED = List.of(AclOperation.WRITE, AclOperation.ALTER_CONFIGS);

    private final Cluster cluster;

    /** Topics that were not there when conflicts were looked for. */
    private final Set<String> absent = new HashSet<>();

    /** Effective settings of each topic before its guards were set. */
    private final Map<String, List<ConfigEntry>> unguarded = new HashMap<>();

    /** Where partitions of topics end that were there before, without records. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** What a person should know of the settings of each topic. */
    private final Map<String, List<String>> remarks = new HashMap<>();

    public TargetTopics(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Refuses, before anything is changed, what can't be restored to.
     *
     * @return conflicts, each a sentence; empty where all topics are absent, or empty with the right partition count
     */
    public List<String> conflicts(RestorePlan plan) {
        List<String> conflicts = new ArrayList<>();
        for (TopicPlan topic : plan.topics()) {
            if (Topic.isInternal(topic.target())) {
                conflicts.add("the topic " + topic.target() + " is Kafka's own: restore it under another name");
                continue;
            }
            Optional<Cluster.Topic> existing = cluster.topic(topic.target());
            if (existing.isEmpty()) {
                absent.add(topic.target());
            }
            existing.flatMap(there -> conflict(topic, there)).ifPresent(conflicts::add);
        }
        return conflicts;
    }

    private Optional<String> conflict(TopicPlan topic, Cluster.Topic existing) {
        if (existing.partitions() != topic.partitionCount()) {
            return Optional.of("the topic " + existing.name() + " has " + existing.partitions() + " partitions, and "
                    + topic.partitionCount() + " in the archive");
        }
        cluster.requireAllowed(existing.name(), NEEDED);
        List<TopicPartition> partitions = Cluster.partitions(existing);
        Map<TopicPartition, Long> starts = cluster.logStarts(partitions);
        ends.putAll(cluster.highWatermarks(partitions));
        long records =
                partitions.stream().mapToLong(p -> ends.get(p) - starts.get(p)).sum();
        if (records > 0) {
            return Optional.of("the topic " + existing.name() + " has records");
        }
        if (Guards.standing(cluster.configs(existing.name()))) {
            return Optional.of(
                    "the topic " + existing.name() + " has the settings of a restore that is going on, or was cut off");
        }
        return Optional.empty();
    }

    /** Creates what is missing and sets the guards. */
    void prepare(RestorePlan plan) {
        List<String> conflicts = conflicts(plan);
        if (!conflicts.isEmpty()) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    String.join("; ", conflicts),
                    "delete the topic if it was left by a restore that was cut off, or restore under another name with --rename "
                            + plan.topics().get(0).source() + "=NAME");
        }
        plan.topics().forEach(this::prepare);
    }

    /** Offset of the first record that a prepared partition gets. */
    long start(TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    private void prepare(TopicPlan topic) {
        Map<String, String> source = ownSettings(topic.snapshot());
        if (absent.contains(topic.target())) {
            create(topic, source);
            cluster.requireAllowed(topic.target(), NEEDED);
        } else {
            cluster.requireAllowed(topic.target(), NEEDED);
            complete(topic.target(), source);
            unguarded.put(topic.target(), settings(topic.target()));
            cluster.alter(topic.target(), Guards.set(unguarded.get(topic.target())));
        }
    }

    /** With its guards from the first moment on: of two restores at the same time, only one can go on. */
    private void create(TopicPlan topic, Map<String, String> source) {
        String name = topic.target();
        try {
            Map<String, String> taken = taken(topic, source);
            List<ConfigEntry> effective = configs(topic, taken);
            unguarded.put(name, effective);
            cluster.create(name, topic.partitionCount(), replication(topic), Guards.over(taken, effective));
        } catch (TopicExistsException e) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the topic " + name + " was made by another program just now",
                    "see whether another restore is going on; if the topic stays empty, run this one again",
                    e);
        } catch (KafkaException e) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "the topic " + name + " could not be created: " + e.getMessage(),
                    (e instanceof AuthorizationException ? KafkaErrors.hint(e) + "; or " : "")
                            + "create it by hand with " + topic.partitionCount()
                            + " partitions, and run the restore again",
                    e);
        }
        LOG.info("created the topic {} with {} partitions", name, topic.partitionCount());
    }

    /** The settings that the brokers take. Those of another version may not know all: these are named one by one. */
    private Map<String, String> taken(TopicPlan topic, Map<String, String> source) {
        try {
            configs(topic, source);
            return source;
        } catch (InvalidConfigurationException e) {
            Map<String, String> taken = new LinkedHashMap<>();
            source.forEach((name, value) -> {
                try {
                    configs(topic, Map.of(name, value));
                    taken.put(name, value);
                } catch (InvalidConfigurationException unknown) {
                    remark(topic.target(), name + "=" + value + " could not be set: " + unknown.getMessage());
                }
            });
            return taken;
        }
    }

    private List<ConfigEntry> configs(TopicPlan topic, Map<String, String> own) {
        return cluster.configsIfCreated(topic.target(), topic.partitionCount(), replication(topic), own);
    }

    private static short replication(TopicPlan topic) {
        return (short) topic.snapshot().replicationFactor();
    }

    /** Gives a topic the source's settings that it does not have. Those that somebody gave it stay, and are named. */
    private void complete(String topic, Map<String, String> source) {
        Map<String, String> there = ofTopic(settings(topic));
        source.forEach((name, value) -> {
            if (!there.containsKey(name)) {
                complete(topic, name, value);
            } else if (!there.get(name).equals(value)) {
                remark(topic, name + "=" + there.get(name) + " stays, in the archive it is " + value);
            }
        });
    }

    private void complete(String topic, String name, String value) {
        try {
            cluster.alter(topic, List.of(new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
        } catch (InvalidConfigurationException | InvalidRequestException e) {
            remark(topic, name + "=" + value + " could not be set: " + e.getMessage());
        }
    }

    private void remark(String topic, String sentence) {
        remarks.computeIfAbsent(topic, name -> new ArrayList<>()).add(topic + ": " + sentence);
    }

    /**
     * A topic's effective settings. Asked for before the guards are set: afterwards nothing tells what the brokers' own
     * retention is, as its synonyms ({@code log.retention.hours}) are in other units or left out.
     */
    private List<ConfigEntry> settings(String topic) {
        long begin = System.nanoTime();
        while (true) {
            try {
                return cluster.configs(topic);
            } catch (UnknownTopicOrPartitionException e) {
                // Brokers hear of a new topic a moment after the controller has made it.
                if (System.nanoTime() - begin > PROPAGATION.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
    }

    private static Map<String, String> ownSettings(TopicSnapshot snapshot) {
        Map<String, String> own = new LinkedHashMap<>();
        snapshot.configs().forEach((name, config) -> {
            if (config.source() == TopicSnapshot.Source.TOPIC && !name.endsWith("replication.throttled.replicas")) {
                own.put(name, config.value());
            }
        });
        return own;
    }

    private static Map<String, String> ofTopic(List<ConfigEntry> configs) {
        Map<String, String> own = new LinkedHashMap<>();
        for (ConfigEntry config : configs) {
            if (config.source() == ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                own.put(config.name(), config.value());
            }
        }
        return own;
    }

    /** Compares what the brokers hold with what was produced: nobody else may have written. */
    void check(RestorePlan plan, RestoreProgress progress) {
        for (TopicPlan topic : plan.topics()) {
            List<TopicPartition> partitions = cluster.topic(topic.target())
                    .map(Cluster::partitions)
                    .orElseThrow(() -> new RestoreException(
                            Kind.NOT_POSSIBLE,
                            "the topic " + topic.target() + " was deleted while it was restored",
                            "run the restore again"));
            Map<TopicPartition, Long> starts = cluster.logStarts(partitions);
            Map<TopicPartition, Long> ends = cluster.highWatermarks(partitions);
            for (TopicPartition partition : partitions) {
                long held = ends.get(partition) - starts.get(partition);
                if (held != progress.produced(partition)) {
                    throw new RestoreException(
                            Kind.NOT_POSSIBLE,
                            partition + " should hold " + progress.produced(partition) + " records, and holds " + held,
                            "another program may have written to it: delete the topic, and run the restore again");
                }
            }
        }
    }

    /** Gives the topics their own settings. */
    RestoreReport settle(RestorePlan plan, RestoreProgress progress, boolean applyRetention) {
        List<String> attention = new ArrayList<>();
        List<TopicReport> reports = new ArrayList<>();
        for (TopicPlan topic : plan.topics()) {
            settle(topic, progress, applyRetention, attention);
            attention.addAll(remarks.getOrDefault(topic.target(), List.of()));
            attention.addAll(GapRemarks.of(topic));
            long records = topic.partitions().stream()
                    .mapToLong(partition -> progress.produced(partition.target()))
                    .sum();
            reports.add(new TopicReport(
                    topic.source(), topic.target(), topic.timeline().folder(), topic.partitionCount(), records));
        }
        return new RestoreReport(reports, progress.records(), progress.objects(), progress.bytes(), attention);
    }

    private void settle(TopicPlan topic, RestoreProgress progress, boolean applyRetention, List<String> attention) {
        List<ConfigEntry> now = cluster.configs(topic.target());
        Map<String, String> own = ofTopic(unguarded.get(topic.target()));
        List<String> leave = List.of();
        if (!applyRetention
                && Retention.of(unguarded.get(topic.target()))
                        .wouldDelete(topic, progress, System.currentTimeMillis())) {
            leave = List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG);
            attention.add(topic.target()
                    + ": retention is off, because it would delete restored records; turn it on with: kafka-configs.sh"
                    + " --bootstrap-server … --alter --entity-type topics --entity-name " + topic.target() + " "
                    + turnOn(own));
        }
        cluster.alter(topic.target(), Guards.settle(now, own, leave));
    }

    private static String turnOn(Map<String, String> own) {
        List<String> add = new ArrayList<>();
        List<String> delete = new ArrayList<>();
        for (String name : List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG)) {
            if (own.containsKey(name)) {
                add.add(name + "=" + own.get(name));
            } else {
                delete.add(name);
            }
        }
        return (add.isEmpty() ? "" : "--add-config " + String.join(",", add) + " ")
                + (delete.isEmpty() ? "" : "--delete-config " + String.join(",", delete));
    }

    @Override
    public void close() {
        cluster.close();
    }
}
