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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
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
     * @param tombstones looks at what is read from there on
     */
    record Found(
            Start start,
            PartitionFolder folder,
            Optional<String> truth,
            Optional<Admission> admission,
            TombstoneWatch tombstones) {}

    /** The first snapshot of a timeline is the same for all that is known of a topic at one time. */
    private record Beginning(Cluster.Topic topic, Timeline timeline) {}

    /** Where a partition can go on: at the end of what one timeline holds of it. */
    private record Place(PartitionFolder folder, TopicSnapshot first, PartitionTail tail) {
        /** Where the timeline's backup of the partition began. */
        private long begin() {
            return begin(first, folder.partition());
        }

        private static long begin(TopicSnapshot first, int partition) {
            return first.startOffsets().getOrDefault(partition, 0L);
        }
    }

    private final Store store;
    private final Cluster cluster;
    private final String archiveId;
    private final String clusterId;
    private final String group;
    private final boolean unidentifiedTopics;
    private final Progress progress;
    private final Truncations truncations;
    private final TopicSnapshots snapshots;
    private final BackupTimelines timelines;
    private final Map<Beginning, TopicSnapshot> beginnings = new ConcurrentHashMap<>();
    private final Map<String, Long> tombstoneMillis = new ConcurrentHashMap<>();
    private final Set<PartitionFolder> passedOver = ConcurrentHashMap.newKeySet();

    private PartitionStarts(
            Store store,
            Cluster cluster,
            String archiveId,
            String group,
            boolean unidentifiedTopics,
            Optional<Baselines> baselines,
            Progress progress) {
        this.store = store;
        this.cluster = cluster;
        this.archiveId = archiveId;
        this.clusterId = cluster.id();
        String named = group.isEmpty() ? "caravan-" + archiveId : group;
        this.group = baselines.map(made -> made.group(named)).orElse(named);
        this.unidentifiedTopics = unidentifiedTopics;
        this.progress = progress;
        this.truncations = new Truncations(store, cluster::reader, progress);
        this.snapshots = new TopicSnapshots(store);
        this.timelines = new BackupTimelines(snapshots, baselines);
    }

    /**
     * Opens the archive, or begins it.
     *
     * @param baselines that this run makes; empty in an ordinary backup
     */
    static PartitionStarts open(
            Store store,
            Cluster cluster,
            String group,
            boolean unidentifiedTopics,
            Optional<Baselines> baselines,
            Progress progress) {
        String archiveId = new Catalog(store).openOrCreate().archiveId();
        return new PartitionStarts(store, cluster, archiveId, group, unidentifiedTopics, baselines, progress);
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
            throw BackupException.unidentified(topic.name());
        }
        Optional<OffsetAndMetadata> commit =
                Optional.ofNullable(facts.committed().get(partition));
        Optional<CommitMetadata> said = commit.flatMap(offset -> CommitMetadata.parse(offset.metadata()));
        refuseAnotherArchive(said);

        long logStart = facts.logStarts().get(partition);
        Place place = place(topic, partition, said, logStart);
        PartitionFolder folder = place.folder();
        long next = place.tail().next();
        Optional<PartitionKey> last = place.tail().last();
        if (commit.isEmpty() && last.isPresent()) {
            LOG.warn(
                    "{} is in the archive up to {}, but the group {} never committed it: another group, or a lost one?",
                    partition,
                    next,
                    group);
        }
        OptionalLong asOf = asOf(place, commit, said);
        Optional<Integer> epoch = last.map(PartitionKey::epoch).filter(known -> known >= 0);
        LogEnd logEnd = facts.logEnds().get(partition);
        truncations.requireEpoch(partition, epoch, logEnd);
        Optional<Admission> admission = Optional.empty();
        boolean doubtful = false;
        if (refused.isPresent() && next >= logStart) {
            Truncations.Turn turn = truncations.turn(partition, folder, place.begin(), logStart, logEnd, refused.get());
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
        CommitMetadata truth = new CommitMetadata(archiveId, folder.timeline(), last.map(PartitionKey::fileName), asOf);
        boolean known = commit.isPresent()
                && commit.get().offset() == next
                && said.filter(truth::agreesWith).isPresent();
        // What is in doubt stays so for who comes next.
        return new Found(
                start,
                folder,
                known || doubtful ? Optional.empty() : Optional.of(truth.print()),
                admission,
                new TombstoneWatch(
                        asOf,
                        () -> tombstoneMillis.getOrDefault(topic.name(), TombstoneWatch.DEFAULT_RETENTION_MILLIS)));
    }

    /**
     * The end of what the best timeline holds. One that Kafka has no continuation for any more is passed over where another one can be
     * continued: to go on in a baseline must not lose what the timeline before it had kept.
     */
    private Place place(Cluster.Topic topic, TopicPartition partition, Optional<CommitMetadata> said, long logStart) {
        List<Place> places = new ArrayList<>();
        for (Timeline timeline : timelines.of(topic.name(), topic.id(), said.map(CommitMetadata::timeline))) {
            PartitionFolder folder = new PartitionFolder(topic.name(), timeline, partition.partition());
            TopicSnapshot first = first(topic, timeline);
            long begin = Place.begin(first, partition.partition());
            Place place = new Place(folder, first, PartitionTail.find(store, folder, begin, hint(said, timeline)));
            if (place.tail().next() >= logStart) {
                places.forEach(lost -> passedOver.add(lost.folder()));
                return place;
            }
            places.add(place);
        }
        return places.get(0);
    }

    /** When the log ended at the end of what the archive holds, or before; empty where it holds nothing. */
    private static OptionalLong asOf(Place place, Optional<OffsetAndMetadata> commit, Optional<CommitMetadata> said) {
        if (place.tail().last().isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong committed = said.filter(metadata -> metadata.timeline()
                        .topicId()
                        .equals(place.folder().timeline().topicId()))
                .filter(metadata -> commit.get().offset() <= place.tail().next())
                .map(CommitMetadata::asOf)
                .orElse(OptionalLong.empty());
        // Nothing of the timeline was read before it began.
        return OptionalLong.of(Math.max(place.first().takenAt(), committed.orElse(Long.MIN_VALUE)));
    }

    /** The baseline in which a partition is to go on instead, as it became complete meanwhile. */
    Optional<Timeline> later(PartitionFolder folder) {
        return timelines.of(folder.topic(), folder.timeline().topicId()).stream()
                .limit(1)
                .filter(best -> best.baseline() > folder.timeline().baseline())
                .filter(best -> !passedOver.contains(new PartitionFolder(folder.topic(), best, folder.partition())))
                .findFirst();
    }

    /**
     * Whether a commit is this archive's, of this life of the topic, and the archive holds all before an offset. A commit behind the
     * end of the log is of one that was truncated since.
     */
    boolean holds(TopicPartition partition, Uuid topicId, OffsetAndMetadata commit, long end) {
        Optional<CommitMetadata> said = CommitMetadata.parse(commit.metadata())
                .filter(ours -> ours.archiveId().equals(archiveId))
                .filter(ours -> timelines.counts(ours.timeline(), partition.topic(), topicId));
        Optional<Cluster.Topic> topic =
                cluster.topic(partition.topic()).filter(now -> now.id().equals(topicId));
        if (said.isEmpty()
                || topic.isEmpty()
                || commit.offset() > cluster.highWatermarks(List.of(partition)).get(partition)) {
            return false;
        }
        Timeline timeline = said.get().timeline();
        PartitionFolder folder = new PartitionFolder(partition.topic(), timeline, partition.partition());
        // Only read here: to ask must not change the archive.
        long first = snapshots
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

    /** Names what was read so late that tombstones may have been gone. */
    void name(PartitionFolder folder, LateRead late) {
        GapDocument document = late.document(System.currentTimeMillis());
        if (store.putIfAbsent(folder.key(late.key()), document.toJson())) {
            LOG.warn(
                    "{}-{}: offsets {} were read later than delete.retention.ms after they were written, so tombstones may have"
                            + " been compacted away unseen; 'backup --baseline' copies the topic anew",
                    folder.topic(),
                    folder.partition(),
                    document.concerned());
            progress.lateRead();
        }
    }

    /** A timeline's first snapshot, which has the offsets at which it began. A topic that has changed gets another snapshot. */
    private TopicSnapshot first(Cluster.Topic topic, Timeline timeline) {
        Beginning beginning = new Beginning(topic, timeline);
        TopicSnapshot known = beginnings.get(beginning);
        if (known == null) {
            // Not inside of computeIfAbsent: it would hold up other topics while the store is asked.
            known = snapshot(topic, timeline);
            beginnings.put(beginning, known);
        }
        return known;
    }

    /** Takes a snapshot of a topic where its settings changed, and looks for baselines that became complete. */
    void refresh(String name) {
        cluster.topic(name).ifPresent(topic -> {
            timelines.refresh(topic.name(), topic.id());
            beginnings.keySet().stream()
                    .filter(beginning -> beginning.topic().equals(topic))
                    .forEach(beginning -> snapshot(topic, beginning.timeline()));
        });
    }

    private TopicSnapshot snapshot(Cluster.Topic topic, Timeline timeline) {
        TopicSnapshot now = TopicStates.snapshot(cluster, clusterId, topic);
        now.number(TopicConfig.DELETE_RETENTION_MS_CONFIG)
                .ifPresent(millis -> tombstoneMillis.put(topic.name(), millis));
        TopicSnapshot first = snapshots.recordIfChanged(topic.name(), timeline, now);
        if (first.takenAt() == now.takenAt()) {
            tellOfOtherClusters(topic.name());
        }
        return first;
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
