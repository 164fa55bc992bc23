package caravan.catalog;

import caravan.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * What an archive holds of one topic.
 *
 * @param timelines in the order in which they began
 * @param foreign keys in the topic's folder that are none of an archive's
 */
public record TopicContents(String topic, List<TimelineContents> timelines, List<Store.Entry> foreign) {
    private static final Comparator<TimelineContents> BY_AGE = Comparator.comparingLong(TimelineContents::begunAt)
            .thenComparing(contents -> contents.timeline().folder());
    private static final Comparator<TimelineContents> NEWEST_BASELINE_FIRST = Comparator.<TimelineContents>comparingInt(
                    contents -> contents.timeline().baseline())
            .reversed();

    public TopicContents {
        timelines = timelines.stream().sorted(BY_AGE).toList();
        foreign = List.copyOf(foreign);
    }

    /** The timelines that a restore of all that there is can choose from, as {@link #restorable(OptionalLong)}. */
    public List<TimelineContents> restorable() {
        return restorable(OptionalLong.empty());
    }

    /**
     * The timelines that a restore can choose from, in the order in which they began. Of one life of the topic, its newest complete
     * baseline, else what is no baseline; of all lives those that have records, or the last one where none has.
     *
     * <p>A baseline's contents are completed by those of the timeline before it: the partitions that this one has more of are its.
     * A backup that has not gone on in the baseline yet stores there.
     *
     * @param until epoch millis up to which records are wanted: a baseline that was complete later lacks what was overwritten before
     *     it was made. Empty where all are wanted
     */
    public List<TimelineContents> restorable(OptionalLong until) {
        Map<Uuid, List<TimelineContents>> lives = new LinkedHashMap<>();
        timelines.forEach(contents -> lives.computeIfAbsent(contents.timeline().topicId(), id -> new ArrayList<>())
                .add(contents));
        List<TimelineContents> chosen =
                lives.values().stream().map(life -> chosen(life, until)).toList();
        List<TimelineContents> withData =
                chosen.stream().filter(TimelineContents::hasData).sorted(BY_AGE).toList();
        if (!withData.isEmpty()) {
            return withData;
        }
        return chosen.stream().max(BY_AGE).stream().toList();
    }

    /**
     * The life that is meant: of those that a restore can choose from the only one, or the newest; or any by its name.
     *
     * @param chosen {@code newest}, a timeline's name, or "" where there is only one to choose from
     * @return empty where there is none of that name, or several to choose from
     */
    public Optional<TimelineContents> life(String chosen) {
        List<TimelineContents> candidates = restorable();
        if (chosen.isEmpty() && candidates.size() == 1 || chosen.equals("newest") && !candidates.isEmpty()) {
            return Optional.of(candidates.get(candidates.size() - 1));
        }
        return timelines.stream()
                .filter(life -> life.timeline().folder().equals(chosen))
                .findFirst();
    }

    /** Whether a later baseline of the same life is complete, in which a backup goes on. */
    public boolean superseded(TimelineContents contents) {
        return timelines.stream()
                .anyMatch(other ->
                        other.timeline().topicId().equals(contents.timeline().topicId())
                                && other.timeline().baseline()
                                        > contents.timeline().baseline()
                                && other.complete());
    }

    private static TimelineContents chosen(List<TimelineContents> life, OptionalLong until) {
        List<TimelineContents> complete = life.stream()
                .filter(TimelineContents::complete)
                .sorted(NEWEST_BASELINE_FIRST)
                .toList();
        if (complete.isEmpty()) {
            return life.stream().min(NEWEST_BASELINE_FIRST).orElseThrow();
        }
        int first = 0;
        while (first + 1 < complete.size() && madeAfter(complete.get(first), until)) {
            first++;
        }
        return completed(complete.subList(first, complete.size()));
    }

    private static boolean madeAfter(TimelineContents contents, OptionalLong until) {
        return until.isPresent()
                && contents.timeline().baseline() > 0
                && contents.completed().orElse(contents.begunAt()) >= until.getAsLong();
    }

    /**
     * The first of these, with those partitions of the others that reach further.
     *
     * @param complete timelines of one life, the newest baseline first
     */
    private static TimelineContents completed(List<TimelineContents> complete) {
        TimelineContents best = complete.get(0);
        Map<Integer, PartitionContents> partitions = new TreeMap<>();
        complete.forEach(contents -> contents.partitions()
                .forEach(partition -> partitions.merge(
                        partition.partition(),
                        partition,
                        (newer, older) -> reachesFurther(older, newer) ? older : newer)));
        List<PartitionContents> all = List.copyOf(partitions.values());
        if (all.equals(best.partitions())) {
            return best;
        }
        return new TimelineContents(best.topic(), best.timeline(), best.first(), best.newest(), best.damage(), all);
    }

    /**
     * Whether the older one has offsets that the newer one does not come up to. Where the newer one has seen a higher leader epoch
     * although it ends before, the log was truncated: what the older one has behind that is no part of it any more.
     */
    private static boolean reachesFurther(PartitionContents older, PartitionContents newer) {
        boolean truncated = lastEpoch(older) >= 0 && lastEpoch(newer) > lastEpoch(older);
        return !truncated && older.coverage().end() > newer.coverage().end();
    }

    /** The highest leader epoch of a key, which is that of the log's end; -1 where none is known. */
    private static int lastEpoch(PartitionContents partition) {
        return partition.keys().stream()
                .mapToInt(stored -> stored.key().epoch())
                .max()
                .orElse(-1);
    }
}
