package caravan.prune;

import caravan.archive.GapDocument;
import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.PartitionFolder;
import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.KeyCheck;
import caravan.catalog.PartitionContents;
import caravan.catalog.StoredKey;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.store.Deletion;
import caravan.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deletes objects that are older than wanted from the old end of each partition. A gap key with the reason {@code pruned} is stored
 * first, and readers take an object before a gap, so that it can be cut off at any moment: what is left of what was named is deleted by
 * the next run. Safe beside backups, which write at the other end. One thread, which deletes by several.
 */
public final class Prune implements AutoCloseable {
    private static final int AT_ONCE = 16;
    private static final int PORTION = 4 * AT_ONCE;

    private final Store store;
    private final Catalog catalog;
    private final Optional<Deletion> deletion;
    private final KeyCheck keys;
    private final AgeLimit limit;
    private final Instant now;
    private final String by;
    private final Consumer<StoredKey> deleted;
    private final UnfinishedRestores restores;
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private final Set<Remark> remarks = new LinkedHashSet<>();
    private final LongAdder versionsKept = new LongAdder();

    /**
     * @param deletion by which objects are deleted; empty to change nothing and only tell what would be deleted
     * @param age objects whose newest record is older are deleted
     * @param ignored names of unfinished restores that nobody goes on with: what they need is not spared
     * @param by name of this program, for the gaps' documents
     * @param deleted hears of each object that was deleted, from several threads
     */
    public Prune(
            Store store,
            Optional<Deletion> deletion,
            Instant now,
            Duration age,
            Set<String> ignored,
            String by,
            Consumer<StoredKey> deleted) {
        this.store = store;
        this.catalog = new Catalog(store);
        this.deletion = deletion;
        this.keys = new KeyCheck(store, now);
        this.limit = new AgeLimit(now, age);
        this.now = now;
        this.by = by;
        this.deleted = deleted;
        this.restores = new UnfinishedRestores(store, ignored);
    }

    /** Before this time, an object's newest record makes it old. */
    public Instant limit() {
        return limit.limit();
    }

    /** Objects that nobody sees any more, but that the bucket keeps as older versions. */
    public long versionsKept() {
        return versionsKept.sum();
    }

    /** What a person should look at, so far. */
    public List<Remark> remarks() {
        return List.copyOf(remarks);
    }

    /** Prunes all lives of a topic. Throws {@link caravan.store.StoreException}; run again, it goes on. */
    public List<PrunedTimeline> prune(TopicContents topic) {
        return topic.timelines().stream().map(life -> prune(topic, life)).toList();
    }

    private PrunedTimeline prune(TopicContents topic, TimelineContents life) {
        LifeRule rule = LifeRule.of(topic, life);
        String name = life.timeline().folder();
        if (rule == LifeRule.DAMAGED) {
            remarks.add(new Remark(
                    topic.topic() + ": " + name + " was left alone: "
                            + life.damage().orElse(rule.reason()),
                    "see what is damaged with 'verify'",
                    true));
        }
        if (rule != LifeRule.ALLOWED && rule != LifeRule.COMPACTED) {
            return PrunedTimeline.of(topic.topic(), name, rule.reason(), List.of());
        }
        Set<PartitionFolder> needed = topic.superseded(life) ? restored(topic) : Set.of();
        List<PartitionPruning> prunings = life.partitions().stream()
                .map(partition -> needed.contains(partition.folder())
                        ? PartitionPruning.none(partition.folder(), Optional.empty())
                        : oldEnd(partition))
                .toList();
        if (rule == LifeRule.COMPACTED) {
            remarkCompacted(topic.topic(), prunings);
            return PrunedTimeline.of(topic.topic(), name, rule.reason(), List.of());
        }
        for (int i = 0; i < prunings.size(); i++) {
            remark(life.partitions().get(i), prunings.get(i).obstacle());
        }
        return PrunedTimeline.of(topic.topic(), name, null, deletion.isPresent() ? delete(prunings) : prunings);
    }

    /** Partitions that a restore takes; of a timeline before a baseline, too, as long as no backup has gone on in the baseline. */
    private static Set<PartitionFolder> restored(TopicContents topic) {
        return topic.restorable().stream()
                .flatMap(life -> life.partitions().stream())
                .map(PartitionContents::folder)
                .collect(Collectors.toSet());
    }

    private PartitionPruning oldEnd(PartitionContents partition) {
        return new OldEnd(partition, limit, gap -> isPruned(partition.folder(), gap), restores::needs).find();
    }

    private boolean isPruned(PartitionFolder folder, GapKey gap) {
        return catalog.gap(folder, gap).map(GapDocument::reason).equals(Optional.of(Reason.PRUNED));
    }

    // ---- what is remarked ----

    private void remarkCompacted(String topic, List<PartitionPruning> prunings) {
        long objects =
                prunings.stream().mapToLong(pruning -> pruning.objects().size()).sum();
        if (objects > 0) {
            remarks.add(new Remark(
                    topic + " is compacted, and has no later baseline: " + objects
                            + (objects == 1 ? " old object was" : " old objects were")
                            + " left alone, as a record of any age can be the newest of its key",
                    "copy it anew with 'backup --baseline'; what lies before the copy can be pruned then",
                    false));
        }
    }

    private void remark(PartitionContents partition, Optional<Obstacle> obstacle) {
        String name = partition.folder().topic() + "-" + partition.partition();
        if (obstacle.isEmpty()) {
            return;
        }
        if (obstacle.get() instanceof Obstacle.Hole hole) {
            Finding finding = keys.hole(partition, hole.range());
            remarks.add(new Remark(
                    finding.message() + "; what lies behind it was left alone",
                    finding.hint(),
                    finding.severity() == Finding.Severity.FAILURE));
        } else if (obstacle.get() instanceof Obstacle.Needed needed) {
            remarkNeeded(needed.restoreId());
        } else if (obstacle.get() instanceof Obstacle.Unclear unclear) {
            remarks.add(
                    new Remark(name + " was left alone: " + unclear.why(), "look at it with 'verify --data'", false));
        }
    }

    private void remarkNeeded(String restoreId) {
        remarks.add(new Remark(
                "the restore " + restoreId + " has not come to its end: old objects that it needs were left alone",
                "run it to its end; or, if nobody will, prune with --ignore-restore " + restoreId,
                false));
    }

    // ---- what is changed ----

    private List<PartitionPruning> delete(List<PartitionPruning> prunings) {
        if (prunings.stream().allMatch(PartitionPruning::isEmpty)) {
            return prunings;
        }
        inPortions(prunings, pruning -> pruning.gaps().stream().map(gap -> () -> name(pruning.folder(), gap)));
        // A restore that was planned meanwhile sees the gaps, or is seen here; but for one that listed before them and
        // froze its plan
        // after this, which fails where it misses an object.
        restores.look();
        List<PartitionPruning> spared = prunings.stream().map(this::spared).toList();
        inPortions(spared, pruning -> pruning.objects().stream().map(stored -> () -> delete(pruning.folder(), stored)));
        inPortions(spared, pruning -> pruning.replaced().stream()
                .map(gap -> () -> right().delete(pruning.folder().key(gap))));
        return spared;
    }

    /** The same without what a restore needs by now. */
    private PartitionPruning spared(PartitionPruning pruning) {
        return pruning.with(pruning.objects().stream()
                .filter(stored -> {
                    Optional<String> restore = restores.needs(pruning.folder().key(stored.key()));
                    restore.ifPresent(this::remarkNeeded);
                    return restore.isEmpty();
                })
                .toList());
    }

    private Deletion right() {
        return deletion.orElseThrow();
    }

    private GapKey name(PartitionFolder folder, GapKey gap) {
        byte[] document = GapDocument.pruned(gap, now.toEpochMilli(), by).toJson();
        if (!store.putIfAbsent(folder.key(gap), document) && !isPruned(folder, gap)) {
            throw new IllegalStateException(folder.key(gap) + " appeared meanwhile, for another reason");
        }
        return gap;
    }

    private StoredKey delete(PartitionFolder folder, StoredKey stored) {
        if (right().delete(folder.key(stored.key())) == Deletion.Outcome.VERSION_KEPT) {
            versionsKept.increment();
        }
        deleted.accept(stored);
        return stored;
    }

    /** Some requests at a time, and none more once one has failed. */
    private void inPortions(
            List<PartitionPruning> prunings, Function<PartitionPruning, Stream<Callable<Object>>> requests) {
        List<Callable<Object>> portion = new ArrayList<>();
        for (PartitionPruning pruning : prunings) {
            requests.apply(pruning).forEach(request -> {
                portion.add(request);
                if (portion.size() == PORTION) {
                    answerAll(portion);
                }
            });
        }
        answerAll(portion);
    }

    private void answerAll(List<Callable<Object>> portion) {
        try {
            for (Future<Object> answer : threads.invokeAll(portion)) {
                answer.get();
            }
            portion.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
