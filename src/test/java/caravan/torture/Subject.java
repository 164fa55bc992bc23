package caravan.torture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A topic that is backed up, and who writes to it.
 *
 * @param topic its name
 * @param partitions number of them
 * @param brokersTime whether records get the brokers' time (LogAppendTime)
 * @param plainWriters number of idempotent writers
 * @param transactionalWriters number of writers whose records come in transactions
 */
record Subject(String topic, int partitions, boolean brokersTime, int plainWriters, int transactionalWriters) {
    /** All topics of the torture, and no others, begin so. */
    static final String PREFIX = "torture-";

    /** The one that is deleted and created again. */
    static final Subject REBORN = new Subject(PREFIX + "reborn", 2, false, 1, 0);

    static final List<Subject> ALL = List.of(
            new Subject(PREFIX + "orders", 4, false, 2, 0),
            new Subject(PREFIX + "transactions", 3, false, 1, 2),
            new Subject(PREFIX + "stamped", 2, true, 1, 0),
            REBORN);

    int writers() {
        return plainWriters + transactionalWriters;
    }

    /** Its settings: Kafka must delete nothing by itself, and logs have segments to roll. */
    Map<String, String> configs() {
        Map<String, String> configs = new HashMap<>();
        configs.put("retention.ms", "-1");
        configs.put("segment.bytes", "4194304");
        configs.put("min.insync.replicas", "2");
        if (brokersTime) {
            configs.put("message.timestamp.type", "LogAppendTime");
        }
        return configs;
    }
}
