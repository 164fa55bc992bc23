package caravan.backup;

import caravan.archive.GroupsSnapshot;
import caravan.archive.GroupsSnapshot.Committed;
import caravan.archive.GroupsSnapshot.Group;
import caravan.kafka.Cluster;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Offsets that consumer groups committed for the topics of one backup. These are all that it knows; of other topics, and of lives
 * of topics that are over, the archive's word stays as it is.
 */
final class GroupOffsets {
    private static final Comparator<Committed> BY_PARTITION = Comparator.comparing(Committed::topic)
            .thenComparing(committed -> committed.topicId().toString())
            .thenComparingInt(Committed::partition);

    private final Map<String, Uuid> lives = new TreeMap<>();
    private final Map<String, List<Committed>> groups = new TreeMap<>();

    /**
     * @param topics those of the backup that the cluster has
     * @param commits of each group, for any topics
     */
    GroupOffsets(Map<String, Cluster.Topic> topics, Map<String, Map<TopicPartition, OffsetAndMetadata>> commits) {
        topics.forEach((name, topic) -> lives.put(name, topic.id()));
        commits.forEach((group, offsets) -> offsets.forEach((partition, offset) -> {
            // What a backup commits, of whatever archive and by whatever name, tells where that archive ends.
            boolean backup = CommitMetadata.parse(offset.metadata()).isPresent();
            if (lives.containsKey(partition.topic()) && !backup) {
                groups.computeIfAbsent(group, none -> new ArrayList<>()).add(committed(partition, offset));
            }
        }));
        groups.values().forEach(offsets -> offsets.sort(BY_PARTITION));
    }

    private Committed committed(TopicPartition partition, OffsetAndMetadata offset) {
        return new Committed(
                partition.topic(),
                lives.get(partition.topic()),
                partition.partition(),
                offset.offset(),
                offset.leaderEpoch().orElse(-1),
                Optional.ofNullable(offset.metadata()).orElse(""));
    }

    /** The offsets, by group; groups without any are not there. */
    Map<String, List<Committed>> groups() {
        return groups;
    }

    /** What a snapshot says of these topics, by group. */
    Map<String, List<Committed>> ours(GroupsSnapshot snapshot) {
        return entries(snapshot, true);
    }

    /** These offsets, and what a snapshot has of everything else: of another backup's topics, and of topics that were deleted. */
    List<Group> over(Optional<GroupsSnapshot> snapshot) {
        Map<String, List<Committed>> all =
                snapshot.map(known -> entries(known, false)).orElseGet(TreeMap::new);
        groups.forEach((group, offsets) ->
                all.computeIfAbsent(group, none -> new ArrayList<>()).addAll(offsets));
        return all.entrySet().stream()
                .map(group -> new Group(
                        group.getKey(),
                        group.getValue().stream().sorted(BY_PARTITION).toList()))
                .toList();
    }

    private Map<String, List<Committed>> entries(GroupsSnapshot snapshot, boolean ours) {
        Map<String, List<Committed>> entries = new TreeMap<>();
        for (Group group : snapshot.groups()) {
            group.offsets().stream()
                    .filter(offset -> offset.topicId().equals(lives.get(offset.topic())) == ours)
                    .sorted(BY_PARTITION)
                    .forEach(offset -> entries.computeIfAbsent(group.group(), none -> new ArrayList<>())
                            .add(offset));
        }
        return entries;
    }
}
