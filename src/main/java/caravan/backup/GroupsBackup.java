package caravan.backup;

import caravan.archive.GroupsSnapshot;
import caravan.archive.GroupsSnapshot.Committed;
import caravan.catalog.GroupsSnapshots;
import caravan.catalog.GroupsSnapshots.Stored;
import caravan.kafka.Cluster;
import caravan.kafka.GroupFilter;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps the offsets of consumer groups in the archive. A snapshot is written where something changed, and only if all of it could be
 * read: what is missing in the newest one was not there. Groups that the newest one has are asked for by their names, because a list of
 * groups may lack some: asked so, a group is known not to exist, or not to be visible. Blocking; not safe for several threads.
 */
final class GroupsBackup {
    private static final int RACES = 100;

    private final Cluster cluster;
    private final String clusterId;
    private final GroupsSnapshots snapshots;
    private final TopicFilter topics;
    private final GroupFilter groups;
    private final String own;
    private Optional<Map<String, List<Committed>>> seen = Optional.empty();
    private volatile List<String> missing = List.of();

    /**
     * @param own the backup's consumer group
     */
    GroupsBackup(Cluster cluster, String clusterId, Store store, TopicFilter topics, GroupFilter groups, String own) {
        this.cluster = cluster;
        this.clusterId = clusterId;
        this.snapshots = new GroupsSnapshots(store);
        this.topics = topics;
        this.groups = groups;
        this.own = own;
    }

    /**
     * Takes a snapshot, unless the newest one says the same.
     *
     * @param inTurn not either if another process has just done so for these topics: of several that share a backup, each would write
     *     what changed since the one before it wrote
     * @return the number of groups that have offsets in the backup's topics
     * @throws org.apache.kafka.common.KafkaException where something can't be read; nothing is written then
     */
    int take(boolean inTurn) {
        Optional<GroupsSnapshot> newest = newest();
        GroupOffsets now = read(newest);
        missing = groups.names().stream()
                .filter(name -> !now.groups().containsKey(name))
                .sorted()
                .toList();
        Optional<Map<String, List<Committed>>> written = newest.map(now::ours);
        if (inTurn && seen.isPresent() && !written.equals(seen)) {
            seen = written;
        } else {
            write(now);
            seen = Optional.of(now.groups());
        }
        return now.groups().size();
    }

    /** Groups that were asked for by their names and had no offsets in the backup's topics the last time; sorted. */
    List<String> missing() {
        return missing;
    }

    private void write(GroupOffsets now) {
        for (int attempt = 0; attempt < RACES; attempt++) {
            // Asked again: another backup may have written meanwhile what it knows of its topics.
            Optional<GroupsSnapshot> newest = newest();
            Map<String, List<Committed>> known = newest.map(now::ours).orElse(Map.of());
            if (known.equals(now.groups())
                    || snapshots.write(new GroupsSnapshot(clusterId, System.currentTimeMillis(), now.over(newest)))) {
                return;
            }
        }
        throw new IllegalStateException("too many processes write snapshots of consumer groups");
    }

    private Optional<GroupsSnapshot> newest() {
        return snapshots.newest().map(Stored::snapshot);
    }

    private GroupOffsets read(Optional<GroupsSnapshot> newest) {
        Map<String, Cluster.Topic> there = cluster.topics(cluster.topics(topics));
        Set<String> asked = asked();
        newest.map(new GroupOffsets(there, Map.of())::ours).orElse(Map.of()).keySet().stream()
                .filter(groups::matches)
                .filter(group -> !group.equals(own))
                .forEach(asked::add);
        Map<String, Map<TopicPartition, OffsetAndMetadata>> commits = cluster.committed(asked);
        Set<String> named = commits.values().stream()
                .flatMap(offsets -> offsets.keySet().stream())
                .map(TopicPartition::topic)
                .filter(there::containsKey)
                .collect(Collectors.toCollection(TreeSet::new));
        // A commit does not say which life of its topic it is for. Where that is the same before and after, it is for
        // this one.
        Map<String, Cluster.Topic> after = cluster.topics(named);
        named.stream()
                .filter(name -> !after.containsKey(name)
                        || !after.get(name).id().equals(there.get(name).id()))
                .forEach(there::remove);
        return new GroupOffsets(there, commits);
    }

    private Set<String> asked() {
        Set<String> asked = new TreeSet<>(groups.names());
        if (groups.hasExpressions()) {
            Set<String> visible = cluster.consumerGroups();
            visible.removeIf(group -> !groups.matches(group));
            if (visible.isEmpty()) {
                cluster.requireGroupsVisible();
            }
            asked.addAll(visible);
        }
        asked.remove(own);
        return asked;
    }
}
