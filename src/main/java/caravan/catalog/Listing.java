package caravan.catalog;

import caravan.archive.ArchiveKey;
import caravan.archive.ArchiveLayout;
import caravan.archive.DamagedObjectException;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.store.Store;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Groups a listing, which comes in the order of the keys, by topic; holds one topic's keys at a time. */
final class Listing implements Iterator<TopicContents> {

    /** Keys of one life of a topic. */
    private static final class Life {
        private final List<ArchiveKey.Topic> snapshots = new ArrayList<>();
        private final Map<Integer, List<StoredKey>> partitions = new TreeMap<>();
    }

    private final Store store;
    private final TopicSnapshots snapshots;
    private final Iterator<Store.Entry> entries;
    private final Consumer<Store.Entry> foreign;
    private Store.Entry ahead;

    /**
     * @param prefix what is listed: everything ("") or one topic's folder
     * @param foreign hears of keys outside of the topics' folders that are none of an archive's
     */
    Listing(Store store, String prefix, Consumer<Store.Entry> foreign) {
        this.store = store;
        this.snapshots = new TopicSnapshots(store);
        this.entries = store.list(prefix).iterator();
        this.foreign = foreign;
        advance();
    }

    static boolean isTopic(String name) {
        try {
            ArchiveLayout.topicFolder(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** To the next entry that lies in a topic's folder. */
    private void advance() {
        while (entries.hasNext()) {
            ahead = entries.next();
            if (folder(ahead).isPresent()) {
                return;
            }
            if (ArchiveLayout.parse(ahead.key()).isEmpty()) {
                foreign.accept(ahead);
            }
        }
        ahead = null;
    }

    private static Optional<String> folder(Store.Entry entry) {
        String[] parts = entry.key().split("/", 3);
        boolean topic = parts.length == 3 && ArchiveLayout.TOPICS.equals(parts[0] + "/") && isTopic(parts[1]);
        return topic ? Optional.of(parts[1]) : Optional.empty();
    }

    @Override
    public boolean hasNext() {
        return ahead != null;
    }

    @Override
    public TopicContents next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String topic = folder(ahead).orElseThrow();
        Map<Timeline, Life> lives = new LinkedHashMap<>();
        List<Store.Entry> strangers = new ArrayList<>();
        for (; ahead != null && folder(ahead).equals(Optional.of(topic)); advance()) {
            Optional<ArchiveKey> key = ArchiveLayout.parse(ahead.key());
            if (key.isPresent() && key.get() instanceof ArchiveKey.Partition partition) {
                life(lives, partition.folder().timeline())
                        .partitions
                        .computeIfAbsent(partition.folder().partition(), none -> new ArrayList<>())
                        .add(new StoredKey(partition.key(), ahead.size(), ahead.lastModified()));
            } else if (key.isPresent() && key.get() instanceof ArchiveKey.Topic snapshot) {
                life(lives, snapshot.timeline()).snapshots.add(snapshot);
            } else {
                strangers.add(ahead);
            }
        }
        List<TimelineContents> timelines = new ArrayList<>();
        lives.forEach((timeline, life) -> timelines.add(contents(topic, timeline, life)));
        return new TopicContents(topic, timelines, strangers);
    }

    private static Life life(Map<Timeline, Life> lives, Timeline timeline) {
        return lives.computeIfAbsent(timeline, none -> new Life());
    }

    private TimelineContents contents(String topic, Timeline timeline, Life life) {
        Optional<TopicSnapshot> first = Optional.empty();
        Optional<TopicSnapshot> newest = Optional.empty();
        Optional<String> damage = Optional.empty();
        if (life.snapshots.isEmpty()) {
            damage = Optional.of(ArchiveLayout.timelineFolder(topic, timeline) + " has no snapshot of the topic");
        } else {
            try {
                first = Optional.of(snapshots.read(life.snapshots.get(0)));
                newest = life.snapshots.size() == 1
                        ? first
                        : Optional.of(snapshots.read(life.snapshots.get(life.snapshots.size() - 1)));
            } catch (DamagedObjectException e) {
                damage = Optional.of(e.getMessage());
            }
        }
        for (int partition = 0;
                partition < newest.map(TopicSnapshot::partitions).orElse(0);
                partition++) {
            life.partitions.putIfAbsent(partition, List.of());
        }
        List<PartitionContents> partitions = new ArrayList<>();
        for (Map.Entry<Integer, List<StoredKey>> partition : life.partitions.entrySet()) {
            PartitionFolder folder = new PartitionFolder(topic, timeline, partition.getKey());
            PartitionContents contents = new PartitionContents(folder, start(first, partition), partition.getValue());
            partitions.add(contents.coverage().holes().isEmpty() ? contents : again(contents));
        }
        return new TimelineContents(topic, timeline, first, newest, damage, partitions);
    }

    /**
     * A listing that takes its time can pass the place of a gap's key before it is written, and come to the objects after they were
     * pruned for it. Whoever began to list after that finds the gap.
     */
    private PartitionContents again(PartitionContents before) {
        List<StoredKey> keys = new ArrayList<>();
        store.list(before.folder().path()).forEach(entry -> ArchiveLayout.parse(entry.key())
                .filter(ArchiveKey.Partition.class::isInstance)
                .map(ArchiveKey.Partition.class::cast)
                .ifPresent(key -> keys.add(new StoredKey(key.key(), entry.size(), entry.lastModified()))));
        return new PartitionContents(before.folder(), before.startOffset(), keys);
    }

    /** Partitions that were added later are wanted from their beginning; without a snapshot nothing is known to be missed. */
    private static long start(Optional<TopicSnapshot> first, Map.Entry<Integer, List<StoredKey>> partition) {
        if (first.isPresent()) {
            return first.get().startOffsets().getOrDefault(partition.getKey(), 0L);
        }
        return partition.getValue().isEmpty()
                ? 0
                : partition.getValue().get(0).key().from();
    }
}
