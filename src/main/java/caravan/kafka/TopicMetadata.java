package caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;

/** Who leads the partitions of some topics; kept up to date by Kafka's network client. Creates no topic. */
final class TopicMetadata extends Metadata {
    /** From when until when, epoch millis, each broker that was asked knew no such topic. */
    private record Missing(long since, long until) {}

    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final Map<String, Missing> missing = new ConcurrentHashMap<>();
    private final Set<String> distrusted = ConcurrentHashMap.newKeySet();

    TopicMetadata(AbstractConfig config) {
        super(
                config.getLong(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG),
                config.getLong(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG),
                config.getLong(CommonClientConfigs.METADATA_MAX_AGE_CONFIG),
                new LogContext(),
                new ClusterResourceListeners());
        bootstrap(ClientUtils.parseAndValidateAddresses(config));
    }

    void add(String topic) {
        if (topics.add(topic)) {
            requestUpdateForNewTopics();
        }
    }

    void retain(Set<String> needed) {
        topics.retainAll(needed);
        missing.keySet().retainAll(needed);
    }

    @Override
    protected MetadataRequest.Builder newMetadataRequestBuilder() {
        return new MetadataRequest.Builder(List.copyOf(topics), false);
    }

    @Override
    protected MetadataRequest.Builder newMetadataRequestBuilderForNewTopics() {
        return newMetadataRequestBuilder();
    }

    @Override
    protected boolean retainTopic(String topic, boolean internal, long now) {
        return topics.contains(topic) && !distrusted.contains(topic);
    }

    /**
     * Forgets which leader epochs a topic had. Kafka's client takes the newest one that it ever saw for the truth; where a cluster
     * was put back to an older state, its leaders count anew.
     */
    void distrust(String topic) {
        distrusted.add(topic);
        requestUpdate(true);
    }

    @Override
    public synchronized void update(int requestVersion, MetadataResponse response, boolean partial, long now) {
        super.update(requestVersion, response, partial, now);
        if (!distrusted.isEmpty()) {
            // The answer was dropped together with what was known before; the next one is taken.
            distrusted.clear();
            requestUpdate(true);
        }
        response.topicMetadata().forEach(topic -> {
            if (topic.error() == Errors.UNKNOWN_TOPIC_OR_PARTITION) {
                missing.merge(topic.topic(), new Missing(now, now), (first, last) -> new Missing(first.since(), now));
            } else {
                missing.remove(topic.topic());
            }
        });
    }

    /**
     * For how long the brokers have said that there is no such topic, each that was asked. Just after a topic was made, some of
     * them say so for a moment.
     */
    Duration missing(String topic) {
        Missing known = missing.get(topic);
        return known == null ? Duration.ZERO : Duration.ofMillis(known.until() - known.since());
    }

    /** The id that the topic of this name has by now; empty where it is not known, or there is none. */
    Optional<Uuid> topicId(String topic) {
        return Optional.ofNullable(topicIds().get(topic)).filter(id -> !id.equals(Uuid.ZERO_UUID));
    }

    /** A replica in sync that is not this one. */
    Optional<Node> anotherReplica(TopicPartition partition, int node) {
        return Optional.ofNullable(fetch().partition(partition)).stream()
                .flatMap(info -> List.of(info.inSyncReplicas()).stream())
                .filter(replica -> replica.id() != node && !replica.isEmpty())
                .findFirst();
    }

    /**
     * Takes over a leader that a broker named in its answer, together with its address (KIP-951).
     *
     * @param leader id of the broker; negative where it named none
     * @param epoch of that leader; negative where it named none
     */
    void learn(TopicPartition partition, int leader, int epoch, Stream<Node> named) {
        if (leader >= 0 && epoch >= 0) {
            updatePartitionLeadership(
                    Map.of(partition, new LeaderIdAndEpoch(Optional.of(leader), Optional.of(epoch))), named.toList());
        }
    }
}
