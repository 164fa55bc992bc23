package caravan.torture;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;

/** Writes records one by one, with idempotent producers. */
final class PlainWriter extends Writer {
    private static final int MOST_AT_ONCE = 60;
    private static final int MOST_OF_ONE_PRODUCER = 3_000;

    PlainWriter(
            int number, Life life, Subject subject, String bootstrapServers, double rate, long seed, Ledger ledger) {
        super(number, life, subject, bootstrapServers, rate, seed, ledger);
    }

    @Override
    void writeWithOneProducer() {
        AtomicBoolean failed = new AtomicBoolean();
        KafkaProducer<byte[], byte[]> producer = producer(Map.of());
        try {
            int left = 1 + random().nextInt(MOST_OF_ONE_PRODUCER);
            while (left > 0 && !stopping() && !failed.get()) {
                int burst = 1 + random().nextInt(Math.min(left, MOST_AT_ONCE));
                for (int i = 0; i < burst && !failed.get(); i++) {
                    send(producer, failed);
                }
                left -= burst;
                paceAfter(burst);
            }
        } finally {
            close(producer);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, AtomicBoolean failed) {
        RecordId id = nextId();
        var message = next(id);
        Sent sent = new Sent(id, message);
        AtomicBoolean entered = new AtomicBoolean();
        try {
            producer.send(message, (metadata, failure) -> {
                sent.answered(metadata, failure);
                if (failure != null) {
                    failed.set(true);
                }
                if (entered.compareAndSet(false, true)) {
                    enter(sent, sent.isAcknowledged() ? Fate.ACKNOWLEDGED : Fate.UNKNOWN);
                }
            });
        } catch (KafkaException e) {
            failed.set(true);
            if (entered.compareAndSet(false, true)) {
                enter(sent, Fate.UNKNOWN);
            }
        }
    }
}
