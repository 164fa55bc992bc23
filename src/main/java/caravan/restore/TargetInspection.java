package caravan.restore;

import caravan.archive.PlanDocument.Target;
import caravan.archive.TopicSnapshot;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.restore.RestoreException.Kind;
import caravan.restore.RestorePlan.TopicPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.internals.Topic;

/**
 * Looks at the topics that a plan is to fill, and changes nothing: what hinders the restore, all of it, and what each topic is to
 * become.
 */
public final class TargetInspection {

    /** Of the user, with each topic; who may set its settings may also read them. */
    static final List<AclOperation> NEEDED = List.of(AclOperation.WRITE, AclOperation.READ, AclOperation.ALTER_CONFIGS);

    /** By which Kafka deletes records. */
    static final List<String> RETENTION = List.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG);

    private final Cluster cluster;
    private final RestoreRequest request;
    private final Map<String, Target> targets = new TreeMap<>();
    private final List<Conflict> conflicts = new ArrayList<>();

    /**
     * Why the restore can't be done.
     *
     * @param what is in the way, a sentence
     * @param hint what can be done about it; empty where the sentence says it
     */
    record Conflict(String what, String hint) {}

    public TargetInspection(Cluster cluster, RestoreRequest request) {
        this.cluster = cluster;
        this.request = request;
    }

    /** Looks at all topics of a plan. */
    public TargetInspection of(RestorePlan plan) {
        int brokers = cluster.brokers();
        for (TopicPlan topic : plan.topics()) {
            if (Topic.isInternal(topic.target())) {
                conflict(
                        "the topic " + topic.target() + " is Kafka's own",
                        "restore it under another name with --rename " + topic.target() + "=NAME");
                continue;
            }
            try {
                Optional<Cluster.Topic> existing = cluster.topic(topic.target());
                if (existing.isPresent()) {
                    existing(topic, existing.get());
                } else {
                    absent(topic, brokers);
                }
            } catch (AuthorizationException e) {
                conflicts.add(new Conflict(KafkaErrors.message(e), KafkaErrors.hint(e)));
            }
        }
        return this;
    }

    /** Why the restore can't be done, a sentence each; empty where it can. */
    public List<String> conflicts() {
        return conflicts.stream()
                .map(conflict ->
                        conflict.hint().isEmpty() ? conflict.what() : conflict.what() + " (" + conflict.hint() + ")")
                .toList();
    }

    /**
     * @throws RestoreException where anything is in the way, with all of it
     */
    void refuse() {
        if (!conflicts.isEmpty()) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    conflicts.stream().map(Conflict::what).collect(Collectors.joining("; ")),
                    Stream.concat(
                                    conflicts.stream().map(Conflict::hint).filter(hint -> !hint.isEmpty()),
                                    Stream.of("--dry-run shows the whole plan"))
                            .distinct()
                            .collect(Collectors.joining("; ")));
        }
    }

    private void conflict(String what, String hint) {
        conflicts.add(new Conflict(what, hint));
    }

    /** What each topic is to become, by its name in the cluster. */
    public Map<String, Target> targets() {
        return Map.copyOf(targets);
    }

    // ---- a topic that is to be created ----

    private void absent(TopicPlan topic, int brokers) {
        int replication = request.replicationFactor().orElse(topic.snapshot().replicationFactor());
        if (replication > brokers) {
            conflict(
                    "the topic " + topic.target() + " is to have " + replication
                            + " replicas, and the cluster has " + brokers + (brokers == 1 ? " broker" : " brokers")
                            + "",
                    "choose fewer with --replication-factor");
            return;
        }
        Map<String, String> settings = ownSettings(topic.snapshot());
        List<String> remarks = new ArrayList<>();
        try {
            List<ConfigEntry> effective;
            try {
                effective = configs(topic, replication, settings);
            } catch (InvalidConfigurationException e) {
                leaveOutRefused(topic, replication, settings, remarks);
                effective = configs(topic, replication, settings);
            }
            put(topic, Optional.empty(), replication, Map.of(), settings, effective, remarks);
        } catch (TopicExistsException e) {
            conflict(
                    "the topic " + topic.target() + " was made by another program just now",
                    "see whether another restore is going on, and run this one again");
        } catch (AuthorizationException e) {
            throw e;
        } catch (KafkaException e) {
            conflict(
                    "the topic " + topic.target() + " can't be created: " + e.getMessage(),
                    "create it by hand with " + topic.partitionCount() + " partitions");
        }
    }

    /** Brokers of another version may not know all settings: those are named one by one. */
    private void leaveOutRefused(TopicPlan topic, int replication, Map<String, String> settings, List<String> remarks) {
        for (Map.Entry<String, String> setting : Map.copyOf(settings).entrySet()) {
            try {
                configs(topic, replication, Map.ofEntries(setting));
            } catch (InvalidConfigurationException e) {
                settings.remove(setting.getKey());
                refused(topic.target(), setting, e, remarks);
            }
        }
    }

    private void refused(String topic, Map.Entry<String, String> setting, KafkaException why, List<String> remarks) {
        String sentence =
                topic + ": " + setting.getKey() + "=" + setting.getValue() + " could not be set: " + why.getMessage();
        if (request.ignoreUnsupportedConfigs()) {
            remarks.add(sentence);
        } else {
            conflict(sentence, "leave such settings out with --ignore-unsupported-configs");
        }
    }

    private List<ConfigEntry> configs(TopicPlan topic, int replication, Map<String, String> settings) {
        return cluster.configsIfCreated(topic.target(), topic.partitionCount(), (short) replication, settings);
    }

    // ---- a topic that is there ----

    private void existing(TopicPlan topic, Cluster.Topic existing) {
        if (existing.partitions() != topic.partitionCount()) {
            conflict(
                    "the topic " + existing.name() + " has " + existing.partitions() + " partitions, and "
                            + topic.partitionCount() + " in the archive",
                    otherName(topic));
            return;
        }
        cluster.requireAllowed(existing.name(), NEEDED);
        List<TopicPartition> partitions = Cluster.partitions(existing);
        Map<TopicPartition, Long> starts = cluster.logStarts(partitions);
        Map<TopicPartition, Long> ends = cluster.highWatermarks(partitions);
        long records = partitions.stream()
                .mapToLong(partition -> ends.get(partition) - starts.get(partition))
                .sum();
        if (records > 0 && !request.append()) {
            conflict(
                    "the topic " + existing.name() + " has records",
                    otherName(topic) + ", or add to them with --append");
            return;
        }
        List<ConfigEntry> effective = cluster.configs(existing.name());
        if (Guards.standing(effective)) {
            conflict(
                    "the topic " + existing.name() + " has the settings of a restore that is going on, or was cut off",
                    "run that restore again with the same options, or put the topic's own settings in place with 'restore --settle'");
            return;
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        ends.forEach((partition, end) -> {
            if (end > 0) {
                offsets.put(partition.partition(), end);
            }
        });
        List<String> remarks = new ArrayList<>();
        Map<String, String> settings = completed(topic, effective, remarks);
        put(topic, Optional.of(existing.id()), -1, offsets, settings, effective, remarks);
    }

    private static String otherName(TopicPlan topic) {
        return "restore under another name with --rename " + topic.source()
                + "=NAME, or delete the topic; a restore that was cut off goes on when it is run with the same options";
    }

    /** The topic's own settings, and the source's that it does not have. Those that somebody gave it stay, and are named. */
    private Map<String, String> completed(TopicPlan topic, List<ConfigEntry> effective, List<String> remarks) {
        Map<String, String> settings = new TreeMap<>(ofTopic(effective));
        Set<String> known = Set.copyOf(effective.stream().map(ConfigEntry::name).toList());
        ownSettings(topic.snapshot()).forEach((name, value) -> {
            if (!settings.containsKey(name)) {
                if (known.contains(name)) {
                    settings.put(name, value);
                } else {
                    refused(
                            topic.target(),
                            Map.entry(name, value),
                            new InvalidRequestException("the brokers have no such setting"),
                            remarks);
                }
            } else if (!settings.get(name).equals(value)) {
                remarks.add(topic.target() + ": " + name + "=" + settings.get(name) + " stays, in the archive it is "
                        + value);
            }
        });
        return settings;
    }

    private void put(
            TopicPlan topic,
            Optional<Uuid> id,
            int replication,
            Map<Integer, Long> offsets,
            Map<String, String> settings,
            List<ConfigEntry> effective,
            List<String> remarks) {
        Map<String, String> retention = new LinkedHashMap<>();
        for (String name : RETENTION) {
            String value = settings.get(name);
            retention.put(
                    name,
                    value != null
                            ? value
                            : effective.stream()
                                    .filter(entry -> entry.name().equals(name))
                                    .findFirst()
                                    .map(ConfigEntry::value)
                                    .orElseThrow(() -> new IllegalStateException(
                                            "the cluster does not say what " + name + " is")));
        }
        targets.put(
                topic.target(),
                new Target(
                        topic.target(),
                        id.map(Uuid::toString).orElse(""),
                        replication,
                        offsets,
                        settings,
                        retention,
                        remarks,
                        notes(topic, settings, effective)));
    }

    /** What the source had by its brokers, or has here by others, is no setting of the topic's own; it may matter all the same. */
    private static List<String> notes(TopicPlan topic, Map<String, String> settings, List<ConfigEntry> effective) {
        List<String> notes = new ArrayList<>();
        for (ConfigEntry here : effective) {
            TopicSnapshot.Config there = topic.snapshot().configs().get(here.name());
            if (there == null
                    || settings.containsKey(here.name())
                    || here.value() == null
                    || there.value().equals(here.value())) {
                continue;
            }
            if (there.source() == TopicSnapshot.Source.BROKER || ofBroker(here)) {
                notes.add(topic.target() + ": " + here.name() + " is " + here.value() + " by the brokers here, and was "
                        + there.value() + " in the source");
            }
        }
        return notes;
    }

    private static boolean ofBroker(ConfigEntry entry) {
        return switch (entry.source()) {
            case STATIC_BROKER_CONFIG, DYNAMIC_BROKER_CONFIG, DYNAMIC_DEFAULT_BROKER_CONFIG -> true;
            default -> false;
        };
    }

    static Map<String, String> ownSettings(TopicSnapshot snapshot) {
        Map<String, String> own = new TreeMap<>();
        snapshot.configs().forEach((name, config) -> {
            if (config.source() == TopicSnapshot.Source.TOPIC && !name.endsWith("replication.throttled.replicas")) {
                own.put(name, config.value());
            }
        });
        return own;
    }

    static Map<String, String> ofTopic(List<ConfigEntry> configs) {
        Map<String, String> own = new TreeMap<>();
        for (ConfigEntry config : configs) {
            if (config.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                own.put(config.name(), config.value());
            }
        }
        return own;
    }
}
