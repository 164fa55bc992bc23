package caravan.cli;

import caravan.archive.ObjectKey;
import caravan.catalog.DataCheck;
import caravan.catalog.Finding;
import caravan.catalog.PartitionContents;
import caravan.catalog.StoredKey;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads all objects of a topic, a few at a time, and shows how that goes. */
final class ObjectReading implements AutoCloseable {
    /** More would not be faster on fewer processors, and fewer would wait for the store. */
    private static final int AT_ONCE = Math.max(4, Runtime.getRuntime().availableProcessors());

    /** An object under way. */
    private record Reading(ObjectSize size, Future<Optional<Finding>> outcome) {}

    private record ObjectSize(long records, long bytes) {}

    private final DataCheck check;
    private final ProgressLine line;
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private final Queue<Reading> underWay = new ArrayDeque<>();
    private long objects;
    private long bytes;
    private long records;

    ObjectReading(DataCheck check, PrintWriter err) {
        this.check = check;
        this.line = new ProgressLine(err);
    }

    long objects() {
        return objects;
    }

    long bytes() {
        return bytes;
    }

    /** What is wrong, in the order of the keys. */
    List<Finding> read(TopicContents topic) {
        List<Finding> findings = new ArrayList<>();
        for (TimelineContents timeline : topic.timelines()) {
            for (PartitionContents partition : timeline.partitions()) {
                for (StoredKey stored : partition.objects()) {
                    if (underWay.size() >= 2 * AT_ONCE) {
                        finish(findings);
                    }
                    ObjectSize size = new ObjectSize(((ObjectKey) stored.key()).records(), stored.size());
                    underWay.add(new Reading(size, threads.submit(() -> check.object(partition, stored))));
                }
                while (!underWay.isEmpty()) {
                    finish(findings);
                }
                findings.addAll(check.overlaps(partition));
            }
        }
        return findings;
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
        objects++;
        records += reading.size().records();
        bytes += reading.size().bytes();
        line.show("reading", records, bytes, "");
    }

    @Override
    public void close() {
        line.end();
        threads.shutdownNow();
    }
}
