package caravan.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * A topic that scenarios back up.
 *
 * @param topic its name
 * @param title what it is, for people
 * @param partitions number of partitions
 * @param fullRecords records at scale 1
 * @param payload what the values are
 * @param producer settings of the producer that fills it
 */
record DataSet(String topic, String title, int partitions, long fullRecords, Payload payload, List<String> producer) {
    private static final List<String> LARGE_BATCHES = List.of("acks=all", "batch.size=262144", "linger.ms=50");

    static final DataSet COMPRESSED = new DataSet(
            "bench-zstd",
            "1 KB records in zstd batches of 256 KiB",
            4,
            2_000_000,
            Payload.ORDERS,
            with(LARGE_BATCHES, "compression.type=zstd"));

    static final DataSet UNCOMPRESSED = new DataSet(
            "bench-plain",
            "1 KB records in uncompressed batches of 256 KiB",
            4,
            2_000_000,
            Payload.ORDERS,
            with(LARGE_BATCHES, "compression.type=none"));

    static final DataSet SMALL_RECORDS = new DataSet(
            "bench-small",
            "100-byte records, uncompressed, the producer's default batches",
            4,
            10_000_000,
            Payload.EVENTS,
            List.of("acks=all", "linger.ms=5"));

    /**
     * A record of 100 bytes without a key takes up to 110 bytes in a batch, and the batch's header 61: three fit into 400
     * bytes and four don't. The linger keeps a batch of fewer from being sent.
     */
    static final DataSet SMALL_BATCHES = new DataSet(
            "bench-tiny-batches",
            "100-byte records in batches of 3",
            4,
            1_000_000,
            Payload.EVENTS,
            List.of("acks=all", "batch.size=400", "linger.ms=1000"));

    static final DataSet WIDE = new DataSet(
            "bench-wide",
            "1 KB records, uncompressed, in 1,000 partitions",
            1_000,
            4_000_000,
            Payload.ORDERS,
            List.of("acks=all", "batch.size=16384", "linger.ms=100", "buffer.memory=67108864"));

    private static List<String> with(List<String> settings, String more) {
        return Stream.concat(settings.stream(), Stream.of(more)).toList();
    }
}
