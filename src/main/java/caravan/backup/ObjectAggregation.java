package caravan.backup;

import caravan.archive.ObjectWriter;
import caravan.backup.Failures.Subject;
import caravan.kafka.Chunk;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grows objects from chunks. As a strategy it appends; as a predicate it says that an object has its size; the time that is left
 * until it has its age goes into {@link #REMAINING}, for {@code completionTimeoutExpression}.
 *
 * <p>A failure to write is not thrown: the route's error handler would hold the polling thread, and an {@link Error} would end
 * Camel's work on the exchange without a word to the thread that waits for it. The chunk is then not accepted, and the consumer
 * starts the partition again.
 */
public final class ObjectAggregation implements AggregationStrategy, Predicate {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectAggregation.class);

    /** Exchange property: milliseconds until the object of this chunk is old enough to be stored. */
    public static final String REMAINING = "CaravanRemaining";

    /** An object without records waits this many ages for something to come. */
    private static final int IDLE_AGES = 10;

    /** Behind so many bytes, the largest chunk might not fit into an object any more. */
    private static final long LAST_CHUNK = ObjectWriter.MAX_LOG_BYTES - (64 << 20);

    private BackupTask task;

    /** Set by the route template. */
    public void setTask(BackupTask task) {
        this.task = task;
    }

    /** What belongs into one object has the same key. */
    public String correlationKey(Exchange exchange) {
        // Not ${body.correlationKey}: Camel keeps what it knows of a body's methods by the body itself, and the body
        // with it.
        return exchange.getMessage().getBody(Chunk.class).correlationKey();
    }

    @Override
    public Exchange aggregate(Exchange grown, Exchange arrived) {
        Chunk chunk = arrived.getMessage().getBody(Chunk.class);
        SpooledObject object = grown == null ? null : grown.getMessage().getBody(SpooledObject.class);
        try {
            CommitLedger ledger = task.ledger(chunk);
            if (object == null) {
                object = task.open(chunk, ledger);
                arrived.getMessage().setBody(object);
            }
            long before = object.bytes();
            long records = object.records();
            object.append(chunk);
            ledger.accept(chunk.next());
            task.progress().taken(object.records() - records, object.bytes() - before);
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("{} could not be spooled: {}", chunk, e.toString());
            failed(chunk.partition(), e);
            if (grown == null && object != null) {
                object.markBroken();
            }
        }
        arrived.setProperty(REMAINING, object == null ? 1L : remaining(object));
        return grown == null ? arrived : grown;
    }

    private long remaining(SpooledObject object) {
        long from = object.records() > 0 ? object.firstRecordAt() : object.openedAt();
        long age = object.records() > 0 ? task.maxAgeMillis() : task.maxAgeMillis() * IDLE_AGES;
        return Math.max(1, age - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
    }

    /** Whether the object has its size. */
    @Override
    public boolean matches(Exchange exchange) {
        SpooledObject object = exchange.getMessage().getBody(SpooledObject.class);
        return object == null || object.broken() || object.bytes() >= Math.min(task.maxBytes(), LAST_CHUNK);
    }

    /** The object takes no more, before the exchange goes on its way to the store. */
    @Override
    public void onCompletion(Exchange exchange) {
        SpooledObject object = exchange == null ? null : exchange.getMessage().getBody(SpooledObject.class);
        if (object != null) {
            object.complete();
        }
    }

    private void failed(TopicPartition partition, Throwable cause) {
        task.progress().failures().failing(Subject.DATA, partition, cause);
        if (cause instanceof Error) {
            task.progress().fatal(cause);
        }
    }
}
