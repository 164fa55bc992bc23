package caravan.kafka;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.utils.Time;

/** Whom the brokers take a sender's batches to come from: asked for once, and never changed. Belongs to the sender's thread. */
final class ProducerIdentity {
    private static final long RETRY_MILLIS = 100;

    private final KafkaClient client;
    private final BrokerConnections brokers;
    private final Time time;
    private final Consumer<KafkaException> failed;
    private final CompletableFuture<ProducerId> known;
    private Optional<ProducerId> producer = Optional.empty();
    private boolean asking;
    private long askAt;

    /**
     * @param failed is told why there will be none
     * @param known completes with it; where somebody else completed it, no broker is asked
     */
    ProducerIdentity(
            KafkaClient client,
            BrokerConnections brokers,
            Time time,
            Consumer<KafkaException> failed,
            CompletableFuture<ProducerId> known) {
        this.client = client;
        this.brokers = brokers;
        this.time = time;
        this.failed = failed;
        this.known = known;
    }

    Optional<ProducerId> producer() {
        if (producer.isEmpty() && known.isDone() && !known.isCompletedExceptionally()) {
            producer = Optional.of(known.join());
        }
        return producer;
    }

    /** Asks some broker for it, unless one was asked; whether its answer is under way. */
    boolean ask(long now) {
        if (asking) {
            return true;
        }
        Node node = client.leastLoadedNode(now).node();
        if (askAt > now || node == null || !brokers.ready(node, now)) {
            return false;
        }
        InitProducerIdRequestData question =
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(Integer.MAX_VALUE);
        asking = true;
        brokers.send(node, new InitProducerIdRequest.Builder(question), this::answered, now);
        return true;
    }

    private void answered(ClientResponse response) {
        asking = false;
        askAt = time.milliseconds() + RETRY_MILLIS;
        if (response.versionMismatch() != null) {
            fail(response.versionMismatch());
        } else if (response.authenticationException() != null) {
            fail(response.authenticationException());
        } else if (!response.wasDisconnected()) {
            InitProducerIdResponse answer = (InitProducerIdResponse) response.responseBody();
            if (answer.error() == Errors.NONE) {
                known.complete(
                        new ProducerId(answer.data().producerId(), answer.data().producerEpoch()));
            } else if (!(answer.error().exception() instanceof RetriableException)) {
                fail(answer.error().exception());
            }
        }
    }

    private void fail(KafkaException why) {
        failed.accept(why);
        known.completeExceptionally(why);
    }
}
