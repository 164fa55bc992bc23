package caravan.torture;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.torture.FaultKind.Victim;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the torture would see: a run that finds nothing is worth as much as this. */
class TortureTest {
    private static final Life LIFE = new Life("orders", 1);
    private static final long TIME = 1_700_000_000_000L;

    private final List<Entry> ledger = new ArrayList<>();
    private final List<ConsumerRecord<byte[], byte[]>> copy = new ArrayList<>();

    @Test
    void aSeedFixesThePlan() {
        Plan plan = new Plan(7, 300, EnumSet.allOf(FaultKind.class));
        assertThat(new Plan(7, 300, EnumSet.allOf(FaultKind.class)).all())
                .isEqualTo(plan.all())
                .isNotEqualTo(new Plan(8, 300, EnumSet.allOf(FaultKind.class)).all());
        assertThat(plan.all()).extracting(Fault::kind).contains(FaultKind.values());
    }

    @Test
    void aKindThatIsLeftOutChangesNothingForOtherVictims() {
        Plan plan = new Plan(7, 300, EnumSet.allOf(FaultKind.class));
        Plan without = new Plan(7, 300, EnumSet.complementOf(EnumSet.of(FaultKind.S3_AWAY)));
        assertThat(without.of(Victim.BROKERS)).isEqualTo(plan.of(Victim.BROKERS));
        assertThat(without.of(Victim.S3)).extracting(Fault::kind).doesNotContain(FaultKind.S3_AWAY);
    }

    @Test
    void whatIsRestoredAsItWasPromisedIsSound() {
        // Given: the answer for one was never heard, and it is there; for another one it was not, and it is not
        sent(1, Fate.ACKNOWLEDGED, 0);
        sent(2, Fate.UNKNOWN, -1);
        sent(3, Fate.UNKNOWN, -1);
        sent(4, Fate.ABORTED, 2);
        sent(5, Fate.ACKNOWLEDGED, 4);
        sent(6, Fate.ACKNOWLEDGED, -1);
        restored(6);
        restored(1);
        restored(2);
        restored(5);

        // When
        Comparison comparison = compared();

        // Then
        assertThat(comparison.sound()).isTrue();
        assertThat(comparison.restored()).isEqualTo(4);
        assertThat(comparison.unknownRestored()).isEqualTo(1);
    }

    @Test
    void whatIsNotRestoredIsLost() {
        sent(1, Fate.ACKNOWLEDGED, 0);
        sent(2, Fate.ACKNOWLEDGED, 1);
        sent(3, Fate.ACKNOWLEDGED, -1);
        restored(2);

        Comparison comparison = compared();

        assertThat(comparison.sound()).isFalse();
        assertThat(comparison.lost())
                .extracting(lost -> lost.entry().id().number())
                .containsExactly(3L, 1L);
    }

    @Test
    void whatIsThereTwiceIsDoubled() {
        sent(1, Fate.ACKNOWLEDGED, 0);
        sent(2, Fate.UNKNOWN, -1);
        restored(1);
        restored(2);
        restored(2);
        restored(1);

        Comparison comparison = compared();

        assertThat(comparison.sound()).isFalse();
        assertThat(comparison.doubled()).isEqualTo(2);
        assertThat(comparison.lost()).isEmpty();
    }

    @Test
    void anotherByteHeaderOrTimeIsAChange() {
        for (int number = 1; number <= 4; number++) {
            sent(number, Fate.ACKNOWLEDGED, number);
        }
        restored(1, "value", "h", TIME + 1);
        restored(2, "Value", "h", TIME);
        restored(3, "value", "H", TIME);
        restored(4, "value", null, TIME);

        Comparison comparison = compared();

        assertThat(comparison.sound()).isFalse();
        assertThat(comparison.changed()).isEqualTo(4);
    }

    @Test
    void anotherOrderIsSeen() {
        sent(1, Fate.ACKNOWLEDGED, 7);
        sent(2, Fate.ACKNOWLEDGED, 9);
        restored(2);
        restored(1);

        Comparison comparison = compared();

        assertThat(comparison.sound()).isFalse();
        assertThat(comparison.disordered()).isEqualTo(1);
    }

    @Test
    void whatWasAbortedOrNeverSentMustNotBeThere() {
        sent(1, Fate.ABORTED, 0);
        restored(1);
        restored(2);

        Comparison comparison = compared();

        assertThat(comparison.sound()).isFalse();
        assertThat(comparison.abortedRestored()).isEqualTo(1);
        assertThat(comparison.strangers()).isEqualTo(1);
    }

    @Test
    void theLedgerKeepsWhatIsEntered(@TempDir Path directory) {
        Entry one = entry(1, Fate.ACKNOWLEDGED, 17);
        Entry two = entry(2, Fate.ABORTED, -1);
        try (Ledger book = new Ledger(directory)) {
            book.enter(LIFE, 0, one, 10);
            book.enter(LIFE, 0, two, 10);
            book.enter(new Life("orders", 2), 0, two, 10);

            assertThat(book.read(LIFE, 0)).containsExactly(one, two);
            assertThat(book.read(LIFE, 1)).isEmpty();
            assertThat(book.count(Fate.ABORTED)).isEqualTo(2);
            assertThat(book.bytes()).isEqualTo(10);
        }
    }

    @Test
    void anIdIsFoundInKeyOrValue() {
        RecordId id = new RecordId(3, 141);
        assertThat(RecordId.in(id.bytes(), null)).contains(id);
        assertThat(RecordId.in(null, id.bytes())).contains(id);
        assertThat(RecordId.in("customer".getBytes(StandardCharsets.UTF_8), id.bytes()))
                .contains(id);
        assertThat(RecordId.in(null, null)).isEqualTo(Optional.empty());
    }

    @Test
    void coverageIsReadFromKeysAlone() {
        String folder = "topics/orders/Id/00000/";
        String end = "-3-10-1700000000000-1700000000000.zip";
        StoredKeys keys = new StoredKeys(List.of(
                folder + "00000000000000000000-00000000000000000010" + end,
                folder + "00000000000000000005-00000000000000000020" + end,
                folder + "00000000000000000020-00000000000000000021-3.gap",
                folder + "00000000000000000022-00000000000000000030" + end));

        assertThat(keys.coveredTo("orders", "Id", 0)).isEqualTo(21);
        assertThat(keys.coveredTo("orders", "Another", 0)).isZero();
        assertThat(keys.objects()).isEqualTo(3);
        assertThat(keys.gaps()).isEqualTo(1);
        assertThat(keys.overlaps()).isEqualTo(1);
    }

    private void sent(long number, Fate fate, long offset) {
        ledger.add(entry(number, fate, offset));
    }

    private static Entry entry(long number, Fate fate, long offset) {
        RecordId id = new RecordId(1, number);
        return new Entry(id, fate, offset, TIME, Fingerprint.of(id.bytes(), utf8("value"), headers("h")));
    }

    private void restored(long number) {
        restored(number, "value", "h", TIME);
    }

    private void restored(long number, String value, String header, long timestamp) {
        copy.add(new ConsumerRecord<>(
                LIFE.topic(),
                0,
                copy.size(),
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                new RecordId(1, number).bytes(),
                utf8(value),
                headers(header),
                Optional.empty()));
    }

    private static RecordHeaders headers(String value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("header", value == null ? null : utf8(value));
        return headers;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Comparison compared() {
        Comparison comparison = new Comparison();
        comparison.compare(LIFE, 0, ledger, copy.iterator());
        return comparison;
    }
}
