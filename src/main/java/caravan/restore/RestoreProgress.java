package caravan.restore;

import caravan.archive.RecordBatches;
import caravan.kafka.Chunk;
import caravan.restore.RestorePlan.ObjectPlan;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;

/** What a restore has done so far. Safe for any thread. */
public final class RestoreProgress {
    private final Map<TopicPartition, LongAdder> produced = new ConcurrentHashMap<>();
    private final Map<ObjectPlan, LongAdder> read = new ConcurrentHashMap<>();
    private final Map<TopicPartition, LongAdder> logBytes = new ConcurrentHashMap<>();
    private final LongAdder records = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder objects = new LongAdder();
    private final Queue<Loss> losses = new ConcurrentLinkedQueue<>();
    private volatile RestorePlan plan = new RestorePlan(List.of(), Selection.ALL);

    /**
     * What could not be read of an object, and is left out.
     *
     * @param from first offset that is missing, inclusive
     * @param why what is wrong with the object
     */
    public record Loss(ObjectPlan object, long from, String why) {}

    void planned(RestorePlan frozen) {
        plan = frozen;
    }

    /** A chunk came out of an object. */
    void read(ObjectPlan object, Chunk chunk) {
        read.computeIfAbsent(object, key -> new LongAdder())
                .add(RecordBatches.count(chunk.batches(), chunk.from(), chunk.next()));
    }

    /**
     * A chunk's records were acknowledged, all of them.
     *
     * @param log bytes of the chunk's batches, as the archive holds them
     */
    void produced(ObjectPlan object, long count, long log) {
        produced.computeIfAbsent(object.target(), key -> new LongAdder()).add(count);
        logBytes.computeIfAbsent(object.target(), key -> new LongAdder()).add(log);
        records.add(count);
    }

    /** An object was read to its end: as many records came out of it as the plan says. */
    void read(ObjectPlan object) {
        LongAdder count = read.remove(object);
        long found = count == null ? 0 : count.sum();
        boolean lost = losses.stream().anyMatch(loss -> loss.object().equals(object));
        if (!lost && object.whole() && found != object.object().records()) {
            throw new RestoreException(
                    RestoreException.Kind.DAMAGED,
                    object.key() + " should hold " + object.object().records() + " records, and " + found
                            + " were read",
                    "see what is damaged with 'verify --data'");
        }
    }

    /** An object is damaged from this offset on, and what it would hold there is left out. */
    void lost(ObjectPlan object, long from, String why) {
        losses.add(new Loss(object, from, why));
    }

    /** What was left out of damaged objects. */
    public List<Loss> losses() {
        return List.copyOf(losses);
    }

    /** An object need not be read: the target holds these records of it, or none of its records is wanted. */
    void passed(ObjectPlan object, long count) {
        produced(object, count, 0);
        restored(object);
    }

    /** All records of an object were acknowledged. */
    void restored(ObjectPlan object) {
        objects.increment();
        bytes.add(object.size());
    }

    /** Makes sure that the restore came to the end of every object of its plan. */
    void complete() {
        long planned = plan.partitions().stream()
                .mapToLong(partition -> partition.objects().size())
                .sum();
        if (objects() != planned) {
            throw new RestoreException(
                    RestoreException.Kind.NOT_POSSIBLE,
                    "only " + objects() + " of " + planned + " objects were restored",
                    "see the log, and run it again: it goes on where it was");
        }
    }

    long produced(TopicPartition target) {
        LongAdder count = produced.get(target);
        return count == null ? 0 : count.sum();
    }

    /** Bytes of log that were produced to a partition, as the archive holds them: about what the broker holds. */
    long logBytes(TopicPartition target) {
        LongAdder sum = logBytes.get(target);
        return sum == null ? 0 : sum.sum();
    }

    public RestorePlan plan() {
        return plan;
    }

    /** Records that were produced and acknowledged. */
    public long records() {
        return records.sum();
    }

    /** Bytes of log that were produced, as the archive holds them. */
    public long logBytes() {
        return logBytes.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Bytes of objects that are restored. */
    public long bytes() {
        return bytes.sum();
    }

    public long objects() {
        return objects.sum();
    }
}
