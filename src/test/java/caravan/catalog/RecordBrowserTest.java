package caravan.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.catalog.RecordPage.Entry;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

/** Whoever looks at records of an archive sees those that were asked for, and reads little more. */
class RecordBrowserTest {
    private static final Timeline LIFE = Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MemoryStore store = new MemoryStore();
    private final TestArchive archive = new TestArchive(store);

    private static PartitionFolder folder(int partition) {
        return new PartitionFolder("orders", LIFE, partition);
    }

    private static List<Message> messages(long from, long next) {
        return LongStream.range(from, next).mapToObj(Message::at).toList();
    }

    private ArchivedLog log() {
        return new ArchivedLog(
                store, new Catalog(store).topic("orders").orElseThrow().life("").orElseThrow());
    }

    private RecordPage page(RecordQuery query) {
        return new RecordBrowser(log(), PATIENCE, 1_000_000).page("orders", LIFE.folder(), query);
    }

    private static RecordQuery query(int limit) {
        return new RecordQuery(OptionalInt.empty(), Map.of(), OptionalLong.empty(), Optional.empty(), false, limit);
    }

    private static RecordQuery from(Map<Integer, Long> from, int limit) {
        return new RecordQuery(OptionalInt.empty(), from, OptionalLong.empty(), Optional.empty(), false, limit);
    }

    private static RecordQuery last(int limit) {
        return new RecordQuery(OptionalInt.empty(), Map.of(), OptionalLong.empty(), Optional.empty(), true, limit);
    }

    private static List<Long> offsets(RecordPage page) {
        return page.records().stream().map(Entry::offset).toList();
    }

    @Test
    void pagesOfSeveralPartitionsHaveEachRecordOnceInTheOrderOfTime() {
        // Given: the even times in one partition, the odd ones in the other, which has a record that is older than
        // those before it
        archive.topic("orders", LIFE, 3, Map.of());
        List<Message> even = new ArrayList<>();
        List<Message> odd = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            even.add(Message.at(i).withTimestamp(TestArchive.TIME + 2 * i));
            odd.add(Message.at(i).withTimestamp(TestArchive.TIME + 2 * i + 1));
        }
        odd.set(20, odd.get(20).withTimestamp(TestArchive.TIME));
        archive.object(folder(0), 0, 40, even);
        archive.object(folder(1), 0, 40, odd);

        // When
        List<Entry> all = new ArrayList<>();
        Map<Integer, Long> next = Map.of();
        RecordPage page;
        do {
            page = page(from(next, 7));
            all.addAll(page.records());
            next = page.next();
            assertThat(page.complete()).isTrue();
        } while (!page.records().isEmpty());

        // Then
        assertThat(all).hasSize(80);
        assertThat(next).isEqualTo(Map.of(0, 40L, 1, 40L, 2, 0L));
        for (int partition = 0; partition < 2; partition++) {
            int of = partition;
            assertThat(all.stream().filter(entry -> entry.partition() == of).map(Entry::offset))
                    .containsExactlyElementsOf(LongStream.range(0, 40).boxed().toList());
        }
        assertThat(all.stream()
                        .filter(entry -> entry.timestamp() != TestArchive.TIME)
                        .map(Entry::timestamp))
                .isSorted();
    }

    @Test
    void theLastRecordsAreFoundAlsoWhereOffsetsAreMissing() {
        // Given: what a compaction left, one of a thousand
        archive.topic("orders", LIFE, 1, Map.of());
        archive.object(
                folder(0),
                0,
                100_000,
                LongStream.range(0, 100).mapToObj(i -> Message.at(1_000 * i)).toList());

        assertThat(offsets(page(last(3)))).containsExactly(97_000L, 98_000L, 99_000L);
        assertThat(offsets(page(last(500)))).hasSize(100);
        assertThat(page(last(3)).next()).isEqualTo(Map.of(0, 97_000L));
        RecordQuery before =
                new RecordQuery(OptionalInt.of(0), Map.of(0, 97_000L), OptionalLong.empty(), Optional.empty(), true, 2);
        assertThat(offsets(page(before))).containsExactly(95_000L, 96_000L);
    }

    @Test
    void pagesFromTheEndHaveEachRecordOnceToo() {
        // Given: so large values that a page has fewer than are asked for
        archive.topic("orders", LIFE, 2, Map.of());
        byte[] value = new byte[100_000];
        archive.object(
                folder(0),
                0,
                60,
                messages(0, 60).stream()
                        .map(message -> message.withValue(value))
                        .toList());
        archive.object(folder(1), 0, 300, messages(0, 300));

        // When
        List<Entry> all = new ArrayList<>();
        Map<Integer, Long> next = Map.of();
        RecordPage page;
        do {
            page = page(new RecordQuery(OptionalInt.empty(), next, OptionalLong.empty(), Optional.empty(), true, 50));
            all.addAll(0, page.records());
            next = page.next();
        } while (!page.records().isEmpty());

        // Then
        assertThat(next).isEqualTo(Map.of(0, 0L, 1, 0L));
        assertThat(all.stream().filter(entry -> entry.partition() == 0).map(Entry::offset))
                .containsExactlyElementsOf(LongStream.range(0, 60).boxed().toList());
        assertThat(all.stream().filter(entry -> entry.partition() == 1).map(Entry::offset))
                .containsExactlyElementsOf(LongStream.range(0, 300).boxed().toList());
        assertThat(all.stream().map(Entry::timestamp)).isSorted();
    }

    @Test
    void ofALargeObjectOnlyWhatIsShownIsRead() {
        // Given: 24 MiB that can't be compressed
        archive.topic("orders", LIFE, 1, Map.of());
        int batch = 1_000;
        int batches = 24;
        ByteBuffer log = ByteBuffer.allocate(batches * batch * 1_200);
        byte[] value = new byte[1_024];
        Random random = new Random(7);
        for (int i = 0; i < batches; i++) {
            List<Message> messages = new ArrayList<>();
            for (long offset = (long) i * batch; offset < (long) (i + 1) * batch; offset++) {
                random.nextBytes(value);
                messages.add(Message.at(offset).withValue(value.clone()));
            }
            log.put(TestArchive.batches(messages, 0));
        }
        archive.object(folder(0), 0, batches * batch, 0, false, log.flip());
        store.partsRead();

        // Then: the first, the last and some in between need a frame of it each, at most
        long most = 8 << 20;
        assertThat(offsets(page(query(50)))).hasSize(50).startsWith(0L);
        assertThat(store.partsRead()).isLessThan(most);
        assertThat(offsets(page(last(50)))).hasSize(50).endsWith(23_999L);
        assertThat(store.partsRead()).isLessThan(most);
        RecordPage more = page(new RecordQuery(
                OptionalInt.empty(), Map.of(0, 10_000L), OptionalLong.empty(), Optional.empty(), true, 50));
        assertThat(offsets(more)).hasSize(50).startsWith(9_950L).endsWith(9_999L);
        assertThat(store.partsRead()).isLessThan(most);
        RecordPage between = page(from(Map.of(0, 12_345L), 50));
        assertThat(offsets(between)).hasSize(50).startsWith(12_345L);
        assertThat(between.scanned()).isEqualTo(50);
        assertThat(store.partsRead()).isLessThan(most);
        assertThat(new RecordBrowser(log(), PATIENCE, 1).one(0, 12_345))
                .get()
                .extracting(entry -> entry.key().text())
                .isEqualTo("k12345");
        assertThat(store.partsRead()).isLessThan(most);
    }

    @Test
    void recordsAreChosenByTimeAndKey() {
        archive.topic("orders", LIFE, 1, Map.of());
        archive.object(folder(0), 0, 100, messages(0, 100));
        archive.object(folder(0), 100, 200, messages(100, 200));
        archive.gap(folder(0), 200, 210);

        OptionalLong time = OptionalLong.of(TestArchive.TIME + 150);
        RecordQuery since = new RecordQuery(OptionalInt.of(0), Map.of(), time, Optional.empty(), false, 2);
        assertThat(offsets(page(since))).containsExactly(150L, 151L);
        assertThat(page(since).scanned()).as("the older object is passed over").isEqualTo(52);

        Optional<Pattern> key = Optional.of(Pattern.compile("^k1?[57]$"));
        RecordQuery matching = new RecordQuery(OptionalInt.empty(), Map.of(), OptionalLong.empty(), key, false, 50);
        assertThat(offsets(page(matching))).containsExactly(5L, 7L, 15L, 17L);
        assertThat(page(matching).next()).isEqualTo(Map.of(0, 210L));
        RecordQuery lastMatching = new RecordQuery(OptionalInt.empty(), Map.of(), OptionalLong.empty(), key, true, 2);
        assertThat(offsets(page(lastMatching))).containsExactly(15L, 17L);
    }

    @Test
    void aSearchGivesUpAndSaysWhereToGoOn() {
        archive.topic("orders", LIFE, 2, Map.of());
        archive.object(folder(0), 0, 1_000, messages(0, 1_000));
        archive.object(folder(1), 0, 1_000, messages(0, 1_000));
        Optional<Pattern> key = Optional.of(Pattern.compile("k999"));

        Map<Integer, Long> next = Map.of();
        List<Entry> found = new ArrayList<>();
        int pages = 0;
        RecordPage page;
        do {
            page = new RecordBrowser(log(), PATIENCE, 300)
                    .page(
                            "orders",
                            LIFE.folder(),
                            new RecordQuery(OptionalInt.empty(), next, OptionalLong.empty(), key, false, 50));
            assertThat(page.scanned()).isLessThanOrEqualTo(300);
            found.addAll(page.records());
            next = new HashMap<>(page.next());
            pages++;
        } while (!page.complete());

        assertThat(found).hasSize(2);
        assertThat(pages).isBetween(7, 9);
    }

    @Test
    void anExpressionThatWouldTakeYearsTakesNoLongerThanItMay() {
        archive.topic("orders", LIFE, 1, Map.of());
        byte[] evil = ("a".repeat(60) + "!").getBytes(UTF_8);
        archive.object(
                folder(0), 0, 2, List.of(new Message(0, TestArchive.TIME, evil, null, List.of()), Message.at(1)));
        long began = System.nanoTime();

        RecordPage page = new RecordBrowser(log(), Duration.ofMillis(300), 1_000)
                .page(
                        "orders",
                        LIFE.folder(),
                        new RecordQuery(
                                OptionalInt.empty(),
                                Map.of(),
                                OptionalLong.empty(),
                                Optional.of(Pattern.compile("^(a|aa)+\\1?$")),
                                false,
                                10));

        assertThat(page.complete()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void bytesAreShownAsTheyAre() {
        archive.topic("orders", LIFE, 1, Map.of());
        byte[] large = "ж".repeat(50_000).getBytes(UTF_8);
        byte[] shifted = ("x" + "ж".repeat(50_000)).getBytes(UTF_8);
        archive.object(
                folder(0),
                0,
                4,
                List.of(
                        new Message(
                                0,
                                -1,
                                null,
                                new byte[0],
                                List.of(
                                        new RecordHeader("h", (byte[]) null),
                                        new RecordHeader("", "v".getBytes(UTF_8)))),
                        new Message(1, TestArchive.TIME, new byte[] {(byte) 0xFF, 0}, null, List.of()),
                        new Message(2, TestArchive.TIME, "<b>\u0000\"".getBytes(UTF_8), large, List.of()),
                        new Message(3, TestArchive.TIME, new byte[0], shifted, List.of())));

        List<Entry> all = page(query(10)).records();

        assertThat(all.get(0).key()).isNull();
        assertThat(all.get(0).timestamp()).isEqualTo(-1);
        assertThat(all.get(0).timestampType()).isEqualTo("create");
        assertThat(all.get(0).leaderEpoch()).isEqualTo(0);
        assertThat(all.get(0).value().text()).isEmpty();
        assertThat(all.get(0).headers())
                .extracting(RecordPage.RecordHeader::key)
                .containsExactly("h", "");
        assertThat(all.get(0).headers().get(0).value()).isNull();
        assertThat(all.get(0).headers().get(1).value().text()).isEqualTo("v");
        assertThat(all.get(1).key().text()).isNull();
        assertThat(all.get(1).key().base64()).isEqualTo("/wA=");
        assertThat(all.get(1).value()).isNull();
        assertThat(all.get(2).key().text()).isEqualTo("<b>\u0000\"");
        assertThat(all.get(2).value().cut()).isTrue();
        assertThat(all.get(2).value().size()).isEqualTo(100_000);
        assertThat(all.get(2).value().text()).isEqualTo("ж".repeat(32 << 10));
        assertThat(all.get(3).value().text())
                .as("half a character is left out")
                .isEqualTo("x" + "ж".repeat((32 << 10) - 1));
        Entry whole = new RecordBrowser(log(), PATIENCE, 1).one(0, 3).orElseThrow();
        assertThat(whole.value().cut()).isFalse();
        assertThat(whole.value().text()).isEqualTo(new String(shifted, UTF_8));
    }

    @Test
    void aPageOfLargeRecordsIsShorterAndSaysWhereToGoOn() {
        archive.topic("orders", LIFE, 1, Map.of());
        byte[] value = new byte[100_000];
        Arrays.fill(value, (byte) 'v');
        archive.object(
                folder(0),
                0,
                100,
                messages(0, 100).stream()
                        .map(message -> message.withValue(value))
                        .toList());

        RecordPage first = page(query(100));
        RecordPage second = page(from(first.next(), 100));
        RecordPage end = page(last(100));

        assertThat(first.records()).hasSizeBetween(30, 34);
        assertThat(first.next()).isEqualTo(Map.of(0, (long) first.records().size()));
        assertThat(offsets(second)).startsWith((long) first.records().size());
        assertThat(offsets(end)).hasSizeBetween(30, 34).endsWith(99L);
    }

    @Test
    void anOffsetWithoutARecordIsNone() {
        archive.topic("orders", LIFE, 1, Map.of(0, 10L));
        archive.object(folder(0), 10, 30, messages(10, 20));

        for (long none : new long[] {0, 9, 20, 29, 30, Long.MAX_VALUE}) {
            assertThat(new RecordBrowser(log(), PATIENCE, 1).one(0, none))
                    .as("%s", none)
                    .isEmpty();
        }
        assertThat(offsets(page(from(Map.of(0, 0L), 3)))).containsExactly(10L, 11L, 12L);
        assertThat(offsets(page(from(Map.of(0, Long.MAX_VALUE), 3)))).isEmpty();
    }
}
