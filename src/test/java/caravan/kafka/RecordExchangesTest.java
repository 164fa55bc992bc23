package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.RecordBatches;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** What becomes of a chunk whose records pass through steps of the user's. */
class RecordExchangesTest extends CamelTestSupport {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    @Override
    protected RoutesBuilder createRouteBuilder() {
        RecordExchanges records = new RecordExchanges();
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:chunk")
                        .errorHandler(noErrorHandler())
                        .setProperty("step", header("step"))
                        .split(method(records, "explode"), records)
                        .toD("${exchangeProperty.step}")
                        .end();
                from("direct:keep").log("kept ${body}");
                from("direct:stop")
                        .filter(simple("${bodyAs(String)} == 'v1'"))
                        .stop()
                        .end();
                from("direct:property")
                        .filter(simple("${bodyAs(String)} == 'v0'"))
                        .setProperty(RecordExchanges.DROP, constant(true))
                        .end();
                from("direct:change").process(exchange -> {
                    exchange.getMessage().setBody("changed");
                    exchange.getMessage().setHeader(KafkaConstants.KEY, "k");
                    exchange.getMessage()
                            .getHeader(KafkaConstants.HEADERS, Headers.class)
                            .add("seen", null);
                });
                from("direct:parts")
                        .split(bodyAs(String.class).tokenize("."))
                        .log("part ${body}")
                        .end();
                from("direct:fail").process(exchange -> {
                    if (exchange.getMessage().getHeader(KafkaConstants.OFFSET, Long.class) == 7) {
                        throw new IllegalStateException("no");
                    }
                });
            }
        };
    }

    @Test
    void recordsThatAStepLeavesAloneAreByteForByteTheSame() {
        // Given
        Chunk chunk = chunk("v0", null, "");
        // When
        Chunk left = pass(chunk, "direct:keep");
        // Then
        assertThat(left.transformed()).isFalse();
        assertThat(left.batches()).isEqualTo(chunk.batches());
        assertThat(left.next()).isEqualTo(chunk.next());
    }

    @Test
    void aRecordWhoseRouteIsStoppedIsLeftOutAndStaysCovered() {
        Chunk left = pass(chunk("v0", "v1", "v2"), "direct:stop");
        assertThat(values(left)).containsExactly("5:v0", "9:v2");
        assertThat(left.transformed()).isTrue();
        assertThat(left.from()).isEqualTo(5);
        assertThat(left.next()).isEqualTo(11);
    }

    @Test
    void theFirstRecordCanBeDroppedByProperty() {
        Chunk left = pass(chunk("v0", "v1"), "direct:property");
        assertThat(values(left)).containsExactly("7:v1");
        assertThat(left.transformed()).isTrue();
    }

    @Test
    void whatAStepChangesIsStored() {
        Chunk left = pass(chunk("v0"), "direct:change");
        Record record = RecordBatches.records(left.batches(), 0, 100).iterator().next();
        assertThat(Utils.utf8(record.value())).isEqualTo("changed");
        assertThat(Utils.utf8(record.key())).isEqualTo("k");
        assertThat(record.headers()).extracting(Header::key).containsExactly("CamelX", "seen");
        assertThat(record.timestamp()).isEqualTo(1_000);
        assertThat(left.transformed()).isTrue();
    }

    @Test
    void aChunkWithoutRecordsPassesAsItIs() {
        Chunk empty = new Chunk(PARTITION, Uuid.ONE_UUID, 1, 5, 9, -1, Rebatcher.batches(List.of()), false);
        assertThat(pass(empty, "direct:keep")).isEqualTo(empty);
    }

    @Test
    void aStepThatSplitsARecordDoesNotMixItWithAnother() {
        assertThat(values(pass(chunk("a.b", "c", "d.e.f"), "direct:parts"))).containsExactly("5:a.b", "7:c", "9:d.e.f");
    }

    @Test
    void aFailureFailsTheWholeChunk() {
        assertThatThrownBy(() -> pass(chunk("v0", "v1", "v2"), "direct:fail"))
                .isInstanceOf(CamelExecutionException.class)
                .hasRootCauseMessage("no");
    }

    private Chunk pass(Chunk chunk, String step) {
        return template().requestBodyAndHeader("direct:chunk", chunk, "step", step, Chunk.class);
    }

    /** Records at every other offset from 5 on, as in a compacted topic. */
    private static Chunk chunk(String... values) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            byte[] value = values[i] == null ? null : values[i].getBytes(StandardCharsets.UTF_8);
            records.add(new ConsumerRecord<>(
                    "orders",
                    0,
                    5 + 2L * i,
                    1_000,
                    TimestampType.CREATE_TIME,
                    -1,
                    value == null ? -1 : value.length,
                    null,
                    value,
                    new RecordHeaders().add("CamelX", new byte[] {0, 1}),
                    Optional.of(3)));
        }
        long next = 5 + 2L * values.length;
        return new Chunk(PARTITION, Uuid.ONE_UUID, 1, 5, next, 3, Rebatcher.batches(records), false);
    }

    private static List<String> values(Chunk chunk) {
        List<String> values = new ArrayList<>();
        for (Record record : RecordBatches.records(chunk.batches(), chunk.from(), chunk.next())) {
            values.add(record.offset() + ":" + Utils.utf8(record.value()));
        }
        return values;
    }
}
