package caravan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.ObjectReader;
import caravan.archive.OffsetRange;
import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.catalog.Finding.Kind;
import caravan.catalog.Finding.Severity;
import caravan.store.StoredObject;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever became of an object, reading it tells, and names it. */
class DataCheckTest {
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ")), 3);

    @TempDir
    private Path directory;

    private TestArchive archive;
    private String key;
    private Path file;
    private byte[] sound;

    @BeforeEach
    void anArchiveOfOneObject() throws IOException {
        archive = new TestArchive(directory);
        archive.topic("orders", FOLDER.timeline(), 4, Map.of());
        key = archive.object(
                FOLDER, 10, 25, LongStream.range(10, 25).mapToObj(Message::at).toList());
        file = directory.resolve(key);
        sound = Files.readAllBytes(file);
        assertThat(check()).isEmpty();
    }

    @Test
    void aFlippedBitAnywhereIsFoundUnlessItChangesNothing() throws IOException {
        int harmless = 0;
        for (int at = 0; at < sound.length; at++) {
            byte[] flipped = sound.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(file, flipped);

            Optional<Finding> found = check();

            if (found.isPresent()) {
                assertNamed(found.get(), "byte " + at);
            } else {
                // Deflate can say the same in several ways: the manifest is what it was, and so is all that it
                // describes
                harmless++;
                Files.write(file, sound);
                Object before = ObjectReader.open(new StoredObject(archive.store(), key, sound.length))
                        .manifest();
                Files.write(file, flipped);
                assertThat(ObjectReader.open(new StoredObject(archive.store(), key, sound.length))
                                .manifest())
                        .as("byte " + at)
                        .isEqualTo(before);
            }
        }
        assertThat(harmless).isLessThan(10);
    }

    @Test
    void anObjectThatWasCutOrGrewIsFound() throws IOException {
        for (int length = 0; length <= sound.length + 2; length++) {
            if (length != sound.length) {
                Files.write(file, Arrays.copyOf(sound, length));
                assertNamed(check().orElseThrow(), "a length of " + length);
            }
        }
    }

    @Test
    void anObjectThatWentAwayAfterItWasListedIsFound() throws IOException {
        PartitionContents partition = partition();
        Files.delete(file);

        assertNamed(check(partition).orElseThrow(), "deleted");
    }

    private static void assertNamed(Finding finding, String what) {
        assertThat(finding.severity()).as(what).isEqualTo(Severity.FAILURE);
        assertThat(finding.kind()).as(what).isEqualTo(Kind.OBJECT);
        assertThat(finding.partition()).as(what).contains(FOLDER);
        assertThat(finding.offsets()).as(what).contains(new OffsetRange(10, 25));
        assertThat(finding.key()).as(what).isPresent();
        assertThat(finding.message())
                .as(what)
                .startsWith("orders-3: offsets [10, 25) are damaged: "
                        + finding.key().get());
        assertThat(finding.hint()).as(what).isNotBlank();
    }

    private PartitionContents partition() {
        return new Catalog(archive.store())
                .topic("orders")
                .orElseThrow()
                .timelines()
                .get(0)
                .partitions()
                .get(3);
    }

    private Optional<Finding> check() {
        return check(partition());
    }

    private Optional<Finding> check(PartitionContents partition) {
        return new DataCheck(archive.store(), archive.archiveId())
                .object(partition, partition.objects().get(0));
    }
}
