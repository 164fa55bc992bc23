package caravan.catalog;

import caravan.archive.ArchiveDocument;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.TopicSnapshot;
import caravan.kafka.Cluster;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * One topic of an archive, as it is told in JSON.
 *
 * @param store the store's URL
 * @param cluster null where no cluster was asked
 * @param timelines in the order in which they began
 * @param groups what consumer groups committed; null where the archive has no snapshot of them that can be read
 * @param findings gaps, holes, foreign files and damage, as {@code verify} reports them
 */
@JsonPropertyOrder({"store", "archiveId", "topic", "cluster", "timelines", "groups", "findings"})
public record TopicDetails(
        String store,
        String archiveId,
        String topic,
        ClusterState cluster,
        List<Timeline> timelines,
        TopicCommits groups,
        List<FindingSummary> findings) {

    /** The cluster as it is now; {@code topicId} is null where it does not have the topic. */
    @JsonPropertyOrder({"clusterId", "topicId", "group"})
    public record ClusterState(String clusterId, String topicId, String group) {}

    /**
     * One life of the topic.
     *
     * @param clusterId cluster that it was in; null where the snapshots are damaged
     * @param begunAt epoch millis; null where the snapshots are damaged
     * @param complete whether a baseline has all that was there when it began; true of what is no baseline
     * @param live whether it is the cluster's topic of today; null where no cluster was asked
     * @param configs effective settings at the newest snapshot, each with its source
     */
    @JsonPropertyOrder({
        "timeline",
        "clusterId",
        "begunAt",
        "complete",
        "live",
        "replicationFactor",
        "objects",
        "records",
        "bytes",
        "baseTimestamp",
        "maxTimestamp",
        "configs",
        "partitions"
    })
    public record Timeline(
            String timeline,
            String clusterId,
            Long begunAt,
            boolean complete,
            Boolean live,
            Integer replicationFactor,
            long objects,
            long records,
            long bytes,
            Long baseTimestamp,
            Long maxTimestamp,
            Map<String, TopicSnapshot.Config> configs,
            List<Partition> partitions) {}

    /**
     * One partition.
     *
     * @param startOffset where its backup began, inclusive
     * @param next end of what is stored without a hole, exclusive
     * @param gaps ranges of offsets that can never be stored any more
     * @param holes ranges of offsets that nothing answers for
     * @param voided number of objects that are no part of the partition any more, as its log was truncated
     * @param committed what the group committed; null where it did not, or no cluster was asked
     * @param logEnd the log's end in the cluster, exclusive; null where no cluster was asked, or the timeline is not the one that a
     *     backup goes on in: of another life of the topic, a baseline that is not complete, or followed by one that is
     * @param lag {@code logEnd} less what is committed (or, without a commit, stored): what is not yet safe; null like {@code logEnd}
     */
    @JsonPropertyOrder({
        "partition",
        "startOffset",
        "next",
        "objects",
        "records",
        "bytes",
        "baseTimestamp",
        "maxTimestamp",
        "gaps",
        "holes",
        "voided",
        "committed",
        "logEnd",
        "lag"
    })
    public record Partition(
            int partition,
            long startOffset,
            long next,
            long objects,
            long records,
            long bytes,
            Long baseTimestamp,
            Long maxTimestamp,
            List<OffsetRange> gaps,
            List<OffsetRange> holes,
            long voided,
            Long committed,
            Long logEnd,
            Long lag) {}

    /** What a cluster says about the topic; nothing where none was asked. */
    public record Live(
            Optional<ClusterState> state,
            Optional<Cluster.Topic> topic,
            Map<TopicPartition, Long> logEnds,
            Map<TopicPartition, OffsetAndMetadata> committed) {

        /** No cluster was asked. */
        public static Live none() {
            return new Live(Optional.empty(), Optional.empty(), Map.of(), Map.of());
        }

        /**
         * Asks a cluster. Blocking; throws {@link org.apache.kafka.common.KafkaException}.
         *
         * @param group whose commits are read
         */
        public static Live of(Cluster cluster, String topic, String group) {
            Optional<Cluster.Topic> now = cluster.topic(topic);
            ClusterState state = new ClusterState(
                    cluster.id(), now.map(t -> t.id().toString()).orElse(null), group);
            if (now.isEmpty()) {
                return new Live(Optional.of(state), now, Map.of(), Map.of());
            }
            return new Live(
                    Optional.of(state),
                    now,
                    cluster.highWatermarks(Cluster.partitions(now.get())),
                    cluster.committed(group));
        }
    }

    /**
     * Tells of a topic.
     *
     * @param findings of {@link KeyCheck}
     */
    public static TopicDetails of(
            Store store, ArchiveDocument archive, TopicContents contents, List<Finding> findings, Live live) {
        return new TopicDetails(
                store.location(),
                archive.archiveId(),
                contents.topic(),
                live.state().orElse(null),
                contents.timelines().stream()
                        .map(timeline -> timeline(timeline, live, contents.superseded(timeline)))
                        .toList(),
                new GroupsSnapshots(store)
                        .newest()
                        .map(stored -> TopicCommits.of(stored.snapshot(), contents))
                        .orElse(null),
                findings.stream().map(FindingSummary::of).toList());
    }

    private static Timeline timeline(TimelineContents contents, Live live, boolean superseded) {
        boolean current = live.topic()
                .map(now -> now.id().equals(contents.timeline().topicId()))
                .orElse(false);
        return new Timeline(
                contents.timeline().folder(),
                contents.newest().map(TopicSnapshot::clusterId).orElse(null),
                contents.first().map(TopicSnapshot::takenAt).orElse(null),
                contents.complete(),
                live.state().isPresent() ? current : null,
                contents.newest().map(TopicSnapshot::replicationFactor).orElse(null),
                contents.objects(),
                contents.records(),
                contents.bytes(),
                contents.baseTimestamp().orElse(null),
                contents.maxTimestamp().orElse(null),
                contents.newest().map(TopicSnapshot::configs).orElse(Map.of()),
                partitions(contents, live, current && contents.complete() && !superseded));
    }

    private static List<Partition> partitions(TimelineContents contents, Live live, boolean current) {
        Map<Integer, Partition> partitions = new TreeMap<>();
        contents.partitions()
                .forEach(partition -> partitions.put(partition.partition(), partition(partition, live, current)));
        return List.copyOf(partitions.values());
    }

    private static Partition partition(PartitionContents contents, Live live, boolean current) {
        TopicPartition name = new TopicPartition(contents.folder().topic(), contents.partition());
        Long committed = current && live.committed().containsKey(name)
                ? Long.valueOf(live.committed().get(name).offset())
                : null;
        Long logEnd = current ? live.logEnds().get(name) : null;
        long safe = committed == null ? contents.coverage().next() : committed;
        return new Partition(
                contents.partition(),
                contents.startOffset(),
                contents.coverage().next(),
                contents.objects().size(),
                contents.records(),
                contents.bytes(),
                contents.baseTimestamp().orElse(null),
                contents.maxTimestamp().orElse(null),
                contents.coverage().gaps().stream()
                        .map(gap -> new OffsetRange(gap.from(), gap.next()))
                        .toList(),
                contents.coverage().holes(),
                contents.coverage().voided().stream()
                        .filter(ObjectKey.class::isInstance)
                        .count(),
                committed,
                logEnd,
                logEnd == null ? null : Math.max(0, logEnd - safe));
    }
}
