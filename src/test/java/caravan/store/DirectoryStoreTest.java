package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.store.Store.Entry;
import caravan.store.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryStoreTest extends StoreContract {

    @TempDir
    private Path directory;

    private DirectoryStore store;

    @Override
    Store newStore() {
        store = of(directory);
        return store;
    }

    @Override
    Store missingStore() {
        return of(directory.resolve("not/there"));
    }

    @Test
    void aKeyIsAFile() throws IOException {
        // When
        store.putIfAbsent("topics/orders/object.zip", "body".getBytes(UTF_8));

        // Then
        assertThat(directory.resolve("topics/orders/object.zip")).hasContent("body");
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void anArchiveThatWasCopiedFromABucketIsRead() throws IOException {
        // Given
        Files.createDirectories(directory.resolve("topics/orders"));
        Files.writeString(directory.resolve("topics/orders/object.zip"), "body");

        // Then
        assertThat(store.list("").map(Entry::key)).containsExactly("topics/orders/object.zip");
        assertThat(store.read("topics/orders/object.zip")).asString(UTF_8).isEqualTo("body");
        assertThat(store.putIfAbsent("topics/orders/object.zip", new byte[1])).isFalse();
    }

    @Test
    void whatLiesBeyondUtf16sFirstPlaneIsListedLast() {
        // Given
        assumeThat(System.getProperty("sun.jnu.encoding")).isEqualTo("UTF-8");
        List.of("\uD83D\uDD11", "\uFFFD").forEach(key -> store.putIfAbsent(key, new byte[0]));

        // Then: unlike String's own order
        assertThat(store.list("").map(Entry::key)).containsExactly("\uFFFD", "\uD83D\uDD11");
        assertThat(store.list("", "\uFFFD", 9).entries()).hasSize(1);
    }

    @Test
    void whatACrashLeavesBehindIsNeverListedAndDeletedWhenItIsOld() throws IOException {
        // Given
        Path temporary = Files.createDirectory(directory.resolve(DurableFiles.TEMPORARY));
        Path old = Files.writeString(temporary.resolve("old"), "half");
        Path young = Files.writeString(temporary.resolve("young"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));

        // Then
        assertThat(store.list("")).isEmpty();
        assertThat(store.list("", "", 1).entries()).isEmpty();
        assertThat(store.folders("")).isEmpty();

        // When
        store.putIfAbsent("a", new byte[0]);

        // Then
        assertThat(young).exists();
        assertThat(old).doesNotExist();
        assertThat(store.list("").map(Entry::key)).containsExactly("a");
    }

    @Test
    void aFailedPutLeavesNothingBehind() throws IOException {
        // Given
        Path rotted = Files.write(files.resolve("object"), new byte[3]);

        // Then
        assertFails(() -> store.putIfAbsent("b/object.zip", rotted, Map.of(), 1), Kind.OTHER, "CRC-32C");
        assertThat(temporaryFiles()).isEmpty();
        assertThat(store.folders("")).isEmpty();
    }

    @Test
    void emptyDirectoriesAndLinksAreNoKeys() throws IOException {
        // Given
        Files.createDirectories(directory.resolve("topics/empty/deeper"));
        store.putIfAbsent("topics/a/1", new byte[0]);
        Files.createSymbolicLink(directory.resolve("topics/again"), directory);

        // Then
        assertThat(store.folders("topics/")).containsExactly("a");
        assertThat(store.list("").map(Entry::key)).containsExactly("topics/a/1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/../../b", "/etc/a", "a//b", "./a", "a/", "", ".tmp/a", "nul\0"})
    void aKeyLeadsNowhereElse(String key) {
        assertFails(() -> store.put(key, new byte[1]), Kind.OTHER, key);
        assertFails(() -> store.putIfAbsent(key, new byte[1]), Kind.OTHER, key);
        assertFails(() -> store.read(key), Kind.OTHER, key);
        assertFails(() -> Deletion.in(store).delete(key), Kind.OTHER, key);
    }

    @Test
    void aListLeadsNowhereElse() {
        assertFails(() -> of(directory.resolve("a")).folders("../"), Kind.OTHER, "..");
        assertFails(() -> store.list("../"), Kind.OTHER, "..");
        assertFails(() -> store.list("../", "", 1), Kind.OTHER, "..");
    }

    @Test
    void aFileIsNoStore() throws IOException {
        // Given
        Path file = Files.createFile(directory.resolve("file"));

        // Then
        assertFails(() -> of(file).check(), Kind.OTHER, "not a directory");
        assertFails(() -> of(file).list("").toList(), Kind.OTHER, "not a directory");
        assertFails(() -> of(file).checkWritable(), Kind.OTHER, "Not a directory");
        assertFails(() -> of(file.resolve("below")).create(), Kind.OTHER, "Not a directory");
        assertFails(() -> store.putIfAbsent("file/below", new byte[1]), Kind.OTHER, "is a file");
    }

    @Test
    void whatMayNotBeWrittenIsKnownAtOnceAndCanBeRead() throws IOException {
        // Given
        store.put("a", new byte[1]);
        Files.delete(directory.resolve(DurableFiles.TEMPORARY));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeThat(Files.isWritable(directory)).as("root may write everywhere").isFalse();

        // Then
        assertFails(() -> store.checkWritable(), Kind.DENIED, "denied");
        assertFails(() -> store.putIfAbsent("b", new byte[1]), Kind.DENIED, "denied");
        store.check();
        assertThat(store.read("a")).hasSize(1);
    }

    @Test
    void aFileSystemThatTakesNoFilesIsKnownAtOnce() {
        // Given: what the kernel shows of itself
        Path kernel = Path.of("/sys/kernel");
        assumeThat(kernel).isDirectory();

        // Then
        assertFails(() -> of(kernel).checkWritable(), Kind.DENIED, "/sys/kernel");
    }

    private List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> left = Files.list(directory.resolve(DurableFiles.TEMPORARY))) {
            return left.toList();
        }
    }

    private static DirectoryStore of(Path root) {
        return new DirectoryStore(new DirectoryLocation(root));
    }
}
