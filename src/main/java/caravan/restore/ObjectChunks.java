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
 * behind the last batch hold no record, and have no chunk, and neither have batches of which no record is wanted. Ends only when
 * the whole object was read and found sound, or where loss is accepted.
 */
final class ObjectChunks implements Iterator<Chunk>, Closeable {
    private final ObjectPlan plan;
    private final RestoreProgress progress;
    private final Optional<TimeSelection> window;
    private final boolean acceptLoss;
    private final ObjectStream stream;
    private long reached;
    private boolean lost;
    private Optional<Chunk> ahead = Optional.empty();

    /**
     * @param window by which time records are chosen; empty where by none
     * @param acceptLoss whether damage ends the object, instead of the restore
     */
    ObjectChunks(
            ObjectPlan plan,
            RestoreProgress progress,
            Optional<TimeSelection> window,
            boolean acceptLoss,
            InputStream body)
            throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.window = window;
        this.acceptLoss = acceptLoss;
        this.stream = new ObjectStream(body, plan.object(), plan.size());
        this.reached = plan.from();
    }

    @Override
    public boolean hasNext() {
        try {
            while (ahead.isEmpty() && !lost && stream.hasNext()) {
                ahead = chunk(stream.next());
            }
            return ahead.isPresent();
        } catch (DamagedObjectException e) {
            if (acceptLoss) {
                lost = true;
                progress.lost(plan, reached, e.getMessage());
                return false;
            }
            throw new RestoreException(
                    RestoreException.Kind.DAMAGED,
                    plan.key() + " is damaged: " + e.getMessage(),
                    "see what is damaged with 'verify --data'; leave the topic out with --exclude-topics, or restore what"
                            + " there is with --accept-loss",
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
        Chunk chunk = new Chunk(plan.source(), plan.topicId(), 0, from, reached, -1, wanted, false);
        progress.read(plan, chunk);
        if (window.isEmpty()) {
            return Optional.of(chunk);
        }
        ByteBuffer chosen = window.get().of(wanted, from, reached);
        return chosen.hasRemaining() ? Optional.of(chunk.withBatches(chosen, false)) : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
