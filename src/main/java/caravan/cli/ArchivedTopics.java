package caravan.cli;

import caravan.catalog.Catalog;
import caravan.catalog.TopicChoice;
import caravan.catalog.TopicContents;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which topics of an archive: all that it holds, Kafka's own among them, unless told otherwise. */
final class ArchivedTopics extends TopicOptions {

    @Option(
            names = "--topics",
            paramLabel = "LIST",
            description = "Topics, comma-separated names and regular expressions (default: all).")
    private String topics;

    /** These topics. */
    TopicChoice choice() {
        if (topics != null) {
            return TopicChoice.of(filter(topics), topics);
        }
        return excludeTopics().isBlank()
                ? TopicChoice.everything()
                : TopicChoice.without(TopicFilter.of(excludeTopics(), ""));
    }

    /** The contents of the topics, see {@link TopicChoice#in}. */
    Stream<TopicContents> in(Catalog catalog, Consumer<Store.Entry> foreign) {
        return choice().in(catalog, foreign);
    }

    /** What was asked for and is not among those found. */
    List<String> missing(Collection<String> found) {
        return choice().missing(found);
    }
}
