package caravan.prune;

import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import java.util.Comparator;
import java.util.Optional;

/**
 * Whether a life of a topic may be pruned by age. The newest complete baseline may not: it is the full copy that a restore takes, so a
 * record of any age can be the state of its key. For the same reason a compacted topic may only be pruned where a later baseline is
 * complete.
 */
enum LifeRule {
    ALLOWED(""),
    BASELINE("the newest complete baseline: a record of any age can be the newest of its key"),
    UNFINISHED_BASELINE("a baseline that is not complete yet"),
    COMPACTED("a compacted topic without a later baseline: a record of any age can be the newest of its key"),
    DAMAGED("its snapshots are damaged, so nobody knows where it begins, and whether it is compacted");

    private static final String CLEANUP_POLICY = "cleanup.policy";

    private final String reason;

    LifeRule(String reason) {
        this.reason = reason;
    }

    /** Why it may not. */
    String reason() {
        return reason;
    }

    /**
     * @param life one of the topic's
     */
    static LifeRule of(TopicContents topic, TimelineContents life) {
        Timeline timeline = life.timeline();
        int complete = topic.timelines().stream()
                .filter(other -> other.timeline().topicId().equals(timeline.topicId()) && other.complete())
                .mapToInt(other -> other.timeline().baseline())
                .max()
                .orElse(0);
        if (life.damage().isPresent()) {
            return DAMAGED;
        }
        if (timeline.baseline() > complete) {
            return UNFINISHED_BASELINE;
        }
        if (timeline.baseline() < complete) {
            return ALLOWED;
        }
        return complete > 0 ? BASELINE : compacted(topic, timeline) ? COMPACTED : ALLOWED;
    }

    /** By the newest snapshot of this life, whichever baseline it is of; also where that does not say. */
    private static boolean compacted(TopicContents topic, Timeline timeline) {
        return topic.timelines().stream()
                .filter(other -> other.timeline().topicId().equals(timeline.topicId()))
                .flatMap(other -> other.newest().stream())
                .max(Comparator.comparingLong(TopicSnapshot::takenAt))
                .flatMap(newest -> Optional.ofNullable(newest.configs().get(CLEANUP_POLICY)))
                .map(policy -> policy.value().contains("compact"))
                .orElse(true);
    }
}
