package caravan.backup;

import caravan.archive.Timeline;
import caravan.catalog.TopicSnapshots;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;

/**
 * Which timelines the backup of a topic can go on in. An ordinary backup goes on in the newest complete baseline, so that the
 * baseline has everything that comes later; while one is being made, it goes on where it was. The run that makes it goes on in it
 * alone. Asks the store once for a topic, and again when told to.
 */
final class BackupTimelines {
    private final TopicSnapshots snapshots;
    private final Optional<Baselines> made;
    private final Map<Life, List<Timeline>> known = new ConcurrentHashMap<>();

    /** Not the id alone: where brokers give none, all topics have the same. */
    private record Life(String topic, Uuid id) {}

    /** @param made the baselines that this run makes; empty in an ordinary backup */
    BackupTimelines(TopicSnapshots snapshots, Optional<Baselines> made) {
        this.snapshots = snapshots;
        this.made = made;
    }

    /**
     * The timelines to go on in, the best first; never empty.
     *
     * @throws IllegalStateException if a baseline is made, but of another life of the topic
     */
    List<Timeline> of(String topic, Uuid id) {
        if (made.isPresent()) {
            return made.get().timeline(topic).stream()
                    .filter(timeline -> timeline.topicId().equals(id))
                    .findFirst()
                    .map(List::of)
                    .orElseThrow(() -> new IllegalStateException(
                            "the topic " + topic + " is another one than when its baseline began"));
        }
        List<Timeline> before = known.get(new Life(topic, id));
        return before == null ? refresh(topic, id) : before;
    }

    /** The same, where a commit says that the backup already goes on in this one. */
    List<Timeline> of(String topic, Uuid id, Optional<Timeline> committed) {
        List<Timeline> timelines = of(topic, id);
        boolean behind = committed
                .filter(timeline -> timeline.topicId().equals(id))
                .filter(timeline -> timeline.baseline() > timelines.get(0).baseline())
                .isPresent();
        return behind ? refresh(topic, id) : timelines;
    }

    /** Looks again for baselines that are complete. */
    List<Timeline> refresh(String topic, Uuid id) {
        if (made.isPresent()) {
            return of(topic, id);
        }
        List<Timeline> complete = snapshots.timelines(topic, id).stream()
                .filter(timeline -> snapshots.complete(topic, timeline))
                .toList();
        List<Timeline> timelines = complete.isEmpty() ? List.of(Timeline.of(id)) : complete;
        known.put(new Life(topic, id), timelines);
        return timelines;
    }

    /** Whether a commit in this timeline says that something is safe. */
    boolean counts(Timeline committed, String topic, Uuid id) {
        return committed.topicId().equals(id)
                && made.map(baselines -> baselines.timeline(topic).equals(Optional.of(committed)))
                        .orElse(true);
    }
}
