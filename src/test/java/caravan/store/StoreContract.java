package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.store.Store.Entry;
import caravan.store.Store.Page;
import caravan.store.Store.PutOutcome;
import caravan.store.StoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store does, wherever it keeps its objects. */
abstract class StoreContract {

    @TempDir
    Path files;

    private Store store;

    /** An empty store of its own. */
    abstract Store newStore();

    /** A store whose bucket or directory does not exist. */
    abstract Store missingStore();

    @BeforeEach
    void emptyStore() {
        store = newStore();
    }

    @Test
    void readsBackWhatItStored() {
        // When
        boolean created = store.putIfAbsent("archive.json", "{}".getBytes(UTF_8));

        // Then
        assertThat(created).isTrue();
        assertThat(store.read("archive.json")).asString(UTF_8).isEqualTo("{}");
        assertThat(store.list("").map(Entry::key)).containsExactly("archive.json");
    }

    @Test
    void neverChangesAnObject() {
        // Given
        store.putIfAbsent("a", "first".getBytes(UTF_8));

        // When
        boolean created = store.putIfAbsent("a", "second".getBytes(UTF_8));

        // Then
        assertThat(created).isFalse();
        assertThat(store.read("a")).asString(UTF_8).isEqualTo("first");
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        // Given
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Future<Boolean>> outcomes = new ArrayList<>();

        // When
        for (int writer = 0; writer < 16; writer++) {
            byte[] body = ("writer " + writer).getBytes(UTF_8);
            outcomes.add(writers.submit(() -> store.putIfAbsent("contested", body)));
        }
        int winner = -1;
        for (int writer = 0; writer < outcomes.size(); writer++) {
            if (outcomes.get(writer).get()) {
                assertThat(winner).as("only one wins").isEqualTo(-1);
                winner = writer;
            }
        }
        writers.shutdown();

        // Then
        assertThat(store.read("contested")).asString(UTF_8).isEqualTo("writer " + winner);
    }

    @Test
    void replacesAMutableDocument() {
        // Given
        store.put("tasks/a.json", "1".getBytes(UTF_8));

        // When
        store.put("tasks/a.json", "2".getBytes(UTF_8));

        // Then
        assertThat(store.read("tasks/a.json")).asString(UTF_8).isEqualTo("2");
    }

    @Test
    void listsMoreThanOnePageOfKeysInOrder() throws Exception {
        // Given
        List<String> keys = IntStream.range(0, 1_005)
                .mapToObj(n -> "many/%05d".formatted(n))
                .toList();
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Future<Boolean>> stored = new ArrayList<>();
        keys.forEach(key -> stored.add(writers.submit(() -> store.putIfAbsent(key, new byte[] {1}))));
        for (Future<Boolean> each : stored) {
            each.get();
        }
        writers.shutdown();

        // When
        List<String> all = store.list("many/").map(Entry::key).toList();
        Page first = store.list("many/", "", Store.PAGE);
        Page rest = store.list("many/", "many/00999", Store.PAGE);
        Page behindTheLast = store.list("many/", "many/01004", Store.PAGE);

        // Then
        assertThat(all).isEqualTo(keys);
        assertThat(first.entries()).hasSize(1_000);
        assertThat(first.more()).isTrue();
        assertThat(rest.entries()).extracting(Entry::key).isEqualTo(keys.subList(1_000, 1_005));
        assertThat(rest.more()).isFalse();
        assertThat(behindTheLast.entries()).isEmpty();
    }

    @Test
    void listsFromAKeyThatDoesNotExist() {
        // Given
        List.of("p/a", "p/c", "q/a").forEach(key -> store.putIfAbsent(key, new byte[0]));

        // When
        Page page = store.list("p/", "p/b", 10);

        // Then
        assertThat(page.entries()).extracting(Entry::key).containsExactly("p/c");
        assertThat(page.entries().get(0).size()).isZero();
        assertThat(page.entries().get(0).lastModified()).isNotNull();
    }

    @Test
    void takesOddKeysAsTheyAre() {
        // Given
        List<String> odd = List.of(
                "odd/a b+c", "odd/a%2Fb", "odd/a&b=c?d#e", "odd/ключ-鍵-🔑", "odd/quote'\"<xml>", "odd/tilde~!$(),;:@");
        odd.forEach(key -> store.putIfAbsent(key, key.getBytes(UTF_8)));

        // When
        List<String> listed = store.list("odd/").map(Entry::key).toList();

        // Then
        assertThat(listed).containsExactlyInAnyOrderElementsOf(odd);
        odd.forEach(key -> assertThat(store.read(key)).asString(UTF_8).isEqualTo(key));
        assertThat(store.list("odd/a%", "", 10).entries()).hasSize(1);
    }

    @Test
    void namesTheFoldersBelowAPrefix() {
        // Given
        List.of("topics/a/1/x", "topics/b/1/x", "topics/b/2/x", "topics/foreign.txt", "archive.json")
                .forEach(key -> store.putIfAbsent(key, new byte[0]));

        // Then
        assertThat(store.folders("topics/")).containsExactly("a", "b");
        assertThat(store.folders("topics/b/")).containsExactly("1", "2");
        assertThat(store.folders("")).containsExactly("topics");
        assertThat(store.folders("nothing/")).isEmpty();
    }

    @Test
    void storesAFileOnce() throws IOException {
        // Given
        byte[] body = random(300_000);
        Path file = Files.write(files.resolve("object"), body);

        // When
        PutOutcome first = store.putIfAbsent("object.zip", file, Map.of(), crc32c(body));
        PutOutcome second = store.putIfAbsent("object.zip", file, Map.of(), crc32c(body));

        // Then
        assertThat(first).isEqualTo(PutOutcome.CREATED);
        assertThat(second).isEqualTo(PutOutcome.EXISTED);
        assertThat(store.read("object.zip")).isEqualTo(body);
    }

    @Test
    void aFileThatRottedOnDiskIsRefused() throws IOException {
        // Given
        byte[] body = random(300_000);
        long asWritten = crc32c(body);
        body[123_456] ^= 1;
        Path rotted = Files.write(files.resolve("object"), body);

        // Then
        assertThatThrownBy(() -> store.putIfAbsent("object.zip", rotted, Map.of(), asWritten))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("object.zip");
        assertThat(store.head("object.zip")).isEmpty();
    }

    @Test
    void readsRanges() throws IOException {
        // Given
        byte[] body = random(100_000);
        store.putIfAbsent("object", body);

        // Then
        for (long[] range : new long[][] {{0, 1}, {0, 100_000}, {99_999, 1}, {4_711, 50_000}, {10, 0}}) {
            try (InputStream part = store.open("object", range[0], range[1])) {
                assertThat(part.readAllBytes())
                        .isEqualTo(Arrays.copyOfRange(body, (int) range[0], (int) (range[0] + range[1])));
            }
        }
        try (InputStream beyondTheEnd = store.open("object", 99_000, 5_000)) {
            assertThat(beyondTheEnd.readAllBytes()).hasSize(1_000);
        }
    }

    @Test
    void aStreamClosedEarlyDoesNotReadTheRest() throws IOException {
        // Given
        store.putIfAbsent("object", random(5_000_000));

        // When
        for (int n = 0; n < 300; n++) {
            try (InputStream part = store.open("object")) {
                assertThat(part.read()).isNotNegative();
            }
        }

        // Then: more streams than there are connections were opened
        assertThat(store.open("object").readAllBytes()).hasSize(5_000_000);
    }

    @Test
    void aMissingKeyIsNotFound() {
        assertFails(() -> store.read("missing"), Kind.NOT_FOUND, "/missing");
        assertFails(() -> store.open("missing", 5, 5), Kind.NOT_FOUND, "/missing");
    }

    @Test
    void listsByTheBytesOfTheWholeKey() {
        // Given: '-' and '.' sort before the '/' of a folder, '0' after it
        List<String> inOrder = List.of("t/a-b/2", "t/a.1/3", "t/a/00/1", "t/a/1", "t/a0/4", "t/b", "t/b.json", "t/c/1");
        List<String> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(3));
        shuffled.forEach(key -> store.putIfAbsent(key, new byte[0]));

        // Then
        assertThat(store.list("t/").map(Entry::key)).containsExactlyElementsOf(inOrder);
        assertThat(store.folders("t/")).containsExactly("a-b", "a.1", "a", "a0", "c");
        for (String startAfter : inOrder) {
            int next = inOrder.indexOf(startAfter) + 1;
            Page page = store.list("t/", startAfter, 2);
            assertThat(page.entries())
                    .extracting(Entry::key)
                    .isEqualTo(inOrder.subList(next, Math.min(inOrder.size(), next + 2)));
            assertThat(page.more()).isEqualTo(next + 2 < inOrder.size());
        }
        assertThat(store.list("t/", "t/a/000", 1).entries())
                .extracting(Entry::key)
                .containsExactly("t/a/1");
        assertThat(store.list("t/a", "t/a/", 1).entries())
                .extracting(Entry::key)
                .containsExactly("t/a/00/1");
        assertThat(store.list("t/", "t/a/z", 1).entries())
                .extracting(Entry::key)
                .containsExactly("t/a0/4");
        assertThat(store.list("t/a/0", "", 9).entries()).extracting(Entry::key).containsExactly("t/a/00/1");
    }

    @Test
    void tellsTheSizeWithoutReading() {
        // Given
        store.putIfAbsent("topics/object.zip", new byte[12]);

        // Then
        assertThat(store.head("topics/object.zip").orElseThrow().size()).isEqualTo(12);
        assertThat(store.head("topics/missing")).isEmpty();
        assertThat(store.head("topics")).isEmpty();
    }

    @Test
    void whatIsDeletedIsGoneAndNothingElse() {
        // Given
        List.of("t/a/b", "t/ab", "t/c").forEach(key -> store.putIfAbsent(key, new byte[3]));
        Deletion deletion = Deletion.in(store);

        // When
        Deletion.Outcome outcome = deletion.delete("t/a/b");

        // Then
        assertThat(outcome).isEqualTo(Deletion.Outcome.GONE);
        assertThat(store.list("").map(Entry::key)).containsExactly("t/ab", "t/c");
        assertThat(store.head("t/a/b")).isEmpty();
        assertFails(() -> store.read("t/a/b"), Kind.NOT_FOUND, "t/a/b");

        // When: again, and what never was
        deletion.delete("t/a/b");
        deletion.delete("t/a");
        deletion.delete("t");

        // Then
        assertThat(store.list("").map(Entry::key)).containsExactly("t/ab", "t/c");
        assertThat(store.putIfAbsent("t/a/b", new byte[1])).isTrue();
    }

    @Test
    void aMissingStoreIsNotTakenForAnEmptyOne() {
        // Given
        Store nowhere = missingStore();

        // Then
        List<Runnable> actions = List.of(
                nowhere::check,
                () -> nowhere.list("", "", 1),
                () -> nowhere.list("topics/").toList(),
                () -> nowhere.folders("topics/"),
                () -> nowhere.read("a"),
                () -> nowhere.putIfAbsent("a", new byte[1]),
                () -> nowhere.put("a", new byte[1]),
                () -> Deletion.in(nowhere).delete("a"));
        actions.forEach(
                action -> assertFails(action, Kind.NO_BUCKET, nowhere.location().replaceAll(".*//([^/]*).*", "$1")));
    }

    @Test
    void isCreatedWhereAskedFor() {
        // Given
        Store created = missingStore();

        // When
        created.create();
        created.create();

        // Then
        created.check();
        created.checkWritable();
        assertThat(created.list("")).isEmpty();
        assertThat(created.putIfAbsent("a", new byte[1])).isTrue();
        assertThat(created.list("").map(Entry::key)).containsExactly("a");
    }

    static void assertFails(Runnable action, Kind kind, String message) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.kind()).isEqualTo(kind);
                    assertThat(e.hint()).isNotBlank();
                })
                .hasMessageContaining(message);
    }

    static long crc32c(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return crc.getValue();
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
