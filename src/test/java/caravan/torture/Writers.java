package caravan.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All writers: some for each topic that is there. */
final class Writers {
    private final String bootstrapServers;
    private final double rate;
    private final long seed;
    private final Ledger ledger;
    private final Map<Life, List<Writer>> writing = new HashMap<>();
    private int count;

    /** @param rate records per second, of all together */
    Writers(String bootstrapServers, double rate, long seed, Ledger ledger) {
        this.bootstrapServers = bootstrapServers;
        this.rate = rate;
        this.seed = seed;
        this.ledger = ledger;
    }

    /** Lets the writers of a topic's new life begin. */
    synchronized void start(Life life, Subject subject) {
        double each = rate / Subject.ALL.stream().mapToInt(Subject::writers).sum();
        List<Writer> started = new ArrayList<>();
        for (int i = 0; i < subject.writers(); i++) {
            int number = ++count;
            started.add(
                    i < subject.plainWriters()
                            ? new PlainWriter(number, life, subject, bootstrapServers, each, seed + number, ledger)
                            : new TransactionalWriter(
                                    number, life, subject, bootstrapServers, each, seed + number, ledger));
        }
        started.forEach(Writer::start);
        writing.put(life, started);
    }

    /** Ends the writers of a topic's life; what they sent is in the ledger then. */
    void stop(Life life) {
        List<Writer> stopped;
        synchronized (this) {
            stopped = writing.remove(life);
        }
        stop(stopped);
    }

    /** Ends all. */
    void stop() {
        List<Writer> all;
        synchronized (this) {
            all = writing.values().stream().flatMap(List::stream).toList();
            writing.clear();
        }
        stop(all);
    }

    private static void stop(List<Writer> writers) {
        writers.forEach(Writer::stop);
        try {
            for (Writer writer : writers) {
                writer.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
    }
}
