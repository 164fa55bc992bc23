package caravan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Coverage;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.PartitionFolder;
import caravan.archive.PartitionKey;
import caravan.archive.Timeline;
import caravan.store.S3Location;
import caravan.store.S3Store;
import caravan.store.Store;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestServers.class)
class PartitionTailTest {
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", new Timeline(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ"), 0), 3);
    private static final int EPOCH = 5;
    private static final Optional<String> NO_HINT = Optional.empty();

    private final MemoryStore store = new MemoryStore();

    @Test
    void anEmptyPartitionStartsAtItsStartOffset() {
        PartitionTail tail = PartitionTail.find(store, FOLDER, 42, NO_HINT);

        assertThat(tail.next()).isEqualTo(42);
        assertThat(tail.last()).isEmpty();
        assertThat(tail.whole()).isTrue();
        assertThat(store.lists()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 999, 1_000})
    void aSmallPartitionTakesOneList(int count) {
        // Given
        List<PartitionKey> keys = fill(store, 42, count, n -> 100);

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 42, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(42 + count * 100L);
        assertThat(tail.last()).contains(last(keys));
        assertThat(tail.whole()).isTrue();
        assertThat(store.lists()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_001, 1_999, 2_000, 2_001, 5_000, 33_333, 200_000})
    void aLargePartitionTakesFewLists(int count) {
        // Given
        List<PartitionKey> keys = fill(store, 0, count, n -> 100);

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(count * 100L);
        assertThat(tail.last()).contains(last(keys));
        assertThat(tail.keys())
                .hasSizeGreaterThanOrEqualTo(1_000)
                .isEqualTo(end(keys, tail.keys().size()));
        assertThat(tail.whole()).isFalse();
        assertThat(store.lists()).isLessThanOrEqualTo(40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny then huge", "huge then tiny", "growing", "random", "up to the last offset"})
    void objectsNeedNotBeOfOneSize(String story) {
        // Given
        Random random = new Random(11);
        int count = 50_000;
        LongUnaryOperator width =
                switch (story) {
                    case "tiny then huge" -> n -> n < count / 2 ? 1 : 1_000_000_000L;
                    case "huge then tiny" -> n -> n < count / 2 ? 1_000_000_000L : 1;
                    case "growing" -> n -> n * n + 1;
                    case "random" -> n -> 1 + (long) Math.exp(random.nextDouble() * 20);
                    default -> n -> Long.MAX_VALUE / count;
                };
        List<PartitionKey> keys = fill(store, 7, count, width);

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 7, NO_HINT);

        // Then
        assertThat(tail.last()).contains(last(keys));
        assertThat(tail.next()).isEqualTo(last(keys).next());
        assertThat(tail.keys()).hasSizeGreaterThanOrEqualTo(1_000);
        assertThat(store.lists()).isLessThanOrEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 10, 500, 999})
    void stopsBeforeAHole(int distance) {
        // Given: an upload that never arrived, that many keys before the end
        List<PartitionKey> keys = fill(store, 0, 10_000, n -> 100);
        PartitionKey missing = keys.get(keys.size() - 1 - distance);
        store.remove(FOLDER.key(missing));

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(missing.from());
        assertThat(tail.last()).contains(keys.get(keys.size() - 2 - distance));
    }

    @Test
    void aMissingFirstObjectIsAHole() {
        // Given
        List<PartitionKey> keys = fill(store, 10, 3, n -> 10);
        store.remove(FOLDER.key(keys.get(0)));

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 10, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(10);
        assertThat(tail.last()).isEmpty();
    }

    @Test
    void goesOnBehindAGapThatHasAKey() {
        // Given
        fill(store, 0, 3, n -> 10);
        GapKey gap = new GapKey(30, 55, -1);
        store.add(FOLDER.key(gap));
        PartitionTail atTheGap = PartitionTail.find(store, FOLDER, 0, NO_HINT);
        fill(store, 55, 1, n -> 5);

        // When
        PartitionTail behindIt = PartitionTail.find(store, FOLDER, 0, NO_HINT);

        // Then
        assertThat(atTheGap.next()).isEqualTo(55);
        assertThat(atTheGap.last()).contains(gap);
        assertThat(behindIt.next()).isEqualTo(60);
    }

    @Test
    void theHigherEpochEndsTheTailOfATruncatedLog() {
        // Given
        store.add(FOLDER.key(new ObjectKey(0, 100, 1, 100, 1, 1)));
        store.add(FOLDER.key(new ObjectKey(100, 200, 1, 100, 1, 1)));
        ObjectKey afterTheElection = new ObjectKey(150, 180, 2, 30, 1, 1);
        store.add(FOLDER.key(afterTheElection));

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(180);
        assertThat(tail.last()).contains(afterTheElection);
    }

    @Test
    void aHintThatHoldsTakesOneList() {
        // Given: the last commit was for the key before the last four
        List<PartitionKey> keys = fill(store, 0, 20_000, n -> 100);
        PartitionKey committed = keys.get(keys.size() - 5);

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, hint(committed));

        // Then
        assertThat(tail.next()).isEqualTo(2_000_000);
        assertThat(tail.last()).contains(last(keys));
        assertThat(tail.keys()).isEqualTo(end(keys, 5));
        assertThat(store.lists()).isEqualTo(1);
    }

    @Test
    void aHoleBehindTheHintIsSeen() {
        // Given
        List<PartitionKey> keys = fill(store, 0, 20_000, n -> 100);
        store.remove(FOLDER.key(keys.get(19_997)));

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, hint(keys.get(19_996)));

        // Then
        assertThat(tail.next()).isEqualTo(1_999_700);
        assertThat(tail.last()).contains(keys.get(19_996));
    }

    @Test
    void aStaleHintIsWhereTheSearchBegins() {
        // Given
        List<PartitionKey> keys = fill(store, 0, 100_000, n -> 100);

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, hint(keys.get(60_000)));

        // Then
        assertThat(tail.next()).isEqualTo(10_000_000);
        assertThat(tail.last()).contains(last(keys));
        assertThat(store.lists()).isLessThanOrEqualTo(40);
    }

    @Test
    void aHintThatIsNotThereIsNotBelieved() {
        // Given
        List<PartitionKey> keys = fill(store, 0, 5_000, n -> 100);
        PartitionKey ahead = new ObjectKey(900_000, 900_100, EPOCH, 100, 1, 1);
        PartitionKey lost = new ObjectKey(300_000, 300_050, EPOCH, 50, 1, 1);

        for (String hint : List.of(ahead.fileName(), lost.fileName(), "nonsense", "", "../../x")) {
            // When
            PartitionTail tail = PartitionTail.find(store, FOLDER, 0, Optional.of(hint));

            // Then
            assertThat(tail.next()).isEqualTo(500_000);
            assertThat(tail.last()).contains(last(keys));
        }
    }

    @Test
    void foreignFilesDoNotMatter() {
        // Given
        List<PartitionKey> keys = fill(store, 0, 3_000, n -> 100);
        for (int n = 0; n < 1_500; n++) {
            store.add(FOLDER.path() + "copy of an object " + n);
            store.add(FOLDER.path() + "!" + n);
            store.add(FOLDER.path() + "0000 a note/" + n);
            store.add(FOLDER.path() + "99" + n + ".zip");
            store.add(FOLDER.path() + "0999" + n + ".zip");
        }

        for (int n = 0; n < 100_000; n++) {
            store.add(FOLDER.path() + "somebody's backup of the archive " + n);
        }

        // When
        PartitionTail tail = PartitionTail.find(store, FOLDER, 0, NO_HINT);
        int lists = store.lists();
        PartitionTail hinted = PartitionTail.find(store, FOLDER, 0, hint(keys.get(2_990)));

        // Then
        assertThat(tail.next()).isEqualTo(300_000);
        assertThat(lists).isLessThanOrEqualTo(40);
        assertThat(tail.last()).contains(last(keys));
        assertThat(hinted.next()).isEqualTo(300_000);
    }

    @Test
    void agreesWithTheWholeListingWhateverTheKeys() {
        for (int seed = 0; seed < 100; seed++) {
            // Given: overlaps, gaps, and up to three holes among the last 900 keys
            Random random = new Random(seed);
            MemoryStore randomStore = new MemoryStore();
            List<PartitionKey> keys = new ArrayList<>();
            long offset = 0;
            int count = 900 + random.nextInt(4_000);
            for (int n = 0; n < count; n++) {
                long next = offset + 1 + random.nextInt(1 + random.nextInt(1_000));
                keys.add(
                        random.nextInt(50) == 0
                                ? new GapKey(offset, next, -1)
                                : new ObjectKey(offset, next, EPOCH, 0, -1, -1));
                offset = next;
            }
            for (int hole = random.nextInt(4); hole > 0; hole--) {
                keys.remove(keys.size() - 2 - random.nextInt(850));
            }
            keys.forEach(key -> randomStore.add(FOLDER.key(key)));
            Coverage all = Coverage.of(keys, 0);

            // When
            PartitionTail tail = PartitionTail.find(randomStore, FOLDER, 0, NO_HINT);

            // Then
            assertThat(tail.next()).as("seed " + seed).isEqualTo(all.next());
            assertThat(tail.last()).as("seed " + seed).isEqualTo(all.lastReachable());
            assertThat(randomStore.lists()).as("seed " + seed).isLessThanOrEqualTo(40);
        }
    }

    @Test
    void whatIsPrunedBetweenTwoListsIsNoHole() {
        // Given
        List<PartitionKey> keys = fill(store, 0, 1_200, n -> 10);
        AtomicInteger lists = new AtomicInteger();
        Store racing = (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list") && lists.incrementAndGet() == 2) {
                        store.add(FOLDER.key(new GapKey(0, 11_990, EPOCH)));
                        keys.subList(0, 1_199).forEach(key -> store.remove(FOLDER.key(key)));
                    }
                    return method.invoke(store, arguments);
                });

        // When
        PartitionTail tail = PartitionTail.find(racing, FOLDER, 0, NO_HINT);

        // Then
        assertThat(tail.next()).isEqualTo(12_000);
        assertThat(tail.last()).contains(last(keys));
        assertThat(lists).hasValueGreaterThan(2);
    }

    @Test
    void findsTheTailOnARealServer(TestS3 s3) {
        // Given
        S3Store real = new S3Store(s3.client(), S3Location.parse(s3.newStore()));
        List<PartitionKey> keys = IntStream.range(0, 1_050)
                .mapToObj(n -> (PartitionKey) new ObjectKey(n * 10L, n * 10L + 10, EPOCH, 10, 1, 1))
                .toList();
        keys.parallelStream().forEach(key -> real.putIfAbsent(FOLDER.key(key), new byte[0]));

        // When
        PartitionTail tail = PartitionTail.find(real, FOLDER, 0, NO_HINT);
        PartitionTail hinted = PartitionTail.find(real, FOLDER, 0, hint(keys.get(1_040)));

        // Then
        assertThat(tail.next()).isEqualTo(10_500);
        assertThat(tail.last()).contains(last(keys));
        assertThat(tail.keys()).hasSizeGreaterThanOrEqualTo(1_000);
        assertThat(hinted.next()).isEqualTo(10_500);
        assertThat(hinted.keys()).isEqualTo(end(keys, 10));
    }

    /** Objects without a hole between them. */
    private static List<PartitionKey> fill(MemoryStore store, long from, int count, LongUnaryOperator width) {
        List<PartitionKey> keys = new ArrayList<>();
        long offset = from;
        for (int n = 0; n < count; n++) {
            long next = offset + width.applyAsLong(n);
            keys.add(new ObjectKey(offset, next, EPOCH, 1, 1, 1));
            offset = next;
        }
        keys.forEach(key -> store.add(FOLDER.key(key)));
        return keys;
    }

    private static Optional<String> hint(PartitionKey key) {
        return Optional.of(key.fileName());
    }

    private static PartitionKey last(List<PartitionKey> keys) {
        return keys.get(keys.size() - 1);
    }

    private static List<PartitionKey> end(List<PartitionKey> keys, int count) {
        return keys.subList(keys.size() - count, keys.size());
    }
}
