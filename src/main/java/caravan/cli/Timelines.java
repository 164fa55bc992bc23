package caravan.cli;

import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which life of a topic a command means, where the archive has several. */
final class Timelines {
    private Timelines() {}

    /**
     * @param chosen {@code newest}, a timeline's name, or "" where there is only one to choose from
     */
    static TimelineContents choose(TopicContents topic, String chosen) {
        return topic.life(chosen).orElseThrow(() -> chosen.isEmpty() ? several(topic) : unknown(topic, chosen));
    }

    private static CommandException several(TopicContents topic) {
        String lives = topic.restorable().stream()
                .map(life -> life.timeline() + " (" + Units.count(life.records(), "record") + ", begun "
                        + Units.time(Optional.of(life.begunAt())) + ")")
                .collect(Collectors.joining(", "));
        return CommandException.usage(
                "the archive has several timelines of the topic " + topic.topic() + ": " + lives,
                "choose one with --timeline newest or --timeline <id>");
    }

    private static CommandException unknown(TopicContents topic, String chosen) {
        return CommandException.usage(
                "the topic " + topic.topic() + " has no timeline " + chosen, "see what it has with 'info'");
    }
}
