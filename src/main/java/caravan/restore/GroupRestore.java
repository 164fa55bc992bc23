package caravan.restore;

import caravan.archive.GroupsSnapshot;
import caravan.catalog.GroupsSnapshots;
import caravan.kafka.Cluster;
import caravan.kafka.GroupFilter;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** Gives consumer groups the place in restored topics that they had in the source. */
public final class GroupRestore {

    /**
     * Where a group goes on in one partition.
     *
     * @param source offset that it had committed in the source
     * @param offset that it gets in the target
     * @param before what it has there now; empty where it has nothing
     */
    public record Move(String group, TopicPartition target, long source, long offset, OptionalLong before) {}

    /**
     * What is to be set, and by what.
     *
     * @param takenAt when the snapshot was taken, epoch millis; empty where there is none
     * @param missing what was asked for and the archive does not have, a sentence each
     */
    public record Moves(OptionalLong takenAt, List<Move> moves, List<String> missing) {}

    /** Where the first restored record of a partition lies in the target. */
    interface Starts {
        long of(TopicPartition target);
    }

    /** The name, too: topics of very old brokers all have the same id. */
    private record Place(String topic, Uuid topicId, int partition) {}

    private record Commit(String group, long offset) {}

    private final Store store;
    private final Cluster cluster;
    private final RestoreRequest request;
    private final RestorePlan plan;

    GroupRestore(Store store, Cluster cluster, RestoreRequest request, RestorePlan plan) {
        this.store = store;
        this.cluster = cluster;
        this.request = request;
        this.plan = plan;
    }

    /** What the groups get; nothing is changed. */
    Moves moves(Starts starts, OffsetTranslation.Readable readable) {
        GroupFilter filter = request.groups();
        if (filter.isEmpty()) {
            return new Moves(OptionalLong.empty(), List.of(), List.of());
        }
        Optional<GroupsSnapshot> snapshot = snapshot();
        Map<Place, PartitionPlan> places = places();
        Map<PartitionPlan, List<Commit>> commits = new HashMap<>();
        Set<String> found = new TreeSet<>();
        for (GroupsSnapshot.Group group : snapshot.map(GroupsSnapshot::groups).orElse(List.of())) {
            if (!filter.matches(group.group())) {
                continue;
            }
            group.offsets().forEach(committed -> {
                PartitionPlan partition =
                        places.get(new Place(committed.topic(), committed.topicId(), committed.partition()));
                if (partition != null) {
                    found.add(group.group());
                    commits.computeIfAbsent(partition, none -> new ArrayList<>())
                            .add(new Commit(group.group(), committed.offset()));
                }
            });
        }
        Map<String, Map<TopicPartition, OffsetAndMetadata>> now = cluster.committed(found);
        OffsetTranslation translation = new OffsetTranslation(store, plan.selection(), readable);
        List<Move> moves = new ArrayList<>();
        commits.forEach((partition, all) -> {
            Map<Long, Long> counts = translation.before(
                    partition, all.stream().map(Commit::offset).toList());
            for (Commit commit : all) {
                OffsetAndMetadata before = now.get(commit.group()).get(partition.target());
                moves.add(new Move(
                        commit.group(),
                        partition.target(),
                        commit.offset(),
                        starts.of(partition.target()) + counts.get(commit.offset()),
                        before == null ? OptionalLong.empty() : OptionalLong.of(before.offset())));
            }
        });
        moves.sort(Comparator.comparing(Move::group)
                .thenComparing(move -> move.target().topic())
                .thenComparing(move -> move.target().partition()));
        OptionalLong takenAt =
                snapshot.map(taken -> OptionalLong.of(taken.takenAt())).orElse(OptionalLong.empty());
        return new Moves(takenAt, moves, missing(takenAt, found));
    }

    /** The last one that is not after the time that is asked for, which is the end of the restored window unless given. */
    private Optional<GroupsSnapshot> snapshot() {
        GroupsSnapshots snapshots = new GroupsSnapshots(store);
        OptionalLong at = at();
        return (at.isPresent() ? snapshots.notAfter(at.getAsLong()) : snapshots.newest())
                .map(GroupsSnapshots.Stored::snapshot);
    }

    private OptionalLong at() {
        return request.groupsAt().isPresent()
                ? request.groupsAt()
                : plan.selection().window().to();
    }

    private Map<Place, PartitionPlan> places() {
        Map<Place, PartitionPlan> places = new HashMap<>();
        for (TopicPlan topic : plan.topics()) {
            for (PartitionPlan partition : topic.partitions()) {
                int number = partition.source().partition();
                if (plan.selection().partitions().contains(number)) {
                    places.put(new Place(topic.source(), topic.timeline().topicId(), number), partition);
                }
            }
        }
        return places;
    }

    private List<String> missing(OptionalLong takenAt, Set<String> found) {
        if (takenAt.isEmpty()) {
            return List.of("the archive has no offsets of consumer groups"
                    + at().stream()
                            .mapToObj(at ->
                                    " as of " + Instant.ofEpochMilli(at) + "; --groups-at takes those of another time")
                            .collect(Collectors.joining()));
        }
        return request.groups().names().stream()
                .filter(name -> !found.contains(name))
                .map(name -> "the archive has no offsets of the group " + name + " for these topics, as of "
                        + Instant.ofEpochMilli(takenAt.getAsLong()))
                .toList();
    }

    /**
     * What became of the groups.
     *
     * @param there places that groups have now
     * @param attention what a person should look at, a sentence each
     */
    record Outcome(List<Move> there, List<String> attention) {}

    /**
     * Sets the offsets of groups that nobody is a member of.
     *
     * @param again whether the restore had come to its end before: offsets that a group has by now are its own then, and stay
     */
    Outcome set(Moves moves, boolean again) {
        List<Move> there = new ArrayList<>();
        List<String> attention = new ArrayList<>();
        byGroup(moves).forEach((group, all) -> set(group, all, again)
                .ifPresentOrElse(attention::add, () -> there.addAll(all)));
        attention.addAll(moves.missing());
        return new Outcome(there, attention);
    }

    /**
     * Why groups would not be given their offsets now, a sentence each; nothing is changed.
     *
     * @param again as in {@link #set}
     */
    List<String> hindrances(Moves moves, boolean again) {
        return byGroup(moves).entrySet().stream()
                .filter(group -> !toSet(group.getValue()).isEmpty())
                .flatMap(group -> hindrance(group.getKey(), toSet(group.getValue()), again).stream())
                .toList();
    }

    private static Map<String, List<Move>> byGroup(Moves moves) {
        return moves.moves().stream().collect(Collectors.groupingBy(Move::group, TreeMap::new, Collectors.toList()));
    }

    private static List<Move> toSet(List<Move> moves) {
        return moves.stream()
                .filter(move -> move.before().isEmpty() || move.before().getAsLong() != move.offset())
                .toList();
    }

    private Optional<String> hindrance(String group, List<Move> moves, boolean again) {
        // In a topic that had records before, a group may have read only some of those.
        if ((again || request.append())
                && moves.stream().anyMatch(move -> move.before().isPresent())) {
            return Optional.of(
                    "the group " + group + " has offsets of its own in restored topics by now: they stay, unless"
                            + " 'kafka-consumer-groups.sh --reset-offsets' sets them");
        }
        if (cluster.members(group) > 0) {
            return Optional.of("the group " + group
                    + " has members, so its offsets are not set: stop them, and run the restore again");
        }
        return Optional.empty();
    }

    private Optional<String> set(String group, List<Move> moves, boolean again) {
        List<Move> wanted = toSet(moves);
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        try {
            Optional<String> hindrance = hindrance(group, wanted, again);
            if (hindrance.isEmpty()) {
                cluster.commit(
                        group,
                        wanted.stream()
                                .collect(Collectors.toMap(Move::target, move -> new OffsetAndMetadata(move.offset()))));
            }
            return hindrance;
        } catch (KafkaException e) {
            return Optional.of("the offsets of the group " + group + " could not be set: " + e.getMessage());
        }
    }
}
