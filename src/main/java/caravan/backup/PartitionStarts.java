package caravan.backup;

import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.PartitionTail;
import caravan.catalog.TopicLives;
import caravan.catalog.TopicSnapshots;
import caravan.kafka.Cluster;
import caravan.kafka.Cluster.LogEnd;
import caravan.kafka.Refused;
import caravan.kafka.Start;
import caravan.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where the backup of a partition starts: at the end of what the archive holds without a hole, whatever the consumer group
 * says. Names what Kafka deleted before it was stored with a gap key. Blocking.
 */
final class PartitionStarts {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionStarts.class);

    /**
     * A place to start from.
     *
     * @param truth metadata to commit with the start, where the group's commit differs from it
     * @param admission what the first object from there on has to be, where not just any goes on with what is stored
     */
    record Found(Start start, PartitionFolder folder, Optional<String> truth, Optional<Admission> admission) {}

    private final Store store;
    private final Cluster cluster;
    private final String archiveId;
    private final String clusterId;
    private final String group;
    private final boolean unidentifiedTopics;
    private final Progress progress;
    private final Truncations truncations;
    private final Map<Cluster.Topic, Map<Integer, Long>> firstOffsets = new ConcurrentHashMap<>();

    private PartitionStarts(
            Store store,
            Cluster cluster,
            String archiveId,
            String group,
            boolean unidentifiedTopics,
            Progress progress) {
        this.store = store;
        this.cluster = cluster;
        this.archiveId = archiveId;
        this.clusterId = cluster.id();
        this.group = group.isEmpty() ? "caravan-" + archiveId : group;
        this.unidentifiedTopics = unidentifiedTopics;
        this.progress = progress;
        this.truncations = new Truncations(store, cluster::reader, progress);
    }

    /** Opens the archive, or begins it. */
    static PartitionStarts open(
            Store store, Cluster cluster, String group, boolean unidentifiedTopics, Progress progress) {
        String archiveId = new Catalog(store).openOrCreate().archiveId();
        return new PartitionStarts(store, cluster, archiveId, group, unidentifiedTopics, progress);
    }

    String archiveId() {
        return archiveId;
    }

    String clusterId() {
        return clusterId;
    }

    String group() {
        return group;
    }

    /** Whether a topic is still the one with this id. */
    boolean sameLife(String topic, Uuid id) {
        return cluster.topic(topic).map(now -> now.id().equals(id)).orElse(false);
    }

    /**
     * What the cluster says of partitions whose places are looked for.
     *
     * @param topics those that there are
     * @param committed what the group has committed
     * @param logStarts offsets of the oldest records
     * @param logEnds where the logs end
     */
    record Facts(
            Map<String, Cluster.Topic> topics,
            Map<TopicPartition, OffsetAndMetadata> committed,
            Map<TopicPartition, Long> logStarts,
            Map<TopicPartition, LogEnd> logEnds) {}

    /** Asks the cluster once for all of these partitions: a start of thousands would keep it busy else. */
    Facts facts(Collection<TopicPartition> partitions) {
        Map<String, Cluster.Topic> topics =
                cluster.topics(partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
        List<TopicPartition> there = partitions.stream()
                .filter(partition -> topics.containsKey(partition.topic()))
                .toList();
        return new Facts(topics, cluster.committed(group), cluster.logStarts(there), cluster.logEnds(there));
    }

    /**
     * @param facts what the cluster said after it was known that the place is looked for
     * @param refused what the leader does not serve any more, if that is why a place is looked for
     * @throws BackupException where a person has to decide
     */
    Found find(TopicPartition partition, Facts facts, Optional<Refused> refused) {
        Cluster.Topic topic = Optional.ofNullable(facts.topics().get(partition.topic()))
                .orElseThrow(() -> new IllegalStateException("the topic " + partition.topic() + " does not exist"));
        if (topic.id().equals(Uuid.ZERO_UUID) && !unidentifiedTopics) {
            throw new BackupException(
                    "the topic " + topic.name() + " has no topic id, so a recreated topic could not be told from it",
                    "Kafka gives ids from 2.8 on; back it up all the same with --allow-unidentified-topics");
        }
        Timeline timeline = Timeline.of(topic.id());
        PartitionFolder folder = new PartitionFolder(topic.name(), timeline, partition.partition());
        long first = firstOffsets(topic, timeline).getOrDefault(partition.partition(), 0L);
        Optional<OffsetAndMetadata> commit =
                Optional.ofNullable(facts.committed().get(partition));
        Optional<CommitMetadata> said = commit.flatMap(offset -> CommitMetadata.parse(offset.metadata()));
        refuseAnotherArchive(said);

        PartitionTail tail = PartitionTail.find(store, folder, first, hint(said, timeline));
        long next = tail.next();
        Optional<PartitionKey> last = tail.last();
        if (commit.isEmpty() && last.isPresent()) {
            LOG.warn(
                    "{} is in the archive up to {}, but the group {} never committed it: another group, or a lost one?",
                    partition,
                    next,
                    group);
        }
        Optional<Integer> epoch = last.map(PartitionKey::epoch).filter(known -> known >= 0);
        long logStart = facts.logStarts().get(partition);
        LogEnd logEnd = facts.logEnds().get(partition);
        truncations.requireEpoch(partition, epoch, logEnd);
        Optional<Admission> admission = Optional.empty();
        boolean doubtful = false;
        if (refused.isPresent() && next >= logStart) {
            Truncations.Turn turn = truncations.turn(partition, folder, first, logStart, logEnd, refused.get());
            next = turn.place().offset();
            epoch = turn.place().epoch();
            last = turn.place().key();
            admission = turn.admission();
        } else if (commit.map(OffsetAndMetadata::offset).orElse(-1L) < next) {
            admission = truncations.suspicion(partition, folder, last, logStart, logEnd);
            doubtful = admission.isPresent();
        }
        truncations.believed(partition);
        if (next < logStart) {
            last = Optional.of(nameGap(folder, next, logStart));
            epoch = Optional.empty();
            next = logStart;
        }
        Start start = new Start(topic.id(), next, epoch);
        String metadata = new CommitMetadata(archiveId, timeline, last.map(PartitionKey::fileName)).print();
        boolean known = commit.isPresent()
                && commit.get().offset() == next
                && commit.get().metadata().equals(metadata);
        // What is in doubt stays so for who comes next.
        return new Found(start, folder, known || doubtful ? Optional.empty() : Optional.of(metadata), admission);
    }

    /**
     * Whether a commit is this archive's, of this life of the topic, and the archive holds all before an offset. A commit behind the
     * end of the log is of one that was truncated since.
     */
    boolean holds(TopicPartition partition, Uuid topicId, OffsetAndMetadata commit, long end) {
        Timeline timeline = Timeline.of(topicId);
        Optional<CommitMetadata> said = CommitMetadata.parse(commit.metadata())
                .filter(ours ->
                        ours.archiveId().equals(archiveId) && ours.timeline().equals(timeline));
        Optional<Cluster.Topic> topic =
                cluster.topic(partition.topic()).filter(now -> now.id().equals(topicId));
        if (said.isEmpty()
                || topic.isEmpty()
                || commit.offset() > cluster.highWatermarks(List.of(partition)).get(partition)) {
            return false;
        }
        PartitionFolder folder = new PartitionFolder(partition.topic(), timeline, partition.partition());
        // Only read here: to ask must not change the archive.
        long first = new TopicSnapshots(store)
                .first(partition.topic(), timeline)
                .map(snapshot -> snapshot.startOffsets().getOrDefault(partition.partition(), 0L))
                .orElse(0L);
        return PartitionTail.find(store, folder, first, hint(said, timeline)).next() >= end;
    }

    private Optional<String> hint(Optional<CommitMetadata> said, Timeline timeline) {
        return said.filter(metadata -> metadata.timeline().equals(timeline)).flatMap(CommitMetadata::lastKey);
    }

    private void refuseAnotherArchive(Optional<CommitMetadata> said) {
        if (said.isPresent() && !said.get().archiveId().equals(archiveId)) {
            throw new BackupException(
                    "the consumer group " + group + " belongs to the archive "
                            + said.get().archiveId() + ", not to " + archiveId + " in " + store.location(),
                    "give each archive a group of its own: leave --group out, or name another");
        }
    }

    private GapKey nameGap(PartitionFolder folder, long from, long logStart) {
        GapKey gap = new GapKey(from, logStart, -1);
        GapDocument document = GapDocument.retention(gap, logStart, System.currentTimeMillis(), Writer.name());
        if (store.putIfAbsent(folder.key(gap), document.toJson())) {
            LOG.warn(
                    "{}-{}: offsets [{}, {}) were deleted by Kafka before they were stored",
                    folder.topic(),
                    folder.partition(),
                    from,
                    logStart);
            progress.gap();
        }
        return gap;
    }

    /** Offsets at which the topic's backup began, by its first snapshot. A topic that has changed gets another snapshot. */
    private Map<Integer, Long> firstOffsets(Cluster.Topic topic, Timeline timeline) {
        Map<Integer, Long> known = firstOffsets.get(topic);
        if (known == null) {
            // Not inside of computeIfAbsent: it would hold up other topics while the store is asked.
            known = snapshot(topic, timeline);
            firstOffsets.put(topic, known);
        }
        return known;
    }

    /** Takes a snapshot of a topic where its settings changed. */
    void refresh(String name) {
        cluster.topic(name).ifPresent(topic -> {
            if (firstOffsets.containsKey(topic)) {
                snapshot(topic, Timeline.of(topic.id()));
            }
        });
    }

    private Map<Integer, Long> snapshot(Cluster.Topic topic, Timeline timeline) {
        TopicSnapshot now = TopicStates.snapshot(cluster, clusterId, topic);
        TopicSnapshot first = new TopicSnapshots(store).recordIfChanged(topic.name(), timeline, now);
        if (first.takenAt() == now.takenAt()) {
            tellOfOtherClusters(topic.name());
        }
        return first.startOffsets();
    }

    /** Lives of a topic that are of other clusters are kept apart; but perhaps nobody meant them to lie in one archive. */
    private void tellOfOtherClusters(String topic) {
        new TopicLives(store).newest(topic).forEach((timeline, snapshot) -> {
            if (!snapshot.clusterId().equals(clusterId)) {
                LOG.warn(
                        "the topic {} of the cluster {} begins a timeline of its own: the archive has it of the cluster {}, too (timeline"
                                + " {}). If the one does not replace the other, give each cluster an archive of its own.",
                        topic,
                        clusterId,
                        snapshot.clusterId(),
                        timeline);
            }
        });
    }
}
