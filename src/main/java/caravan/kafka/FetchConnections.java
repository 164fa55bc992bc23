package caravan.kafka;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Connections whose answers come into a {@link FetchMemory}. {@code org.apache.kafka.clients.ClientUtils} makes others like it, but
 * for the memory.
 */
final class FetchConnections extends Selector {
    private static final String METRICS = "caravan-fetch";
    private static final int IN_FLIGHT = 1;

    private final FetchMemory memory;

    private FetchConnections(ConsumerConfig config, Metrics metrics, ChannelBuilder channels, FetchMemory memory) {
        super(
                NetworkReceive.UNLIMITED,
                config.getLong(ConsumerConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG),
                metrics,
                Time.SYSTEM,
                METRICS,
                Map.of(),
                true,
                false,
                channels,
                memory,
                new LogContext());
        this.memory = memory;
    }

    /** A client that has one request in flight to each broker. */
    static NetworkClient client(ConsumerConfig config, TopicMetadata metadata, Metrics metrics, FetchMemory memory) {
        ChannelBuilder channels = ClientUtils.createChannelBuilder(config, Time.SYSTEM, new LogContext());
        return new NetworkClient(
                new FetchConnections(config, metrics, channels, memory),
                metadata,
                config.getString(ConsumerConfig.CLIENT_ID_CONFIG),
                IN_FLIGHT,
                config.getLong(ConsumerConfig.RECONNECT_BACKOFF_MS_CONFIG),
                config.getLong(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG),
                config.getInt(ConsumerConfig.SEND_BUFFER_CONFIG),
                config.getInt(ConsumerConfig.RECEIVE_BUFFER_CONFIG),
                config.getInt(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG),
                config.getLong(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
                config.getLong(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
                Time.SYSTEM,
                true,
                new ApiVersions(),
                new LogContext(),
                MetadataRecoveryStrategy.forName(
                        config.getString(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG)));
    }

    @Override
    public Collection<NetworkReceive> completedReceives() {
        Collection<NetworkReceive> completed = super.completedReceives();
        memory.received(completed);
        return completed;
    }
}
