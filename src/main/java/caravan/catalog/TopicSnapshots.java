package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the history of a topic's settings: a snapshot is written only where something changed. */
public final class TopicSnapshots {
    private static final int RACES = 100;

    private final Store store;

    public TopicSnapshots(Store store) {
        this.store = store;
    }

    /**
     * Writes a snapshot unless the newest one says the same. Offsets are written with the timeline's first snapshot only.
     *
     * @param now what the topic is like, with the offsets at which a new timeline begins
     * @return the timeline's first snapshot, which has the offsets at which it began
     */
    public TopicSnapshot recordIfChanged(String topic, Timeline timeline, TopicSnapshot now) {
        for (int attempt = 0; attempt < RACES; attempt++) {
            List<ArchiveKey.Topic> existing = existing(topic, timeline);
            if (existing.isEmpty()) {
                // Read again: another process may have begun the timeline at the same time.
                store.putIfAbsent(new ArchiveKey.Topic(topic, timeline, now.takenAt()).path(), now.toJson());
                continue;
            }
            TopicSnapshot first = read(existing.get(0));
            ArchiveKey.Topic last = existing.get(existing.size() - 1);
            TopicSnapshot newest = existing.size() == 1 ? first : read(last);
            if (same(newest, now)) {
                return first;
            }
            long name = Math.max(now.takenAt(), last.takenAt() + 1);
            TopicSnapshot changed = withoutOffsets(now);
            if (store.putIfAbsent(new ArchiveKey.Topic(topic, timeline, name).path(), changed.toJson())) {
                return first;
            }
        }
        throw new IllegalStateException("too many processes write snapshots of the topic " + topic);
    }

    /** A timeline's first snapshot, which has the offsets at which it began; empty where it has none. */
    public Optional<TopicSnapshot> first(String topic, Timeline timeline) {
        return existing(topic, timeline).stream().findFirst().map(this::read);
    }

    /** The snapshots of a timeline, the oldest first. */
    List<ArchiveKey.Topic> existing(String topic, Timeline timeline) {
        return store.list(ArchiveLayout.timelineFolder(topic, timeline) + "topic-")
                .flatMap(entry -> ArchiveLayout.parse(entry.key()).stream())
                .filter(ArchiveKey.Topic.class::isInstance)
                .map(ArchiveKey.Topic.class::cast)
                .toList();
    }

    /**
     * One snapshot.
     *
     * @throws DamagedObjectException with the key, where there is no such snapshot under it
     */
    TopicSnapshot read(ArchiveKey.Topic key) {
        try {
            TopicSnapshot read = TopicSnapshot.parse(store.read(key.path()));
            if (!read.name().equals(key.topic())
                    || !read.topicId().equals(key.timeline().topicId())) {
                throw new DamagedObjectException("it is of the topic " + read.name() + ", id " + read.topicId());
            }
            return read;
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            throw new DamagedObjectException(key.path() + ": " + e.getMessage(), e);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.NOT_FOUND) {
                throw new DamagedObjectException(key.path() + ": it was listed, and does not exist", e);
            }
            throw e;
        }
    }

    private static boolean same(TopicSnapshot one, TopicSnapshot other) {
        return undated(one).equals(undated(other));
    }

    private static TopicSnapshot undated(TopicSnapshot snapshot) {
        return with(snapshot, 0);
    }

    private static TopicSnapshot withoutOffsets(TopicSnapshot snapshot) {
        return with(snapshot, snapshot.takenAt());
    }

    private static TopicSnapshot with(TopicSnapshot snapshot, long takenAt) {
        return new TopicSnapshot(
                snapshot.name(),
                snapshot.topicId(),
                snapshot.partitions(),
                snapshot.replicationFactor(),
                snapshot.configs(),
                snapshot.clusterId(),
                takenAt,
                Map.of(),
                Map.of());
    }
}
