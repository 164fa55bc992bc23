package caravan.catalog;

import caravan.archive.GroupsSnapshot;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What consumer groups committed for one topic, by an archive's newest snapshot of them.
 *
 * @param takenAt when the snapshot was written, epoch millis
 * @param offsets in the order of the timelines, then of the groups' names
 */
@JsonPropertyOrder({"takenAt", "offsets"})
public record TopicCommits(long takenAt, List<Committed> offsets) {

    /**
     * What a group committed for one partition.
     *
     * @param offset the next offset that the group would read
     * @param lag offsets from there on that the archive holds without a hole: 0 where the group is ahead of the archive
     */
    @JsonPropertyOrder({"timeline", "group", "partition", "offset", "lag"})
    public record Committed(String timeline, String group, int partition, long offset, long lag) {}

    /** What a snapshot says of those lives of a topic that the archive has: of each, the timeline in which a backup goes on. */
    public static TopicCommits of(GroupsSnapshot snapshot, TopicContents contents) {
        List<Committed> offsets = new ArrayList<>();
        for (TimelineContents timeline : contents.timelines()) {
            if (contents.superseded(timeline) || !timeline.complete()) {
                continue;
            }
            for (GroupsSnapshot.Group group : snapshot.groups()) {
                group.offsets().stream()
                        .filter(offset -> offset.topic().equals(contents.topic()))
                        .filter(offset ->
                                offset.topicId().equals(timeline.timeline().topicId()))
                        .map(offset -> new Committed(
                                timeline.timeline().folder(),
                                group.group(),
                                offset.partition(),
                                offset.offset(),
                                lag(timeline, offset)))
                        .forEach(offsets::add);
            }
        }
        return new TopicCommits(snapshot.takenAt(), offsets);
    }

    private static long lag(TimelineContents timeline, GroupsSnapshot.Committed offset) {
        return timeline.partitions().stream()
                .filter(partition -> partition.partition() == offset.partition())
                .mapToLong(
                        partition -> partition.coverage().next() - Math.max(offset.offset(), partition.startOffset()))
                .filter(lag -> lag > 0)
                .sum();
    }
}
