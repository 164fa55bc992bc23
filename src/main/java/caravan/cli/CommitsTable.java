package caravan.cli;

import caravan.catalog.TopicCommits;
import java.util.Optional;

/** The offsets that an archive keeps of consumer groups, as {@code info} shows them. */
final class CommitsTable {
    private CommitsTable() {}

    /** Lines that end with a line feed, with an empty one before them; nothing where no group has an offset. */
    static String of(TopicCommits commits) {
        if (commits == null || commits.offsets().isEmpty()) {
            return "";
        }
        boolean several = commits.offsets().stream()
                        .map(TopicCommits.Committed::timeline)
                        .distinct()
                        .count()
                > 1;
        Table table = new Table("GROUP", "TIMELINE", ">PARTITION", ">OFFSET", ">LAG");
        commits.offsets()
                .forEach(offset -> table.row(
                        offset.group(),
                        several ? offset.timeline() : "",
                        Integer.toString(offset.partition()),
                        Units.count(offset.offset()),
                        Units.count(offset.lag())));
        return "\nconsumer groups at " + Units.time(Optional.of(commits.takenAt())) + "\n\n" + table.print("  ");
    }
}
