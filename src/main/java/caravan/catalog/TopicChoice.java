package caravan.catalog;

import caravan.kafka.TopicFilter;
import caravan.store.Store;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Some topics of an archive: all that it holds, Kafka's own among them, unless told otherwise.
 *
 * @param wanted which are meant; empty for all but those that are not
 * @param unwanted which are not meant, where {@code wanted} does not say that
 * @param text what was written to mean {@code wanted}
 */
public record TopicChoice(Optional<TopicFilter> wanted, Optional<TopicFilter> unwanted, String text) {

    /** All topics. */
    public static TopicChoice everything() {
        return new TopicChoice(Optional.empty(), Optional.empty(), "");
    }

    /** Those that are meant. */
    public static TopicChoice of(TopicFilter wanted, String text) {
        return new TopicChoice(Optional.of(wanted), Optional.empty(), text);
    }

    /** All but those. */
    public static TopicChoice without(TopicFilter unwanted) {
        return new TopicChoice(Optional.empty(), Optional.of(unwanted), "");
    }

    /** Whether nothing is left out. */
    public boolean all() {
        return wanted.isEmpty() && unwanted.isEmpty();
    }

    /**
     * The contents of the topics, read while the stream is.
     *
     * @param foreign hears of foreign files outside of the topics' folders, if nothing is left out
     */
    public Stream<TopicContents> in(Catalog catalog, Consumer<Store.Entry> foreign) {
        if (all()) {
            return catalog.contents(foreign);
        }
        return catalog.topics().stream()
                .filter(topic -> wanted.map(filter -> filter.matches(topic))
                        .orElseGet(() -> !unwanted.orElseThrow().matches(topic)))
                .flatMap(topic -> catalog.topic(topic).stream());
    }

    /** What was asked for and is not among those found: names, or the whole list where it matches nothing. */
    public List<String> missing(Collection<String> found) {
        if (wanted.isEmpty()) {
            return List.of();
        }
        List<String> names = wanted.get().names().stream()
                .filter(name -> !found.contains(name))
                .toList();
        return names.isEmpty() && found.isEmpty() ? List.of(text) : names;
    }
}
