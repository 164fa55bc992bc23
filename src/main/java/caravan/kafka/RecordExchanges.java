package caravan.kafka;

import caravan.archive.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.KafkaHeaderFilterStrategy;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.utils.Utils;

/**
 * Takes a chunk apart into one message per record, for a step of the user's, and puts together again what the step leaves of
 * them.
 *
 * <p>A message is as camel-kafka would make it: the body is the value, headers tell key, topic, partition, offset and
 * timestamp, and the record's own headers are among them. What is stored are the headers in {@link KafkaConstants#HEADERS},
 * which keep order, duplicates and nulls, and can be changed; the others are copies to look at. A record is left out where its
 * route was stopped or the property {@link #DROP} is true.
 */
public final class RecordExchanges implements AggregationStrategy {

    /** Exchange property: true leaves the record out. */
    public static final String DROP = "CaravanDrop";

    private static final String CHUNK = "CaravanChunk";
    private static final String RECORDS = "CaravanRecords";
    private static final String RESULT = "CaravanResult";

    private static final KafkaHeaderFilterStrategy HEADER_FILTER = new KafkaHeaderFilterStrategy();

    /** What has become of the records so far. */
    private static final class Result {
        private final Rebatcher batches;
        private boolean changed;
        private int accounted;
        private Exception failure;

        private Result(int bytes) {
            batches = Rebatcher.sized(bytes);
        }
    }

    private record Original(RecordBatches.Positioned record, byte[] key, byte[] value, Header[] headers) {}

    /** The messages of a chunk's records, in the order of their offsets. */
    public List<Message> explode(Exchange exchange) {
        // A step may keep what it gets of a record for longer than the chunk lasts.
        Chunk chunk = exchange.getMessage().getBody(Chunk.class).unshared();
        exchange.getMessage().setBody(chunk);
        List<Original> originals = new ArrayList<>();
        List<Message> messages = new ArrayList<>();
        Iterator<RecordBatches.Positioned> records = RecordBatches.positioned(
                        chunk.batches(), chunk.from(), chunk.next())
                .iterator();
        while (records.hasNext()) {
            RecordBatches.Positioned positioned = records.next();
            Record record = positioned.record();
            Original original = new Original(positioned, bytes(record.key()), bytes(record.value()), record.headers());
            originals.add(original);
            messages.add(message(exchange, chunk, original));
        }
        exchange.setProperty(CHUNK, chunk);
        exchange.setProperty(RECORDS, originals);
        exchange.removeProperty(RESULT);
        return messages;
    }

    private static Message message(Exchange exchange, Chunk chunk, Original original) {
        Message message = new DefaultMessage(exchange.getContext());
        message.setBody(original.value());
        for (Header header : original.headers()) {
            if (!HEADER_FILTER.applyFilterToExternalHeaders(header.key(), header.value(), exchange)) {
                message.setHeader(header.key(), header.value());
            }
        }
        Record record = original.record().record();
        message.setHeader(KafkaConstants.TOPIC, chunk.partition().topic());
        message.setHeader(KafkaConstants.PARTITION, chunk.partition().partition());
        message.setHeader(KafkaConstants.OFFSET, record.offset());
        message.setHeader(KafkaConstants.TIMESTAMP, record.timestamp());
        message.setHeader(KafkaConstants.HEADERS, new RecordHeaders(original.headers()));
        if (original.key() != null) {
            message.setHeader(KafkaConstants.KEY, original.key());
        }
        return message;
    }

    /** Adds one record as its step left it. */
    @Override
    public Exchange aggregate(Exchange before, Exchange after) {
        Chunk chunk = after.getProperty(CHUNK, Chunk.class);
        Result result =
                before == null ? new Result(chunk.batches().remaining()) : before.getProperty(RESULT, Result.class);
        result.accounted++;
        if (after.getException() != null) {
            result.failure = result.failure == null ? after.getException() : result.failure;
        } else if (result.failure == null) {
            add(result, after, result.accounted - 1);
        }
        Exchange grown = before == null ? after : before;
        // What was said of one record must not be said of the chunk.
        grown.setException(null);
        grown.setRouteStop(false);
        grown.removeProperty(DROP);
        grown.setProperty(RESULT, result);
        return grown;
    }

    /**
     * @param index of the record in its chunk: counted here, as a step that splits the record leaves an index of its own
     */
    private static void add(Result result, Exchange after, int index) {
        @SuppressWarnings("unchecked")
        List<Original> originals = after.getProperty(RECORDS, List.class);
        Original original = originals.get(index);
        if (after.isRouteStop() || after.getProperty(DROP, false, Boolean.class)) {
            result.changed = true;
            return;
        }
        byte[] key = bytes(after, after.getMessage().getHeader(KafkaConstants.KEY));
        byte[] value = bytes(after, after.getMessage().getBody());
        Headers changed = after.getMessage().getHeader(KafkaConstants.HEADERS, Headers.class);
        Header[] headers = changed == null ? original.headers() : changed.toArray();
        result.changed |= !Arrays.equals(key, original.key())
                || !Arrays.equals(value, original.value())
                || !same(headers, original.headers());
        Record record = original.record().record();
        result.batches.add(
                record.offset(),
                record.timestamp(),
                original.record().timestampType(),
                original.record().leaderEpoch(),
                key,
                value,
                headers);
    }

    /** Called when all records of a chunk have passed: the body becomes the chunk that is left of them. */
    @Override
    public void onCompletion(Exchange exchange) {
        if (exchange == null) {
            // A chunk without records: Camel has nothing to hand over, and waits for ever where this throws.
            return;
        }
        Result result = exchange.getProperty(RESULT, Result.class);
        Chunk chunk = exchange.getProperty(CHUNK, Chunk.class);
        List<?> originals = exchange.getProperty(RECORDS, List.class);
        if (result == null || result.accounted != originals.size()) {
            exchange.setException(
                    new IllegalStateException("not all records of " + chunk + " came back from their step"));
        } else if (result.failure != null) {
            exchange.setException(result.failure);
        } else {
            exchange.getMessage().setBody(chunk.withBatches(result.batches.finish(), result.changed));
        }
    }

    private static boolean same(Header[] some, Header[] others) {
        boolean same = some.length == others.length;
        for (int i = 0; same && i < some.length; i++) {
            same = Objects.equals(some[i].key(), others[i].key()) && Arrays.equals(some[i].value(), others[i].value());
        }
        return same;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return buffer == null ? null : Utils.toArray(buffer);
    }

    private static byte[] bytes(Exchange exchange, Object object) {
        try {
            return object == null
                    ? null
                    : exchange.getContext().getTypeConverter().mandatoryConvertTo(byte[].class, exchange, object);
        } catch (NoTypeConversionAvailableException e) {
            throw new IllegalArgumentException("a step left something that is not bytes: " + object.getClass(), e);
        }
    }
}
