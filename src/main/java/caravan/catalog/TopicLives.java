package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an archive last knew of each life of a topic, without a look at its objects. */
public final class TopicLives {
    private final Store store;

    public TopicLives(Store store) {
        this.store = store;
    }

    /** The newest snapshot of each timeline; one that has none, or none that can be read, is left out. */
    public Map<Timeline, TopicSnapshot> newest(String topic) {
        TopicSnapshots snapshots = new TopicSnapshots(store);
        Map<Timeline, TopicSnapshot> lives = new LinkedHashMap<>();
        store.folders(ArchiveLayout.topicFolder(topic)).stream()
                .flatMap(folder -> Timeline.parse(folder).stream())
                .forEach(timeline -> {
                    List<ArchiveKey.Topic> existing = snapshots.existing(topic, timeline);
                    try {
                        if (!existing.isEmpty()) {
                            lives.put(timeline, snapshots.read(existing.get(existing.size() - 1)));
                        }
                    } catch (DamagedObjectException e) {
                        // Whoever verifies the archive is told.
                        return;
                    }
                });
        return lives;
    }
}
