package caravan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Values of records, the same in every run: JSON-like lines of one length, of which {@code ProducerPerformance} draws. Those of
 * 1,000 bytes compress about 3.7 : 1 by zstd, level 3, the lines one after the other.
 */
enum Payload {
    /** An order: numbers, names from a list of 3,000, and 64 hexadecimal digits that nothing compresses. */
    ORDERS(1_000, 10_000) {
        @Override
        IntFunction<String> lines() {
            Random random = new Random(7);
            String[] names =
                    IntStream.range(0, 3_000).mapToObj(i -> randomName(random)).toArray(String[]::new);
            return i -> order(i, random, names);
        }
    },
    /** A short event. */
    EVENTS(100, 20_000) {
        @Override
        IntFunction<String> lines() {
            Random random = new Random(3);
            String[] users = {"alice", "bob", "carol", "dave"};
            return i -> String.format(
                    Locale.ROOT,
                    "{\"k\":%d,\"u\":\"%s\",\"a\":%.2f,\"t\":%d,\"s\":\"%08x\"}",
                    random.nextLong() >>> 24,
                    users[random.nextInt(users.length)].repeat(3),
                    random.nextDouble() * 1e4,
                    1_700_000_000_000L + i,
                    random.nextInt());
        }
    };

    private final int bytes;
    private final int count;

    Payload(int bytes, int count) {
        this.bytes = bytes;
        this.count = count;
    }

    /** Bytes of each value. */
    int bytes() {
        return bytes;
    }

    /** The text of the values in their order; to be asked for 0, 1, 2, … */
    abstract IntFunction<String> lines();

    /** All values, one in each line. */
    byte[] text() {
        IntFunction<String> lines = lines();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String line = lines.apply(i);
            text.append(line, 0, Math.min(bytes, line.length()))
                    .append(" ".repeat(Math.max(0, bytes - line.length())))
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes {@link #text()} to a file. */
    Path write(Path file) {
        try {
            return Files.write(file, text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String order(int i, Random random, String[] names) {
        String items = IntStream.range(0, 10)
                .mapToObj(item -> String.format(
                        Locale.ROOT,
                        "{\"sku\": \"%s%d\", \"qty\": %d, \"price\": %d}",
                        names[random.nextInt(names.length)],
                        random.nextInt(1_000),
                        1 + random.nextInt(9),
                        1 + random.nextInt(9_999)))
                .collect(Collectors.joining(", "));
        String note = IntStream.range(0, 30)
                .mapToObj(word -> names[random.nextInt(names.length)])
                .collect(Collectors.joining(" "));
        return String.format(
                Locale.ROOT,
                "{\"id\": %d, \"user\": \"%s\", \"ts\": %d, \"amount\": %.2f, \"items\": [%s], \"note\": \"%s\", \"sig\": \"%016x%016x%016x%016x\"}",
                random.nextLong() >>> 1,
                names[random.nextInt(names.length)],
                1_700_000_000_000L + i * 37L,
                random.nextDouble() * 1_000,
                items,
                note,
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong());
    }

    private static String randomName(Random random) {
        return random.ints(4 + random.nextInt(7), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
