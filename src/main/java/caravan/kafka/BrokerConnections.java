package caravan.kafka;

import java.util.function.Consumer;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.requests.AbstractRequest;

/** The connections that a sender has to the brokers. Whatever ends all of its work is told to it. Belongs to the sender's thread. */
final class BrokerConnections {
    private final KafkaClient client;
    private final TopicMetadata metadata;
    private final int requestTimeoutMillis;
    private final Consumer<KafkaException> failed;

    /** @param failed is told what no attempt will change */
    BrokerConnections(
            KafkaClient client, TopicMetadata metadata, int requestTimeoutMillis, Consumer<KafkaException> failed) {
        this.client = client;
        this.metadata = metadata;
        this.requestTimeoutMillis = requestTimeoutMillis;
        this.failed = failed;
    }

    /** Whether a request may be sent to a broker now: there is a connection, with room, and no quota holds it back. */
    boolean ready(Node node, long now) {
        if (client.ready(node, now)) {
            return true;
        }
        AuthenticationException refused = client.authenticationException(node);
        if (refused != null) {
            failed.accept(refused);
        } else if (client.connectionFailed(node)) {
            metadata.requestUpdate(false);
        }
        return false;
    }

    void send(Node node, AbstractRequest.Builder<?> request, Consumer<ClientResponse> answered, long now) {
        client.send(
                client.newClientRequest(node.idString(), request, now, true, requestTimeoutMillis, response -> {
                    try {
                        answered.accept(response);
                    } catch (RuntimeException e) {
                        // Kafka's client would only log it.
                        failed.accept(e instanceof KafkaException known ? known : new KafkaException(e));
                    }
                }),
                now);
    }
}
