package caravan.restore;

import caravan.archive.ArchiveDocument;
import caravan.catalog.Catalog;
import caravan.catalog.DataCheck;
import caravan.catalog.DocumentCheck;
import caravan.catalog.Finding;
import caravan.catalog.Finding.Severity;
import caravan.catalog.KeyCheck;
import caravan.catalog.ObjectReading;
import caravan.catalog.TopicChoice;
import caravan.catalog.TopicContents;
import caravan.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Checks whether an archive is whole and sound: keys and coverage always, every byte of every object, and with a cluster whether both
 * hold the same records, where that is wanted. Blocking.
 */
public final class Verification {
    private final Store store;
    private final TopicChoice topics;
    private final boolean data;
    private final Optional<TopicComparison> comparison;
    private final ObjectReading.Progress progress;
    private long objectsRead;
    private long bytesRead;

    /**
     * @param data whether every object is read
     * @param comparison with a cluster; its owner closes it
     * @param progress hears of objects that were read
     */
    public Verification(
            Store store,
            TopicChoice topics,
            boolean data,
            Optional<TopicComparison> comparison,
            ObjectReading.Progress progress) {
        this.store = store;
        this.topics = topics;
        this.data = data;
        this.comparison = comparison;
        this.progress = progress;
    }

    /** Objects that were read from the first byte to the last. */
    public long objectsRead() {
        return objectsRead;
    }

    /** Bytes of these objects. */
    public long bytesRead() {
        return bytesRead;
    }

    /** Records that archive and cluster both have. */
    public long recordsCompared() {
        return comparison.map(TopicComparison::records).orElse(0L);
    }

    /**
     * Runs.
     *
     * @param archive the archive's own document
     * @param checked hears of each topic, with what was found of it
     * @param elsewhere hears of what was found beside the topics
     */
    public void run(
            ArchiveDocument archive, BiConsumer<TopicContents, List<Finding>> checked, Consumer<Finding> elsewhere) {
        Catalog catalog = new Catalog(store);
        KeyCheck keys = new KeyCheck(store, Instant.now());
        DocumentCheck documents = new DocumentCheck(store);
        List<String> found = new ArrayList<>();
        try (ObjectReading reading = new ObjectReading(new DataCheck(store, archive.archiveId()), progress)) {
            // Before hours of work, not after them.
            comparison.ifPresent(with -> topics.in(catalog, foreign -> {}).forEach(with::requireChoice));
            topics.in(catalog, entry -> elsewhere.accept(KeyCheck.foreign(Optional.empty(), entry)))
                    .forEach(topic -> {
                        List<Finding> about = new ArrayList<>(keys.check(topic));
                        if (data) {
                            about.addAll(reading.read(documents.topic(topic)));
                            about.addAll(reading.read(topic));
                        }
                        comparison.ifPresent(with -> about.addAll(with.compare(topic)));
                        checked.accept(topic, about);
                        found.add(topic.topic());
                    });
            if (data && topics.all()) {
                reading.read(documents.groups()).forEach(elsewhere);
            }
            objectsRead = reading.objects();
            bytesRead = reading.bytes();
        }
        topics.missing(found)
                .forEach(name -> elsewhere.accept(Finding.ofTopic(
                        Severity.WARNING, Finding.Kind.MISSING_TOPIC, name, "the archive has no topic " + name)));
    }
}
