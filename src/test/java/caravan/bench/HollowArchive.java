package caravan.bench;

import caravan.archive.ArchiveKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.store.S3Location;
import caravan.store.S3Store;
import caravan.testbed.S3Server;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * An archive of objects with valid keys and no bodies, for what reads keys alone: one topic, each object of 1,000 records, half of
 * all objects in partition 0 and the rest evenly in the others.
 */
final class HollowArchive {
    static final String TOPIC = "bench-catalog";
    static final int PARTITIONS = 10;
    static final long RECORDS = 1_000;

    private static final int WRITERS = 16;
    private static final long TIME = 1_700_000_000_000L;

    private final Timeline timeline = Timeline.of(Uuid.randomUuid());
    private final S3Server s3;
    private final S3Location location;
    private final List<Long> objects;

    HollowArchive(S3Server s3, String archive, long objects) {
        this.s3 = s3;
        this.location = S3Location.parse(s3.store(archive));
        long others = objects / 2 / (PARTITIONS - 1);
        this.objects = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> partition == 0 ? objects - others * (PARTITIONS - 1) : others)
                .toList();
    }

    long records() {
        return RECORDS * objects.stream().mapToLong(Long::longValue).sum();
    }

    PartitionFolder folder(int partition) {
        return new PartitionFolder(TOPIC, timeline, partition);
    }

    /** File name of a partition's last object. */
    String last(int partition) {
        return key(objects.get(partition) - 1).fileName();
    }

    /** First offset that a partition's objects don't hold. */
    long next(int partition) {
        return objects.get(partition) * RECORDS;
    }

    void write() {
        S3Store store = new S3Store(s3.client(), location);
        new Catalog(store).openOrCreate();
        TopicSnapshot snapshot = new TopicSnapshot(
                TOPIC, timeline.topicId(), PARTITIONS, 1, Map.of(), "a-cluster", TIME, startOffsets(), Map.of());
        store.putIfAbsent(new ArchiveKey.Topic(TOPIC, timeline, TIME).path(), snapshot.toJson());
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> writing = IntStream.range(0, WRITERS)
                    .<Future<?>>mapToObj(writer -> writers.submit(() -> write(writer)))
                    .toList();
            for (Future<?> one : writing) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } catch (ExecutionException e) {
            throw new BenchException("the archive of keys could not be written: " + e.getCause(), e);
        } finally {
            writers.shutdownNow();
        }
    }

    private void write(int writer) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            PartitionFolder folder = folder(partition);
            for (long i = writer; i < objects.get(partition); i += WRITERS) {
                String key = location.prefix() + folder.key(key(i));
                s3.client().putObject(put -> put.bucket(location.bucket()).key(key), RequestBody.empty());
            }
        }
    }

    private static Map<Integer, Long> startOffsets() {
        return IntStream.range(0, PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(partition -> partition, partition -> 0L));
    }

    private static ObjectKey key(long number) {
        long from = number * RECORDS;
        return new ObjectKey(from, from + RECORDS, 0, RECORDS, TIME + from, TIME + from + RECORDS - 1);
    }
}
