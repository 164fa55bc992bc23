package caravan.backup;

import caravan.archive.Digests;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.PartitionTail;
import caravan.catalog.TopicSnapshots;
import caravan.kafka.Cluster;
import caravan.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The baselines that one run makes: fresh, full copies of topics, each in a timeline of its own, whose first snapshot says where it
 * begins and ends. One that an earlier run did not finish is gone on with, as long as no tombstone may have gone since it began.
 */
public final class Baselines {
    /** What the command binds them as, for the task of its route. */
    public static final String BEAN = "baselines";

    private static final Logger LOG = LoggerFactory.getLogger(Baselines.class);
    private static final int GROUP_DIGITS = 8;

    /**
     * How far the baseline of a topic has come.
     *
     * @param complete whether all is stored that was there when it began
     */
    public record Outcome(String topic, Timeline timeline, boolean complete) {}

    private record Copy(Timeline timeline, TopicSnapshot first) {}

    private final Store store;
    private final TopicSnapshots snapshots;
    private final Map<String, Copy> copies = new TreeMap<>();

    private Baselines(Store store) {
        this.store = store;
        this.snapshots = new TopicSnapshots(store);
    }

    /**
     * Begins a baseline of each topic, or finds the one to go on with. Blocking. Begins the archive where there is none.
     *
     * @param topics that the cluster has
     * @param unidentifiedTopics whether those without a topic id may be taken
     */
    public static Baselines begin(Store store, Cluster cluster, Collection<String> topics, boolean unidentifiedTopics) {
        new Catalog(store).openOrCreate();
        String clusterId = cluster.id();
        Baselines baselines = new Baselines(store);
        Map<String, Cluster.Topic> there = cluster.topics(topics);
        if (!unidentifiedTopics) {
            there.values().stream()
                    .filter(topic -> topic.id().equals(Uuid.ZERO_UUID))
                    .findFirst()
                    .ifPresent(topic -> {
                        throw BackupException.unidentified(topic.name());
                    });
        }
        there.values().forEach(topic -> baselines.begin(cluster, clusterId, topic));
        return baselines;
    }

    private void begin(Cluster cluster, String clusterId, Cluster.Topic topic) {
        TopicSnapshot now = TopicStates.snapshot(cluster, clusterId, topic);
        Timeline newest = snapshots.timelines(topic.name(), topic.id()).stream()
                .findFirst()
                .orElse(Timeline.of(topic.id()));
        if (newest.baseline() > 0 && !snapshots.complete(topic.name(), newest)) {
            Optional<TopicSnapshot> first = snapshots.first(topic.name(), newest);
            if (first.isPresent() && goesOn(first.get(), now)) {
                LOG.info("going on with the baseline {} of {}", newest, topic.name());
                copies.put(topic.name(), new Copy(newest, first.get()));
                return;
            }
        }
        Timeline next = new Timeline(topic.id(), newest.baseline() + 1);
        // After the settings, and so not before the log's start.
        Map<Integer, Long> ends = new TreeMap<>();
        cluster.lastStableOffsets(Cluster.partitions(topic))
                .forEach((partition, offset) -> ends.put(partition.partition(), offset));
        LOG.info("beginning the baseline {} of {}", next, topic.name());
        if (!now.compacted()
                && !newest.equals(next)
                && now.startOffsets().values().stream().anyMatch(start -> start > 0)) {
            LOG.warn(
                    "{} is not compacted: when its baseline is complete, a restore leaves out what only the archive has of it,"
                            + " unless --timeline {} is given",
                    topic.name(),
                    newest.folder());
        }
        copies.put(topic.name(), new Copy(next, snapshots.recordIfChanged(topic.name(), next, now.endingAt(ends))));
    }

    /** What began so long ago that tombstones may have gone would lack deletes itself. */
    private static boolean goesOn(TopicSnapshot begun, TopicSnapshot now) {
        long retention =
                now.number(TopicConfig.DELETE_RETENTION_MS_CONFIG).orElse(TombstoneWatch.DEFAULT_RETENTION_MILLIS);
        return !now.compacted() || now.takenAt() - begun.takenAt() < TombstoneWatch.patience(retention);
    }

    /** Names of the topics. */
    public Collection<String> topics() {
        return List.copyOf(copies.keySet());
    }

    /** The timeline of a topic's baseline; empty where none is made of it. */
    Optional<Timeline> timeline(String topic) {
        return Optional.ofNullable(copies.get(topic)).map(Copy::timeline);
    }

    /**
     * The consumer group that makes them: of nobody but those who make the same ones, because who is given a partition of another
     * backup would store it elsewhere.
     *
     * @param backup the group of an ordinary backup
     */
    String group(String backup) {
        String made = copies.entrySet().stream()
                .map(copy -> copy.getKey() + "/" + copy.getValue().timeline())
                .collect(Collectors.joining("\n"));
        return backup + "-baseline-"
                + Digests.hex(Digests.sha256().digest(made.getBytes(StandardCharsets.UTF_8)))
                        .substring(0, GROUP_DIGITS);
    }

    /** Writes down of each that is complete that it is. Blocking; asks the store once or twice for each partition. */
    public List<Outcome> finish() {
        List<Outcome> outcomes = new ArrayList<>();
        copies.forEach((topic, copy) -> {
            boolean complete = complete(topic, copy);
            if (complete) {
                snapshots.complete(topic, copy.timeline(), System.currentTimeMillis());
            }
            outcomes.add(new Outcome(topic, copy.timeline(), complete));
        });
        return outcomes;
    }

    private boolean complete(String topic, Copy copy) {
        return copy.first().endOffsets().entrySet().stream().allMatch(end -> {
            PartitionFolder folder = new PartitionFolder(topic, copy.timeline(), end.getKey());
            long begin = copy.first().startOffsets().getOrDefault(end.getKey(), 0L);
            return PartitionTail.find(store, folder, begin, Optional.empty()).next() >= end.getValue();
        });
    }
}
