package caravan.cli;

import caravan.kafka.TopicFilter;
import picocli.CommandLine.Option;

/** Which topics. */
class TopicOptions {

    @Option(
            names = "--exclude-topics",
            paramLabel = "LIST",
            defaultValue = "",
            description = "Topics to leave out, in the form of --topics.")
    private String excluded;

    String excludeTopics() {
        return excluded;
    }

    TopicFilter filter(String topics) {
        try {
            return TopicFilter.of(topics, excluded);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    e.getMessage(),
                    "entries of letters, digits, '.', '_' and '-' are names; others regular expressions");
        }
    }

    /** For commands that need them named. */
    static final class Required extends TopicOptions {

        @Option(
                names = "--topics",
                paramLabel = "LIST",
                required = true,
                description = "Topics, comma-separated; an entry of other characters than [A-Za-z0-9._-] is a regular"
                        + " expression.")
        private String topics;

        String topics() {
            return topics;
        }

        TopicFilter filter() {
            return filter(topics);
        }
    }

    /** For commands that take all topics unless told otherwise. */
    static final class Optional extends TopicOptions {

        @Option(
                names = "--topics",
                paramLabel = "LIST",
                defaultValue = ".*",
                description = "Topics, comma-separated names and regular expressions (default: all).")
        private String topics;

        String topics() {
            return topics;
        }

        TopicFilter filter() {
            return filter(topics);
        }
    }
}
