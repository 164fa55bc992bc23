package caravan.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;

/** Writes records in transactions, of which some are aborted. */
final class TransactionalWriter extends Writer {
    private static final int MOST_IN_ONE = 150;
    private static final int MOST_OF_ONE_PRODUCER = 20;
    private static final int ONE_ABORTED_OF = 4;
    private static final int TIMEOUT_MILLIS = 20_000;

    TransactionalWriter(
            int number, Life life, Subject subject, String bootstrapServers, double rate, long seed, Ledger ledger) {
        super(number, life, subject, bootstrapServers, rate, seed, ledger);
    }

    @Override
    void writeWithOneProducer() {
        KafkaProducer<byte[], byte[]> producer = producer(Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "torture-writer-" + number(),
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                TIMEOUT_MILLIS));
        try {
            // Ends a transaction that the producer before this one left open.
            producer.initTransactions();
            int transactions = 1 + random().nextInt(MOST_OF_ONE_PRODUCER);
            for (int i = 0; i < transactions && !stopping(); i++) {
                transaction(producer);
            }
        } finally {
            close(producer);
        }
    }

    private void transaction(KafkaProducer<byte[], byte[]> producer) {
        List<Sent> all = new ArrayList<>();
        Fate fate = Fate.ABORTED;
        try {
            producer.beginTransaction();
            int records = 1 + random().nextInt(MOST_IN_ONE);
            for (int i = 0; i < records; i++) {
                RecordId id = nextId();
                var message = next(id);
                Sent sent = new Sent(id, message);
                all.add(sent);
                producer.send(message, sent::answered);
            }
            paceAfter(records);
            if (random().nextInt(ONE_ABORTED_OF) == 0) {
                producer.abortTransaction();
            } else {
                // From here on nobody knows, unless it is told.
                fate = Fate.UNKNOWN;
                producer.commitTransaction();
                fate = Fate.ACKNOWLEDGED;
            }
        } catch (KafkaException e) {
            // A producer whose transaction failed is not used any more: the next one ends what is open.
            close(producer);
            throw e;
        } finally {
            for (Sent sent : all) {
                enter(sent, fate);
            }
        }
    }
}
