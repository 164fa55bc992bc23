package caravan.catalog;

import caravan.store.Store;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    public TopicContents {
        timelines = timelines.stream().sorted(BY_AGE).toList();
        foreign = List.copyOf(foreign);
    }

    /**
     * The timelines that a restore can choose from, in the order in which they began. Of one life of the topic, its newest complete
     * baseline, else what is no baseline; of all lives those that have records, or the last one where none has.
     */
    public List<TimelineContents> restorable() {
        Map<Uuid, TimelineContents> lives = new LinkedHashMap<>();
        for (TimelineContents contents : timelines) {
            lives.merge(contents.timeline().topicId(), contents, TopicContents::better);
        }
        Collection<TimelineContents> chosen = lives.values();
        List<TimelineContents> withData =
                chosen.stream().filter(TimelineContents::hasData).sorted(BY_AGE).toList();
        if (!withData.isEmpty()) {
            return withData;
        }
        return chosen.stream().max(BY_AGE).stream().toList();
    }

    private static TimelineContents better(TimelineContents one, TimelineContents other) {
        boolean later = other.timeline().baseline() > one.timeline().baseline();
        TimelineContents newer = later ? other : one;
        return newer.complete() ? newer : later ? one : other;
    }
}
