package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.GroupsSnapshot;
import caravan.archive.UnsupportedFormatException;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads the snapshots that say what topics were like, and what consumer groups had committed: all of them, not only those that
 * everybody reads. The checks of one listing can be made by several threads.
 */
public final class DocumentCheck {
    private final Store store;

    public DocumentCheck(Store store) {
        this.store = store;
    }

    /** A check for each snapshot of a topic that {@link KeyCheck} does not tell of. */
    public Stream<Supplier<Optional<Finding>>> topic(TopicContents topic) {
        TopicSnapshots snapshots = new TopicSnapshots(store);
        return topic.timelines().stream()
                .filter(timeline -> timeline.damage().isEmpty())
                .flatMap(timeline -> keys(ArchiveLayout.timelineFolder(topic.topic(), timeline.timeline()) + "topic-"))
                .filter(ArchiveKey.Topic.class::isInstance)
                .map(key -> () -> damage(() -> snapshots.read((ArchiveKey.Topic) key))
                        .map(damage -> Finding.ofTopic(Severity.FAILURE, Kind.DOCUMENT, topic.topic(), damage)
                                .withKey(key.path())));
    }

    /** A check for each snapshot of the consumer groups. */
    public Stream<Supplier<Optional<Finding>>> groups() {
        return keys(ArchiveLayout.GROUPS)
                .filter(ArchiveKey.Groups.class::isInstance)
                .map(key -> () -> damage(() -> GroupsSnapshot.parse(store.read(key.path())))
                        .map(damage -> new Finding(
                                Severity.FAILURE,
                                Kind.DOCUMENT,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(key.path()),
                                key.path() + ": " + damage,
                                Kind.DOCUMENT.hint())));
    }

    private Stream<ArchiveKey> keys(String prefix) {
        return store.list(prefix).flatMap(entry -> ArchiveLayout.parse(entry.key()).stream());
    }

    private static Optional<String> damage(Runnable read) {
        try {
            read.run();
            return Optional.empty();
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            return Optional.of(e.getMessage());
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                return Optional.of("it was listed, and does not exist");
            }
            throw e;
        }
    }
}
