package caravan.cli;

import caravan.catalog.Catalog;
import caravan.catalog.TopicContents;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which topics of an archive: all that it holds, Kafka's own among them, unless told otherwise. */
final class ArchivedTopics extends TopicOptions {

    @Option(
            names = "--topics",
            paramLabel = "LIST",
            description = "Topics, comma-separated names and regular expressions (default: all).")
    private String topics;

    /** Whether nothing is left out. */
    boolean all() {
        return topics == null && excludeTopics().isBlank();
    }

    /**
     * The contents of the topics, read while the stream is.
     *
     * @param foreign hears of foreign files outside of the topics' folders, if nothing is left out
     */
    Stream<TopicContents> in(Catalog catalog, Consumer<Store.Entry> foreign) {
        if (all()) {
            return catalog.contents(foreign);
        }
        Predicate<String> wanted =
                topics == null ? TopicFilter.of(excludeTopics(), "")::matches : filter(topics)::matches;
        return catalog.topics().stream()
                .filter(topics == null ? wanted.negate() : wanted)
                .flatMap(topic -> catalog.topic(topic).stream());
    }

    /** What was asked for and is not among those found: names, or the whole list where it matches nothing. */
    List<String> missing(Collection<String> found) {
        if (topics == null) {
            return List.of();
        }
        List<String> names = filter(topics).names().stream()
                .filter(name -> !found.contains(name))
                .toList();
        return names.isEmpty() && found.isEmpty() ? List.of(topics) : names;
    }
}
