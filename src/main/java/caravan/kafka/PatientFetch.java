package caravan.kafka;

import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches, tells the owner how that goes, and throws nothing that can be waited out. For the polling thread only. */
final class PatientFetch {
    private static final Logger LOG = LoggerFactory.getLogger(PatientFetch.class);

    /** How long a missing ACL is told of: polls that fetch what the user may read succeed meanwhile. */
    private static final Duration LACKING = Duration.ofSeconds(3);

    private final ChunkSource source;
    private final PartitionOwner owner;
    private final BiConsumer<TopicPartition, Refused> refused;
    private long lacking = System.nanoTime() - LACKING.toNanos();

    /** @param refused is told of positions that their leaders do not serve any more */
    PatientFetch(ChunkSource source, PartitionOwner owner, BiConsumer<TopicPartition, Refused> refused) {
        this.source = source;
        this.owner = owner;
        this.refused = refused;
    }

    /**
     * What came; nothing where fetching failed, after a pause.
     *
     * @throws WakeupException if the consumer is to stop
     * @throws InterruptException if its thread is
     */
    ChunkSource.Fetch fetch(Duration timeout) {
        try {
            ChunkSource.Fetch fetched = source.fetch(timeout);
            if (fetched.refused().isEmpty() && System.nanoTime() - lacking > LACKING.toNanos()) {
                owner.fetched();
            }
            fetched.refused().forEach(refused);
            return fetched;
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (AuthorizationException e) {
            lacking = System.nanoTime();
            failed(MissingAclException.ofConsumer(e), timeout);
        } catch (KafkaException | IllegalStateException e) {
            failed(e, timeout);
        }
        return ChunkSource.Fetch.NOTHING;
    }

    private void failed(RuntimeException cause, Duration timeout) {
        LOG.warn("fetching failed, trying again: {}", cause.toString());
        owner.fetchFailed(cause);
        pause(timeout);
    }

    private static void pause(Duration timeout) {
        try {
            Thread.sleep(Math.max(100, Math.min(1_000, timeout.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
