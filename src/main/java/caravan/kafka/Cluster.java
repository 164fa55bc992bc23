package caravan.kafka;

import caravan.archive.TopicSnapshot;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of and set in a cluster beside records. Blocking; every call ends after the admin client's
 * {@code default.api.timeout.ms}. Failures come as {@link KafkaException}.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /** A topic as it is now. */
    public record Topic(String name, Uuid id, int partitions, short replicationFactor) {}

    /**
     * Where a partition's log ends.
     *
     * @param offset the high watermark, exclusive
     * @param leaderEpoch of its leader; empty where that does not tell
     */
    public record LogEnd(long offset, Optional<Integer> leaderEpoch) {}

    /**
     * Where a partition is kept.
     *
     * @param leader id of the broker; empty where there is none now
     * @param replicas ids of the brokers that are to have it, the preferred leader first
     * @param inSync those of them that have all of it
     */
    public record Placement(int partition, OptionalInt leader, List<Integer> replicas, List<Integer> inSync) {}

    /** A topic with the places of its partitions, in the order of their numbers. */
    public record Layout(Topic topic, List<Placement> partitions) {}

    /**
     * What a log has.
     *
     * @param start offset of the oldest record, inclusive
     * @param end the high watermark, exclusive
     */
    public record Extent(long start, long end) {}

    /** An open transaction that holds a partition's last stable offset back. */
    public record OpenTransaction(long producerId, long startOffset) {}

    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private static final Duration FIRST_ANSWER = Duration.ofSeconds(24);
    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final KafkaSettings settings;
    private final Admin admin;
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private Optional<Admin> creating = Optional.empty();

    public Cluster(KafkaSettings settings) {
        this(settings, Admin.create(settings.admin()));
    }

    /** @param admin is closed with this object */
    Cluster(KafkaSettings settings, Admin admin) {
        this.settings = settings;
        this.admin = admin;
    }

    /** A consumer that reads committed records, as a member of no group; who asks for it closes it. */
    public Consumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(settings.reader());
    }

    /**
     * The cluster's id. It is what is asked first, so a cluster that is away is known soon: in 24 s, or in a shorter {@code
     * default.api.timeout.ms} of the user's.
     */
    public String id() {
        // It can be a reference, which only the clients resolve.
        long wanted = Optional.ofNullable(settings.properties().get(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG))
                .filter(value -> value.matches("[0-9]{1,9}"))
                .map(Long::parseLong)
                .orElse(FIRST_ANSWER.toMillis());
        Duration each = Duration.ofMillis(Math.min(wanted, FIRST_ANSWER.toMillis()) / 2);
        try (Admin hasty = Admin.create(settings.hastyAdmin())) {
            return id(hasty, each);
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            // A cluster that answers slowly answers, too.
            return id(each);
        }
    }

    /**
     * The cluster's id.
     *
     * @throws org.apache.kafka.common.errors.TimeoutException if it does not answer within this time
     */
    public String id(Duration timeout) {
        return id(admin, timeout);
    }

    private static String id(Admin admin, Duration timeout) {
        return get(admin.describeCluster(new DescribeClusterOptions().timeoutMs((int) timeout.toMillis()))
                .clusterId());
    }

    /** Names of the topics that the filter names or matches, in order. */
    public Set<String> topics(TopicFilter filter) {
        ListTopicsOptions all = new ListTopicsOptions().listInternal(true);
        Set<String> names = new TreeSet<>();
        for (String name : get(admin.listTopics(all).names())) {
            if (filter.matches(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Names of all topics that the user may see, also of Kafka's own, in order. */
    public Set<String> topics() {
        return new TreeSet<>(
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()));
    }

    /** Where a topic's partitions are; empty where there is no such topic. */
    public Optional<Layout> layout(String name) {
        try {
            TopicDescription described = described(name);
            List<Placement> partitions =
                    described.partitions().stream().map(Cluster::placement).toList();
            short replicas = (short) partitions.get(0).replicas().size();
            return Optional.of(
                    new Layout(new Topic(name, described.topicId(), partitions.size(), replicas), partitions));
        } catch (UnknownTopicOrPartitionException | InvalidTopicException e) {
            return Optional.empty();
        }
    }

    private static Placement placement(TopicPartitionInfo partition) {
        Node leader = partition.leader();
        return new Placement(
                partition.partition(),
                leader == null || leader.isEmpty() ? OptionalInt.empty() : OptionalInt.of(leader.id()),
                partition.replicas().stream().map(Node::id).toList(),
                partition.isr().stream().map(Node::id).toList());
    }

    /** Where a setting came from. */
    public static TopicSnapshot.Source source(ConfigEntry setting) {
        return switch (setting.source()) {
            case DYNAMIC_TOPIC_CONFIG -> TopicSnapshot.Source.TOPIC;
            case DEFAULT_CONFIG -> TopicSnapshot.Source.DEFAULT;
            default -> TopicSnapshot.Source.BROKER;
        };
    }

    /** A topic that this object made is waited for: brokers other than the controller hear of it a moment later. */
    public Optional<Topic> topic(String name) {
        for (int attempt = 1; ; attempt++) {
            Optional<Topic> topic = Optional.ofNullable(topics(Set.of(name)).get(name));
            if (topic.isPresent() || attempt == ATTEMPTS || !created.contains(name)) {
                return topic;
            }
            pause();
        }
    }

    /** Those of these topics that there are, by name; one request for all. */
    public Map<String, Topic> topics(Collection<String> names) {
        Map<String, Topic> topics = new TreeMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, answer) -> {
            try {
                TopicDescription described =
                        get(answer, () -> MissingAclException.ofTopics(AclOperation.DESCRIBE, List.of(name)));
                short replicas =
                        (short) described.partitions().get(0).replicas().size();
                topics.put(
                        name,
                        new Topic(
                                name,
                                described.topicId(),
                                described.partitions().size(),
                                replicas));
            } catch (UnknownTopicOrPartitionException e) {
                LOG.trace("there is no topic {}", name);
            }
        });
        return topics;
    }

    /**
     * Fails where the user may not see one of these topics, whether it exists or not: {@link #topics} leaves it out, and nobody
     * would miss it.
     *
     * @return those that there are not, in order
     * @throws MissingAclException that names the topic
     */
    public Set<String> requireVisible(Collection<String> names) {
        Set<String> missing = new TreeSet<>();
        admin.describeTopics(names).topicNameValues().forEach((name, described) -> {
            try {
                get(described, () -> MissingAclException.ofTopics(AclOperation.DESCRIBE, List.of(name)));
            } catch (UnknownTopicOrPartitionException | InvalidTopicException e) {
                missing.add(name);
            }
        });
        return missing;
    }

    /**
     * Fails where the user may not do all of this with a topic, before any of it is begun.
     *
     * @throws MissingAclException that names the first operation that it may not do
     */
    public void requireAllowed(String topic, List<AclOperation> operations) {
        DescribeTopicsOptions allowed = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        TopicDescription described = known(() -> get(
                admin.describeTopics(List.of(topic), allowed).topicNameValues().get(topic),
                () -> MissingAclException.ofTopics(AclOperation.DESCRIBE, List.of(topic))));
        // Brokers that don't tell (before 2.3, KIP-430) refuse when it is tried.
        if (described.authorizedOperations() != null) {
            operations.stream()
                    .filter(operation -> !described.authorizedOperations().contains(operation))
                    .findFirst()
                    .ifPresent(operation -> {
                        throw MissingAclException.ofTopics(operation, List.of(topic));
                    });
        }
    }

    private TopicDescription described(String name) {
        return get(
                admin.describeTopics(List.of(name)).topicNameValues().get(name),
                () -> MissingAclException.ofTopics(AclOperation.DESCRIBE, List.of(name)));
    }

    /** Effective settings of a topic, each with its source. */
    public List<ConfigEntry> configs(String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<ConfigResource, Config> configs = known(() -> get(
                admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                        .all(),
                () -> MissingAclException.ofTopics(AclOperation.DESCRIBE_CONFIGS, List.of(topic))));
        return List.copyOf(configs.get(resource).entries());
    }

    /** Asks again for a while where the broker that was asked may not have heard yet of a topic that was just created. */
    private static <T> T known(Supplier<T> question) {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.get();
            } catch (UnknownTopicOrPartitionException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                pause();
            }
        }
    }

    private void awaitLeaders(String topic, int partitions) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            if (led(topic, partitions)) {
                return;
            }
            pause();
        }
    }

    private boolean led(String topic, int partitions) {
        try {
            TopicDescription described = described(topic);
            return described.partitions().size() == partitions
                    && described.partitions().stream()
                            .noneMatch(partition -> partition.leader() == null
                                    || partition.leader().isEmpty());
        } catch (UnknownTopicOrPartitionException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Creates a topic, and waits until its partitions have leaders; a replication factor of -1 leaves it to the brokers. */
    public void create(String name, int partitions, short replicationFactor, Map<String, String> configs) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), replicas(replicationFactor)).configs(configs);
        // Not all(): it fails, though the topic was made, where the user may not see its settings.
        get(
                patient().createTopics(List.of(topic)).values().get(name),
                () -> MissingAclException.ofTopics(AclOperation.CREATE, List.of(name)));
        created.add(name);
        awaitLeaders(name, partitions);
    }

    private synchronized Admin patient() {
        creating = Optional.of(creating.orElseGet(() -> Admin.create(settings.patientAdmin())));
        return creating.get();
    }

    /**
     * The effective settings that a topic would have, the brokers' own among them (KIP-525: since 2.4).
     *
     * @throws org.apache.kafka.common.errors.TopicExistsException if it is there
     * @throws org.apache.kafka.common.errors.InvalidConfigurationException if the brokers don't take these settings
     */
    public List<ConfigEntry> configsIfCreated(
            String name, int partitions, short replicationFactor, Map<String, String> configs) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), replicas(replicationFactor)).configs(configs);
        CreateTopicsResult answer = admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true));
        get(answer.values().get(name), () -> MissingAclException.ofTopics(AclOperation.CREATE, List.of(name)));
        return List.copyOf(
                get(answer.config(name), () -> MissingAclException.ofTopics(AclOperation.ALTER_CONFIGS, List.of(name)))
                        .entries());
    }

    private static Optional<Short> replicas(short factor) {
        return factor < 1 ? Optional.empty() : Optional.of(factor);
    }

    /** Sets and removes settings of one topic at once. */
    public void alter(String topic, Collection<AlterConfigOp> changes) {
        if (!changes.isEmpty()) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            get(
                    admin.incrementalAlterConfigs(Map.of(resource, changes)).all(),
                    () -> MissingAclException.ofTopics(AclOperation.ALTER_CONFIGS, List.of(topic)));
        }
    }

    /** Offsets of the oldest records, by the leaders' word. */
    public Map<TopicPartition, Long> logStarts(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /** High watermarks: ends of what the replicas have. */
    public Map<TopicPartition, Long> highWatermarks(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /** High watermarks, with the epochs of the leaders that tell them. */
    public Map<TopicPartition, LogEnd> logEnds(Collection<TopicPartition> partitions) {
        Map<TopicPartition, LogEnd> ends = new TreeMap<>(BY_NAME);
        answers(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED)
                .forEach((partition, answer) -> ends.put(partition, new LogEnd(answer.offset(), answer.leaderEpoch())));
        return ends;
    }

    /** What the logs have, as far as their leaders tell; those that don't are not in the answer. */
    public Map<TopicPartition, Extent> extents(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        partitions.forEach(partition -> {
            starts.put(partition, OffsetSpec.earliest());
            ends.put(partition, OffsetSpec.latest());
        });
        ListOffsetsResult from = admin.listOffsets(starts);
        ListOffsetsResult next = admin.listOffsets(ends);
        Map<TopicPartition, Extent> extents = new TreeMap<>(BY_NAME);
        for (TopicPartition partition : partitions) {
            try {
                long start = get(from.partitionResult(partition)).offset();
                extents.put(
                        partition,
                        new Extent(start, get(next.partitionResult(partition)).offset()));
            } catch (KafkaException e) {
                LOG.debug("{}: its offsets are not known", partition, e);
            }
        }
        return extents;
    }

    /** Last stable offsets: ends of what no open transaction holds back. */
    public Map<TopicPartition, Long> lastStableOffsets(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    }

    private Map<TopicPartition, Long> offsets(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
        Map<TopicPartition, Long> offsets = new TreeMap<>(BY_NAME);
        answers(partitions, spec, isolation).forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    private Map<TopicPartition, ListOffsetsResultInfo> answers(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> question = new HashMap<>();
        partitions.forEach(partition -> question.put(partition, spec));
        return get(
                admin.listOffsets(question, new ListOffsetsOptions(isolation)).all(),
                () -> MissingAclException.ofTopics(
                        AclOperation.DESCRIBE,
                        partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet())));
    }

    /** What a group has committed; partitions without a commit are not in the answer. */
    public Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        return committed(List.of(group)).get(group);
    }

    /**
     * Names of the consumer groups that the user may see, in order; asked of all brokers, as each knows its own. A group may be
     * missing whose coordinator has just moved, and brokers leave out without a word what the user may not see.
     */
    public Set<String> consumerGroups() {
        Set<String> names = new TreeSet<>();
        get(admin.listConsumerGroups().all()).forEach(group -> names.add(group.groupId()));
        // Commits without a group: nobody can be a member of it.
        names.remove("");
        return names;
    }

    /**
     * Fails where the user may see no group at all: a list of them would be empty, and nobody would know why.
     *
     * @throws MissingAclException that asks for the right to see them
     */
    public void requireGroupsVisible() {
        get(
                admin.listConsumerGroupOffsets(Uuid.randomUuid().toString()).partitionsToOffsetAndMetadata(),
                () -> MissingAclException.ofGroup(AclOperation.DESCRIBE, "*"));
    }

    /**
     * What groups have committed, by group, asked of their coordinators; a group that does not exist has no commits. One request to
     * each coordinator where the brokers take many groups in one (KIP-709: since 3.0).
     */
    public Map<String, Map<TopicPartition, OffsetAndMetadata>> committed(Collection<String> groups) {
        Map<String, ListConsumerGroupOffsetsSpec> question = new HashMap<>();
        groups.forEach(group -> question.put(group, new ListConsumerGroupOffsetsSpec()));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = new TreeMap<>();
        if (!question.isEmpty()) {
            ListConsumerGroupOffsetsResult answers = admin.listConsumerGroupOffsets(question);
            groups.forEach(group -> committed.put(group, committed(group, answers)));
        }
        return committed;
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(
            String group, ListConsumerGroupOffsetsResult answers) {
        Map<TopicPartition, OffsetAndMetadata> committed = new TreeMap<>(BY_NAME);
        get(
                        answers.partitionsToOffsetAndMetadata(group),
                        () -> MissingAclException.ofGroup(AclOperation.DESCRIBE, group))
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset);
                    }
                });
        return committed;
    }

    /** Sets committed offsets of a group that has no members. */
    public void commit(String group, Map<TopicPartition, OffsetAndMetadata> offsets) {
        get(
                admin.alterConsumerGroupOffsets(group, offsets).all(),
                () -> MissingAclException.ofGroup(AclOperation.READ, group));
    }

    /** Members that a consumer group has now; 0 where there is no such group. */
    public int members(String group) {
        try {
            return get(
                            admin.describeConsumerGroups(List.of(group))
                                    .describedGroups()
                                    .get(group),
                            () -> MissingAclException.ofGroup(AclOperation.DESCRIBE, group))
                    .members()
                    .size();
        } catch (GroupIdNotFoundException e) {
            return 0;
        }
    }

    /** Deletes a consumer group, if the user may; it may stay as well, and be forgotten in time. */
    public void forget(String group) {
        try {
            get(admin.deleteConsumerGroups(List.of(group)).all());
        } catch (KafkaException e) {
            LOG.debug("the group {} stays", group, e);
        }
    }

    /** Brokers that are there now. */
    public int brokers() {
        return get(admin.describeCluster().nodes()).size();
    }

    /**
     * Sequence of the last record that a producer wrote to each partition, also of those that not all replicas have yet. Partitions
     * where the brokers know no such producer, or don't tell (before 2.8, KIP-664), are not in the answer.
     */
    public Map<TopicPartition, Integer> lastSequences(Collection<TopicPartition> partitions, ProducerId producer) {
        Map<TopicPartition, Integer> sequences = new HashMap<>();
        DescribeProducersResult answer = admin.describeProducers(partitions);
        for (TopicPartition partition : partitions) {
            try {
                get(answer.partitionResult(partition)).activeProducers().stream()
                        .filter(state -> state.producerId() == producer.id()
                                && state.producerEpoch() == producer.epoch()
                                && state.lastSequence() >= 0)
                        .forEach(state -> sequences.put(partition, state.lastSequence()));
            } catch (UnsupportedVersionException e) {
                LOG.debug("the brokers do not tell of producers", e);
                return Map.of();
            }
        }
        return sequences;
    }

    /** The oldest transaction that is open in a partition, if there is one (KIP-664). */
    public Optional<OpenTransaction> oldestOpenTransaction(TopicPartition partition) {
        PartitionProducerState state = get(
                admin.describeProducers(List.of(partition)).partitionResult(partition),
                () -> MissingAclException.ofTopics(AclOperation.READ, List.of(partition.topic())));
        return state.activeProducers().stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .min((a, b) -> Long.compare(start(a), start(b)))
                .map(producer -> new OpenTransaction(producer.producerId(), start(producer)));
    }

    private static long start(ProducerState producer) {
        return producer.currentTransactionStartOffset().getAsLong();
    }

    /** All partitions of a topic. */
    public static List<TopicPartition> partitions(Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .toList();
    }

    @Override
    public synchronized void close() {
        creating.ifPresent(patient -> patient.close(Duration.ofSeconds(5)));
        admin.close(Duration.ofSeconds(5));
    }

    private static <T> T get(KafkaFuture<T> future, Supplier<MissingAclException> refused) {
        try {
            return get(future);
        } catch (AuthorizationException e) {
            throw refused.get();
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("no answer from the cluster for 2 minutes", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException kafka) {
                throw kafka;
            }
            throw new KafkaException(e.getCause());
        }
    }
}
