package caravan.cli;

import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which life of a topic a command means, where the archive has several. */
final class Timelines {
    private Timelines() {}

    /**
     * @param chosen {@code newest}, a timeline's name, or "" where there is only one to choose from
     */
    static TimelineContents choose(TopicContents topic, String chosen) {
        List<TimelineContents> candidates = topic.restorable();
        if (chosen.isEmpty() && candidates.size() == 1 || chosen.equals("newest")) {
            return candidates.get(candidates.size() - 1);
        }
        if (chosen.isEmpty()) {
            String lives = candidates.stream()
                    .map(life -> life.timeline() + " (" + Units.count(life.records(), "record") + ", begun "
                            + Units.time(Optional.of(life.begunAt())) + ")")
                    .collect(Collectors.joining(", "));
            throw CommandException.usage(
                    "the archive has several timelines of the topic " + topic.topic() + ": " + lives,
                    "choose one with --timeline newest or --timeline <id>");
        }
        return topic.timelines().stream()
                .filter(life -> life.timeline().folder().equals(chosen))
                .findFirst()
                .orElseThrow(() -> CommandException.usage(
                        "the topic " + topic.topic() + " has no timeline " + chosen, "see what it has with 'info'"));
    }
}
