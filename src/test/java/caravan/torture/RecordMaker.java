package caravan.torture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Makes records of every kind that a topic can hold, each with its {@linkplain RecordId id} in key or value. */
final class RecordMaker {
    private static final byte[] EMPTY = new byte[0];
    private static final int KINDS = 8;
    private static final int LARGEST = 700_000;
    private static final long DAY = 86_400_000;

    private final Subject subject;
    private final Random random;

    RecordMaker(Subject subject, Random random) {
        this.subject = subject;
        this.random = random;
    }

    ProducerRecord<byte[], byte[]> next(RecordId id) {
        int partition = random.nextInt(subject.partitions());
        byte[] key;
        byte[] value;
        switch (random.nextInt(KINDS)) {
            case 0 -> {
                key = id.bytes();
                value = null;
            }
            case 1 -> {
                key = id.bytes();
                value = EMPTY;
            }
            case 2 -> {
                key = null;
                value = payload(id);
            }
            case 3 -> {
                key = EMPTY;
                value = payload(id);
            }
            case 4 -> {
                key = payload(id);
                value = noise(random.nextInt(200));
            }
            default -> {
                key = ("customer-" + random.nextInt(1_000)).getBytes(StandardCharsets.UTF_8);
                value = payload(id);
            }
        }
        return new ProducerRecord<>(subject.topic(), partition, timestamp(), key, value, headers());
    }

    private byte[] payload(RecordId id) {
        byte[] start = id.bytes();
        byte[] rest = random.nextBoolean() ? noise(size()) : text(size());
        return ByteBuffer.allocate(start.length + rest.length)
                .put(start)
                .put(rest)
                .array();
    }

    private int size() {
        int chance = random.nextInt(4_000);
        if (chance == 0) {
            return random.nextInt(LARGEST);
        }
        return random.nextInt(chance < 60 ? 20_000 : 600);
    }

    private byte[] noise(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] text(int size) {
        String line = "{\"customer\":" + random.nextInt(1_000) + ",\"amount\":" + random.nextInt(100_000)
                + ",\"text\":\"the quick brown fox jumps over the lazy dog\"}";
        return line.repeat(size / line.length() + 1).substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    /** Empty where the brokers stamp it: else mostly now, sometimes long ago or to come. */
    private Long timestamp() {
        if (subject.brokersTime()) {
            return null;
        }
        long now = System.currentTimeMillis();
        return switch (random.nextInt(20)) {
            case 0 -> now - random.nextInt((int) DAY);
            case 1 -> (long) random.nextInt(Integer.MAX_VALUE);
            case 2 -> now + random.nextInt((int) DAY);
            default -> now;
        };
    }

    private List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? random.nextInt(5) : 0;
        for (int i = 0; i < count; i++) {
            byte[] value = random.nextInt(4) == 0 ? null : noise(random.nextInt(20));
            headers.add(new RecordHeader(
                    List.of("trace", "trace", "CamelFileName", "kafka.TOPIC", "a-b", "")
                            .get(random.nextInt(6)),
                    value));
        }
        return headers;
    }
}
