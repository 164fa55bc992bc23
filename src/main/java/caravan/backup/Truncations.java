package caravan.backup;

import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.catalog.LastRecord;
import caravan.catalog.PartitionEpochs;
import caravan.catalog.PartitionEpochs.Place;
import caravan.kafka.Cluster.LogEnd;
import caravan.kafka.Refused;
import caravan.kafka.Refused.EpochEnd;
import caravan.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where the backup of a log goes on that was truncated (an unclean leader election, a restored volume): where it begins to
 * differ from what the archive holds. From there on it is stored anew, and the first new object makes void what the archive has, by
 * its higher leader epoch.
 *
 * <p>The leader tells of an epoch how far it has it. The archive may have had others between, so a place is found as a follower finds
 * it (KIP-101, KIP-279): the last one that can be common, from where the leader is asked again; each is before the one that was
 * refused. Nothing of this is kept: who comes after a kill asks, and is answered, the same.
 *
 * <p>All rests on leader epochs that are never given twice. Where they are, because a cluster's metadata were put back to an older
 * state, too, nothing new could make the old void, and the partition stops.
 */
final class Truncations {
    private static final Logger LOG = LoggerFactory.getLogger(Truncations.class);

    /** How often a leader has to say that its epoch is an old one: it may be one that has not heard of its end. */
    private static final int DOUBTS = 3;

    /**
     * Where to go on.
     *
     * @param place what is common ends there
     * @param admission what the next object has to be, where the archive has something behind that place
     */
    record Turn(Place place, Optional<Admission> admission) {}

    private final Store store;
    private final Supplier<Consumer<byte[], byte[]>> logs;
    private final Progress progress;
    private final Map<TopicPartition, Integer> doubts = new ConcurrentHashMap<>();
    private final Map<TopicPartition, Place> counted = new ConcurrentHashMap<>();

    /**
     * @param logs makes consumers that read committed records
     * @param progress told of each log that was truncated, once
     */
    Truncations(Store store, Supplier<Consumer<byte[], byte[]>> logs, Progress progress) {
        this.store = store;
        this.logs = logs;
        this.progress = progress;
    }

    /**
     * Where a partition goes on whose position was refused.
     *
     * @param first where its backup began
     * @param logStart not behind the archive's end
     * @param log asked for after the position was refused
     * @throws BackupException where a person has to decide
     */
    Turn turn(
            TopicPartition partition, PartitionFolder folder, long first, long logStart, LogEnd log, Refused refused) {
        PartitionEpochs archive = PartitionEpochs.of(store, folder, first);
        Place end = archive.end();
        Optional<EpochEnd> limit = limit(log, refused);
        if (refused.position() > end.offset() || limit.isEmpty()) {
            // What was refused is not what the archive ends with, or is served by now: asked for anew.
            return new Turn(end, Optional.empty());
        }
        if (limit.get().offset() < first) {
            throw BackupException.truncatedBeforeItsBackup(
                    partition, limit.get().offset(), first);
        }
        Place place = archive.lastUpTo(limit.get().offset(), limit.get().epoch());
        if (place.offset() >= refused.position()) {
            throw new IllegalStateException(partition + ": " + refused + "; the archive has nothing else before it");
        }
        OptionalInt voids = voids(partition, archive.behind(Math.max(place.offset(), logStart)));
        if (voids.isPresent() && log.leaderEpoch().orElse(Integer.MAX_VALUE) <= voids.getAsInt()) {
            throw doubted(
                    partition,
                    BackupException.epochsWentBack(partition, log.leaderEpoch().get(), voids.getAsInt()));
        }
        LOG.warn(
                "{}: the log was truncated, and is backed up again from offset {} on: it is not what the archive holds up to {}, of"
                        + " leader epochs up to {}, which the first new object makes void; its leader has epoch {} now",
                partition,
                place.offset(),
                end.offset(),
                voids.isPresent() ? voids.getAsInt() : "unknown",
                log.leaderEpoch().map(String::valueOf).orElse("unknown"));
        if (!end.equals(counted.put(partition, end))) {
            progress.truncation();
        }
        return new Turn(
                place, voids.isPresent() ? Optional.of(newerThan(partition, voids.getAsInt())) : Optional.empty());
    }

    private static Admission newerThan(TopicPartition partition, int epoch) {
        return first -> first.epoch() > epoch
                ? Optional.empty()
                : Optional.of(BackupException.notNewer(partition, first, epoch));
    }

    /**
     * Compares the last record that the archive has with the log's, where the group's commit is older than the archive: perhaps the group
     * was put back to an older state, and the log with it, in which leader epochs are given a second time. If they differ, nothing is
     * stored on top of it; the leader may refuse the position yet.
     *
     * @param last the key that the archive ends with
     */
    Optional<Admission> suspicion(
            TopicPartition partition, PartitionFolder folder, Optional<PartitionKey> last, long logStart, LogEnd log) {
        return last.filter(key -> key instanceof ObjectKey
                        && key.epoch() >= 0
                        && logStart < key.next()
                        && key.next() <= log.offset())
                .flatMap(key -> new LastRecord(store, folder, (ObjectKey) key).difference(logs))
                .map(difference -> {
                    LOG.warn("{}: the log has another record than the archive at {}", partition, difference);
                    return first -> Optional.of(BackupException.anotherRecord(partition, difference));
                });
    }

    /** Up to where, and to which epoch, the log may be the same; empty where it is not shorter than what was asked for. */
    private static Optional<EpochEnd> limit(LogEnd log, Refused refused) {
        return refused.common()
                .map(common -> new EpochEnd(common.epoch(), Math.min(common.offset(), refused.position())))
                .or(() -> log.offset() < refused.position()
                        ? Optional.of(new EpochEnd(Integer.MAX_VALUE, log.offset()))
                        : Optional.empty());
    }

    private static OptionalInt voids(TopicPartition partition, List<PartitionKey> behind) {
        behind.stream().filter(key -> key.epoch() < 0).findFirst().ifPresent(key -> {
            throw BackupException.epochUnknown(partition, key);
        });
        return behind.stream().mapToInt(PartitionKey::epoch).max();
    }

    /**
     * Makes sure that what a leader writes is newer than what the archive ends with.
     *
     * @throws BackupException if it is not: nothing could be told apart any more
     */
    void requireEpoch(TopicPartition partition, Optional<Integer> stored, LogEnd log) {
        if (stored.isPresent() && log.leaderEpoch().orElse(Integer.MAX_VALUE) < stored.get()) {
            throw doubted(
                    partition,
                    BackupException.epochsWentBack(partition, log.leaderEpoch().get(), stored.get()));
        }
    }

    /** Nothing that a leader said of this partition is in doubt any more. */
    void believed(TopicPartition partition) {
        doubts.remove(partition);
    }

    private RuntimeException doubted(TopicPartition partition, BackupException why) {
        return doubts.merge(partition, 1, Integer::sum) < DOUBTS
                ? new IllegalStateException(why.getMessage(), why)
                : why;
    }
}
