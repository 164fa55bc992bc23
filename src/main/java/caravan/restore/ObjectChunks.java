package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.archive.ObjectStream;
import caravan.kafka.Chunk;
import caravan.restore.RestorePlan.ObjectPlan;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Splits one object, as it streams in, into chunks; ends only when the whole object was read and found sound. */
final class ObjectChunks implements Iterator<Chunk>, Closeable {
    private final ObjectPlan plan;
    private final RestoreProgress progress;
    private final ObjectStream stream;

    ObjectChunks(ObjectPlan plan, RestoreProgress progress, InputStream body) throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.stream = new ObjectStream(body, plan.object(), plan.size());
    }

    @Override
    public boolean hasNext() {
        try {
            return stream.hasNext();
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
        // Every chunk has the whole range: it says which records are wanted, and no two chunks hold the same batch.
        Chunk chunk = new Chunk(plan.source(), plan.topicId(), 0, plan.from(), plan.next(), -1, stream.next(), false);
        progress.read(plan, chunk);
        return chunk;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
