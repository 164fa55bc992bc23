package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.archive.UnsupportedFormatException;
import caravan.store.Store;
import caravan.store.StoreException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

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
            if (store.putIfAbsent(
                    next(topic, timeline, last, now.takenAt()),
                    now.later(newest.completed()).toJson())) {
                return first;
            }
        }
        throw tooMany(topic);
    }

    private static String next(String topic, Timeline timeline, ArchiveKey.Topic last, long now) {
        return new ArchiveKey.Topic(topic, timeline, Math.max(now, last.takenAt() + 1)).path();
    }

    private static IllegalStateException tooMany(String topic) {
        return new IllegalStateException("too many processes write snapshots of the topic " + topic);
    }

    /**
     * Writes down that a baseline is complete, in a snapshot that says the same as the newest one besides. A second time does nothing.
     *
     * @param now epoch millis
     */
    public void complete(String topic, Timeline baseline, long now) {
        for (int attempt = 0; attempt < RACES; attempt++) {
            List<ArchiveKey.Topic> existing = existing(topic, baseline);
            ArchiveKey.Topic last = existing.get(existing.size() - 1);
            TopicSnapshot newest = read(last);
            TopicSnapshot complete = newest.at(now).later(OptionalLong.of(now));
            if (newest.completed().isPresent()
                    || store.putIfAbsent(next(topic, baseline, last, now), complete.toJson())) {
                return;
            }
        }
        throw tooMany(topic);
    }

    /** The timelines that there are of one life of a topic, the newest baseline first, and last what is no baseline. */
    public List<Timeline> timelines(String topic, Uuid topicId) {
        return store.folders(ArchiveLayout.topicFolder(topic)).stream()
                .flatMap(folder -> Timeline.parse(folder).stream())
                .filter(timeline -> timeline.topicId().equals(topicId))
                .sorted(Comparator.comparingInt(Timeline::baseline).reversed())
                .toList();
    }

    /** Whether a timeline is no baseline, or one that says that it is complete. Asks the store only where it is a baseline. */
    public boolean complete(String topic, Timeline timeline) {
        if (timeline.baseline() == 0) {
            return true;
        }
        List<ArchiveKey.Topic> existing = existing(topic, timeline);
        return !existing.isEmpty()
                && read(existing.get(existing.size() - 1)).completed().isPresent();
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
        return snapshot.at(0).later(OptionalLong.empty());
    }
}
