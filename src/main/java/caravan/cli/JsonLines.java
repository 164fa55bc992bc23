package caravan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.Record;

/**
 * Prints records as JSON, one a line:
 *
 * <pre>
 * {"topic":"orders","partition":0,"offset":17,"timestamp":1732285500000,"key":"a","value":{"base64":"/w=="},
 *  "headers":[{"key":"trace","value":null}]}
 * </pre>
 *
 * {@code timestamp} is in epoch millis. {@code key}, {@code value} and the headers' values are null, a string where the bytes are
 * UTF-8, or an object with the bytes as {@code base64}.
 */
final class JsonLines {
    private static final int BUFFER = 1 << 16;

    /** How long a line waits for others to be handed on with. */
    private static final long LINGER_NANOS = 200_000_000;

    private final JsonFactory json = new JsonFactory();
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final PrintWriter out;
    private final StringWriter buffer = new StringWriter();
    private long left;
    private long flushed = System.nanoTime();

    /**
     * @param most records to print
     */
    JsonLines(PrintWriter out, long most) {
        this.out = out;
        this.left = most;
    }

    /** Whether another record would be printed: not behind the limit, and somebody still reads. */
    boolean wanted() {
        return left > 0;
    }

    void print(String topic, int partition, Record record) {
        try (JsonGenerator line = json.createGenerator(buffer)) {
            line.writeStartObject();
            line.writeStringField("topic", topic);
            line.writeNumberField("partition", partition);
            line.writeNumberField("offset", record.offset());
            line.writeNumberField("timestamp", record.timestamp());
            bytes(line, "key", record.key());
            bytes(line, "value", record.value());
            line.writeArrayFieldStart("headers");
            for (Header header : record.headers()) {
                line.writeStartObject();
                line.writeStringField("key", header.key());
                bytes(line, "value", header.value() == null ? null : ByteBuffer.wrap(header.value()));
                line.writeEndObject();
            }
            line.writeEndArray();
            line.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        buffer.write('\n');
        left--;
        if (buffer.getBuffer().length() >= BUFFER) {
            flush();
        }
    }

    private void bytes(JsonGenerator line, String name, ByteBuffer bytes) throws IOException {
        line.writeFieldName(name);
        if (bytes == null) {
            line.writeNull();
            return;
        }
        try {
            line.writeString(utf8.decode(bytes.duplicate()).toString());
        } catch (CharacterCodingException e) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            line.writeStartObject();
            line.writeStringField("base64", Base64.getEncoder().encodeToString(copy));
            line.writeEndObject();
        }
    }

    /** Hands on what was printed a while ago: who looks for a record among many sees it when it is found. */
    void flushIfDue() {
        if (buffer.getBuffer().length() > 0 && System.nanoTime() - flushed >= LINGER_NANOS) {
            flush();
        }
    }

    /** Hands on what was printed. Where nobody reads any more ({@code | head}), nothing else is wanted. */
    void flush() {
        out.print(buffer);
        buffer.getBuffer().setLength(0);
        flushed = System.nanoTime();
        if (out.checkError()) {
            left = 0;
        }
    }
}
