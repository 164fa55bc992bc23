package caravan.bench;

import java.util.HashMap;
import java.util.Map;

/** Makes each data set once, when the first scenario asks for it. */
final class DataSets {

    /**
     * A topic that was filled.
     *
     * @param ends records in each partition
     */
    record Filled(DataSet set, Map<Integer, Long> ends) {
        long records() {
            return ends.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Bytes of all values. */
        long payloadBytes() {
            return records() * set.payload().bytes();
        }
    }

    private final Broker broker;
    private final KafkaTools tools;
    private final BenchOptions options;
    private final Map<DataSet, Filled> filled = new HashMap<>();

    DataSets(Broker broker, KafkaTools tools, BenchOptions options) {
        this.broker = broker;
        this.tools = tools;
        this.options = options;
    }

    Filled fill(DataSet set) {
        return filled.computeIfAbsent(set, this::make);
    }

    private Filled make(DataSet set) {
        long records = options.scaled(set.fullRecords());
        Console.step("filling %s: %,d × %s", set.topic(), records, set.title());
        broker.createTopic(set.topic(), set.partitions());
        tools.produce(set.topic(), records, set.payload(), set.producer());
        Filled result = new Filled(set, broker.endOffsets(set.topic(), set.partitions()));
        if (result.records() != records) {
            throw new BenchException(set.topic() + " holds " + result.records() + " records, not " + records);
        }
        return result;
    }
}
