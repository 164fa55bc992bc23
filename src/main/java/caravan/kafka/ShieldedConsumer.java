package caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that a route can't move: a partition's place comes from the archive, and only what is stored is committed. Camel seeks
 * to commits when it resumes, past a record after an error, and commits what it has handed on; nothing of this is followed.
 */
abstract class ShieldedConsumer extends KafkaConsumer<Object, Object> {
    private static final Logger LOG = LoggerFactory.getLogger(ShieldedConsumer.class);

    ShieldedConsumer(Properties properties) {
        super(properties);
    }

    /** Fetches; throws as {@link KafkaConsumer#poll(Duration)} does. */
    final ConsumerRecords<Object, Object> fetchRecords(Duration timeout) {
        return super.poll(timeout);
    }

    /** Stops fetching these. */
    final void hold(Collection<TopicPartition> partitions) {
        super.pause(partitions);
    }

    /** Fetches these again. */
    final void release(Collection<TopicPartition> partitions) {
        super.resume(partitions);
    }

    /** Those that are not fetched. */
    final Set<TopicPartition> held() {
        return super.paused();
    }

    /** Moves a partition. */
    final void place(TopicPartition partition, OffsetAndMetadata offset) {
        super.seek(partition, offset);
    }

    /** Commits; throws as {@link KafkaConsumer#commitSync(Map, Duration)} does. */
    final void commit(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        try {
            super.commitSync(offsets, timeout);
        } catch (AuthorizationException e) {
            throw MissingAclException.ofConsumer(e);
        }
    }

    private static void notFollowed(String what) {
        LOG.debug("{} by the route is not followed", what);
    }

    @Override
    public final void seek(TopicPartition partition, long offset) {
        notFollowed("seek");
    }

    @Override
    public final void seek(TopicPartition partition, OffsetAndMetadata offset) {
        notFollowed("seek");
    }

    @Override
    public final void seekToBeginning(Collection<TopicPartition> partitions) {
        notFollowed("seek to the beginning");
    }

    @Override
    public final void seekToEnd(Collection<TopicPartition> partitions) {
        notFollowed("seek to the end");
    }

    @Override
    public final void commitSync() {
        notFollowed("commit");
    }

    @Override
    public final void commitSync(Duration timeout) {
        notFollowed("commit");
    }

    @Override
    public final void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        notFollowed("commit");
    }

    @Override
    public final void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        notFollowed("commit");
    }

    @Override
    public final void commitAsync() {
        notFollowed("commit");
    }

    @Override
    public final void commitAsync(OffsetCommitCallback callback) {
        notFollowed("commit");
    }

    @Override
    public final void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        notFollowed("commit");
    }

    /** Nothing, so that Camel has nothing to seek to when it resumes. */
    @Override
    public final Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return Map.of();
    }

    @Override
    public final Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        return Map.of();
    }

    @Override
    @Deprecated
    public final OffsetAndMetadata committed(TopicPartition partition) {
        return null;
    }

    @Override
    @Deprecated
    public final OffsetAndMetadata committed(TopicPartition partition, Duration timeout) {
        return null;
    }

    /** @throws UnsupportedOperationException always: it would return records instead of chunks */
    @Override
    @Deprecated
    public final ConsumerRecords<Object, Object> poll(long timeoutMillis) {
        throw new UnsupportedOperationException("poll takes a Duration");
    }

    /** @throws UnsupportedOperationException always: partitions come from the consumer group */
    @Override
    public final void assign(Collection<TopicPartition> partitions) {
        throw new UnsupportedOperationException("partitions come from the consumer group");
    }

    /** @throws UnsupportedOperationException always: the owner has to hear of rebalances */
    @Override
    public final void subscribe(Collection<String> topics) {
        throw new UnsupportedOperationException("a subscription needs a listener");
    }

    /** @throws UnsupportedOperationException always: the owner has to hear of rebalances */
    @Override
    public final void subscribe(Pattern pattern) {
        throw new UnsupportedOperationException("a subscription needs a listener");
    }
}
