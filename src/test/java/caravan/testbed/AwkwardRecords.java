package caravan.testbed;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.SimpleRecord;

/** Records that tools like to damage; all are valid in Kafka. */
public final class AwkwardRecords {
    /** {@code 2020-01-01T00:00:00Z}: the timestamp of records to whom time does not matter. */
    public static final long SOME_TIME = 1_577_836_800_000L;

    private static final byte[] EMPTY = {};

    private AwkwardRecords() {}

    /** Null, empty, short and binary keys, with null, empty, short and binary values: each with each. */
    public static List<ProducerRecord<byte[], byte[]>> keysAndValues(String topic, int partition) {
        byte[] binary = new byte[256];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) i;
        }
        byte[][] all = {null, EMPTY, utf8("ключ"), binary, {0}, {(byte) 0xFF, (byte) 0xFE}};
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (byte[] key : all) {
            for (byte[] value : all) {
                records.add(new ProducerRecord<>(topic, partition, SOME_TIME + records.size(), key, value));
            }
        }
        return records;
    }

    /** {@link #keysAndValues} without null keys, which a compacted topic refuses. */
    public static List<ProducerRecord<byte[], byte[]>> keyed(String topic, int partition) {
        return keysAndValues(topic, partition).stream()
                .filter(keyed -> keyed.key() != null)
                .toList();
    }

    /**
     * Records with 0, 1 and 100 headers; the same name three times in a meaningful order; null, empty and binary values; and
     * names that frameworks filter or cannot spell.
     */
    public static List<ProducerRecord<byte[], byte[]>> headers(String topic, int partition) {
        List<Header> hundred = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hundred.add(header("h" + i, utf8("value " + i)));
        }
        List<List<Header>> all = List.of(
                List.of(),
                List.of(header("one", utf8("1"))),
                hundred,
                List.of(
                        header("same", utf8("first")),
                        header("other", utf8("between")),
                        header("same", utf8("second")),
                        header("same", utf8("first"))),
                List.of(header("null", null), header("empty", EMPTY), header("null", null)),
                List.of(header("binary", new byte[] {0, (byte) 0xFF, 13, 10, (byte) 0xC3, 0x28})),
                List.of(
                        header("CamelX", utf8("x")),
                        header("camelCase", utf8("x")),
                        header("org.apache.camel.Y", utf8("y")),
                        header("kafka.TOPIC", utf8("another topic")),
                        header("kafka.PARTITION_KEY", utf8("7")),
                        header("kafka.OVERRIDE_TOPIC", utf8("another topic")),
                        header("a-b", utf8("dash")),
                        header("a.b c", utf8("dot and blank")),
                        header("ключ", utf8("значение")),
                        header("", utf8("no name"))));
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (List<Header> headers : all) {
            byte[] key = utf8("k" + records.size());
            records.add(new ProducerRecord<>(
                    topic, partition, SOME_TIME + records.size(), key, utf8(headers.size() + " headers"), headers));
        }
        return records;
    }

    /** Timestamps of 0, 1, out of order, repeated, and up to the year 33658. Wants a topic that retention spares. */
    public static List<ProducerRecord<byte[], byte[]>> timestamps(String topic, int partition) {
        long[] all = {
            SOME_TIME,
            0,
            SOME_TIME + 86_400_000,
            SOME_TIME - 86_400_000,
            999_999_999_999_999L,
            1,
            SOME_TIME,
            SOME_TIME,
            999_999_999_999_998L,
            0
        };
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long timestamp : all) {
            byte[] key = utf8("k" + records.size());
            records.add(new ProducerRecord<>(topic, partition, timestamp, key, utf8("at " + timestamp)));
        }
        return records;
    }

    /**
     * A record whose uncompressed batch is exactly {@code batchBytes} large: with {@code max.message.bytes}, the largest that
     * the broker takes.
     */
    public static ProducerRecord<byte[], byte[]> ofBatchSize(String topic, int partition, int batchBytes) {
        byte[] value = new byte[batchBytes];
        new Random(batchBytes).nextBytes(value);
        // lengths are variable-length integers: where one grows a byte, no value hits the size, but one with a longer
        // key does
        for (int keyLength = 1; keyLength < 5; keyLength++) {
            byte[] key = new byte[keyLength];
            for (int length = batchBytes; length > 0 && length > batchBytes - 200; length--) {
                byte[] cut = Arrays.copyOf(value, length);
                int size = DefaultRecordBatch.sizeInBytes(List.of(new SimpleRecord(SOME_TIME, key, cut)));
                if (size == batchBytes) {
                    return new ProducerRecord<>(topic, partition, SOME_TIME, key, cut);
                }
                if (size < batchBytes) {
                    break;
                }
            }
        }
        throw new IllegalArgumentException("no record has a batch of " + batchBytes + " bytes");
    }

    /**
     * {@code count} ordinary records: keys {@code key-0} to {@code key-999} in turn, values of about {@code valueBytes} of
     * compressible text, timestamps a millisecond apart.
     */
    public static List<ProducerRecord<byte[], byte[]>> ordinary(
            String topic, int partition, int count, int valueBytes) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(count);
        Random random = new Random(partition);
        String filler = "the quick brown fox jumps over the lazy dog; ".repeat(valueBytes / 45 + 1);
        for (int i = 0; i < count; i++) {
            String value =
                    "{\"no\":" + i + ",\"id\":\"" + Long.toHexString(random.nextLong()) + "\",\"text\":\"" + filler;
            records.add(new ProducerRecord<>(
                    topic,
                    partition,
                    SOME_TIME + i,
                    utf8("key-" + i % 1000),
                    utf8(value.substring(0, Math.max(20, Math.min(value.length(), valueBytes))))));
        }
        return records;
    }

    private static Header header(String name, byte[] value) {
        return new RecordHeader(name, value);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
