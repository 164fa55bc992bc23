package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectStream;
import caravan.archive.RecordBatches;
import caravan.kafka.Chunk;
import caravan.restore.RestorePlan.ObjectPlan;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Splits one object, as it streams in, into chunks: each begins where the one before ended, and ends with its last batch. Offsets
 * behind the last batch hold no record, and have no chunk. Ends only when the whole object was read and found sound.
 */
final class ObjectChunks implements Iterator<Chunk>, Closeable {
    private final ObjectPlan plan;
    private final RestoreProgress progress;
    private final ObjectStream stream;
    private long reached;
    private Optional<Chunk> ahead = Optional.empty();

    ObjectChunks(ObjectPlan plan, RestoreProgress progress, InputStream body) throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.stream = new ObjectStream(body, plan.object(), plan.size());
        this.reached = plan.from();
    }

    @Override
    public boolean hasNext() {
        try {
            while (ahead.isEmpty() && stream.hasNext()) {
                ahead = chunk(stream.next());
            }
            return ahead.isPresent();
        } catch (DamagedObjectException e) {
            throw new RestoreException(
                    RestoreException.Kind.DAMAGED,
                    plan.key() + " is damaged: " + e.getMessage(),
                    "see what is damaged with 'verify --data'; leave the topic out with --exclude-topics",
                    e);
        } catch (Error e) {
            // Camel's splitter would end without a word to those who wait for it.
            throw new RestoreException(
                    RestoreException.Kind.NOT_POSSIBLE, plan.key() + " could not be read: " + e, "see the log", e);
        }
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Chunk chunk = ahead.orElseThrow();
        ahead = Optional.empty();
        progress.read(plan, chunk);
        return chunk;
    }

    /** What these batches hold of the wanted range; empty where they lie before or behind it. */
    private Optional<Chunk> chunk(ByteBuffer batches) {
        ByteBuffer wanted = RecordBatches.within(batches, reached, plan.next());
        if (!wanted.hasRemaining()) {
            return Optional.empty();
        }
        long from = reached;
        reached = Math.min(plan.next(), RecordBatches.lastOffset(wanted) + 1);
        return Optional.of(new Chunk(plan.source(), plan.topicId(), 0, from, reached, -1, wanted, false));
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
