package caravan.catalog;

import caravan.archive.ObjectKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reads all objects of topics, and documents, a few at a time, and tells how that goes. */
public final class ObjectReading implements AutoCloseable {
    /** More would not be faster on fewer processors, and fewer would wait for the store. */
    private static final int AT_ONCE = Math.max(4, Runtime.getRuntime().availableProcessors());

    /** Hears how far it is, on the thread of the caller; what it throws ends the reading. */
    public interface Progress {
        /**
         * @param objects that were read to their end
         * @param records that they have
         * @param bytes of these objects
         */
        void read(long objects, long records, long bytes);
    }

    /** An object under way. */
    private record Reading(ObjectSize size, Future<Optional<Finding>> outcome) {}

    private record ObjectSize(int objects, long records, long bytes) {
        /** Of what is no object. */
        private static final ObjectSize NONE = new ObjectSize(0, 0, 0);
    }

    private final DataCheck check;
    private final Progress progress;
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private final Queue<Reading> underWay = new ArrayDeque<>();
    private long objects;
    private long bytes;
    private long records;

    public ObjectReading(DataCheck check, Progress progress) {
        this.check = check;
        this.progress = progress;
    }

    /** Objects that were read so far. */
    public long objects() {
        return objects;
    }

    /** Bytes of these objects. */
    public long bytes() {
        return bytes;
    }

    /** What is wrong, in the order of the keys. */
    public List<Finding> read(TopicContents topic) {
        List<Finding> findings = new ArrayList<>();
        for (TimelineContents timeline : topic.timelines()) {
            for (PartitionContents partition : timeline.partitions()) {
                for (StoredKey stored : partition.objects()) {
                    ObjectSize size = new ObjectSize(1, ((ObjectKey) stored.key()).records(), stored.size());
                    submit(size, () -> check.object(partition, stored), findings);
                }
                finishAll(findings);
                findings.addAll(check.overlaps(partition));
            }
        }
        return findings;
    }

    /** What is wrong with documents, in the order of their checks. */
    public List<Finding> read(Stream<Supplier<Optional<Finding>>> documents) {
        List<Finding> findings = new ArrayList<>();
        documents.forEach(document -> submit(ObjectSize.NONE, document, findings));
        finishAll(findings);
        return findings;
    }

    private void submit(ObjectSize size, Supplier<Optional<Finding>> check, List<Finding> findings) {
        if (underWay.size() >= 2 * AT_ONCE) {
            finish(findings);
        }
        underWay.add(new Reading(size, threads.submit(check::get)));
    }

    private void finishAll(List<Finding> findings) {
        while (!underWay.isEmpty()) {
            finish(findings);
        }
    }

    private void finish(List<Finding> findings) {
        Reading reading = underWay.remove();
        try {
            reading.outcome().get().ifPresent(findings::add);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(e.getCause());
        }
        objects += reading.size().objects();
        records += reading.size().records();
        bytes += reading.size().bytes();
        progress.read(objects, records, bytes);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
