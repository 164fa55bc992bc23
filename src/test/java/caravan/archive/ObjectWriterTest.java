package caravan.archive;

import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.noise;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.archive.TestBatches.Rec;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectWriterTest {
    private static final FrameCodecs CODECS = new FrameCodecs(1);
    private static final int FRAME = 2000;

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        CODECS.close();
    }

    private ObjectWriter writer(Path zip, Path pending, Compression compression) {
        return new ObjectWriter(
                zip, pending, TestObjects.IDENTITY, 0, compression, CODECS, FRAME, ObjectWriter.MAX_LOG_BYTES);
    }

    private static ByteBuffer log(long from, long next) {
        return join(records(from, next).stream().map(rec -> plain().batch(rec)).toList());
    }

    private byte[] reference(Compression compression, long next) throws IOException {
        ObjectWriter writer =
                writer(directory.resolve("reference.zip"), directory.resolve("reference.pending"), compression);
        writer.append(log(0, next), 0, next, 3, false);
        return Files.readAllBytes(writer.seal(TestObjects.CREATED_AT).file());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void an_append_that_failed_can_be_made_again(Compression compression) throws IOException {
        for (int chunk : List.of(1, 7, 30, 50)) {
            // Given a disk on which the ZIP can't be written at times, or what is pending can't
            Path zips = Files.createDirectories(directory.resolve("zips" + chunk));
            Path pendings = Files.createDirectories(directory.resolve("pendings" + chunk));
            ObjectWriter writer = writer(zips.resolve("o.zip"), pendings.resolve("o.pending"), compression);
            int failures = 0;
            for (long from = 0; from < 200; from += chunk) {
                long next = Math.min(200, from + chunk);
                for (Path broken : List.of(zips, pendings)) {
                    // When
                    Path away = Files.move(broken, directory.resolve("away"));
                    long before = writer.next();
                    long bytes = writer.bytes();
                    long records = writer.records();
                    try {
                        if (before < next) {
                            writer.append(log(before, next), before, next, 3, false);
                        }
                    } catch (IOException e) {
                        failures++;
                        assertThat(writer.next()).isEqualTo(before);
                        assertThat(writer.bytes()).isEqualTo(bytes);
                        assertThat(writer.records()).isEqualTo(records);
                    }
                    Files.move(away, broken);
                }
                if (writer.next() < next) {
                    writer.append(log(writer.next(), next), writer.next(), next, 3, false);
                }
            }
            Path away = Files.move(zips, directory.resolve("away"));
            assertThatThrownBy(() -> writer.seal(1)).isInstanceOf(IOException.class);
            Files.move(away, zips);
            SealedObject object = writer.seal(TestObjects.CREATED_AT);

            // Then the object is what it is on a sound disk
            assertThat(failures).isPositive();
            byte[] bytes = Files.readAllBytes(object.file());
            assertThat(bytes).isEqualTo(reference(compression, 200));
            assertThat(object.crc32c()).isEqualTo(Integer.toUnsignedLong(Crc.CRC_32C.of(ByteBuffer.wrap(bytes))));
        }
    }

    @Test
    void levels_share_their_contexts_and_a_higher_one_makes_smaller_objects() throws IOException {
        ByteBuffer log = log(0, 3_000);
        TestObjects fast = new TestObjects(directory, CODECS.atZstdLevel(1));
        TestObjects small = new TestObjects(Files.createDirectory(directory.resolve("small")), CODECS.atZstdLevel(19));

        SealedObject first = fast.object(Compression.ZSTD, FRAME, 0, 3_000, log.duplicate());
        SealedObject smaller = small.object(Compression.ZSTD, FRAME, 0, 3_000, log.duplicate());
        SealedObject again = fast.object(Compression.ZSTD, FRAME, 0, 3_000, log.duplicate());

        assertThat(smaller.size()).isLessThan(first.size());
        assertThat(TestObjects.bytes(again)).isEqualTo(TestObjects.bytes(first));
    }

    @Property(tries = 100)
    void what_waits_for_a_frame_is_kept_wherever_chunks_are_cut(@ForAll("cuts") List<Integer> chunks)
            throws IOException {
        Path here = Files.createTempDirectory("caravan-writer");
        try {
            ObjectWriter writer = writer(here.resolve("o.zip"), here.resolve("o.pending"), Compression.ZSTD);
            long next = 0;
            for (int chunk : chunks) {
                writer.append(log(next, next + chunk), next, next + chunk, 3, false);
                next += chunk;
                assertThat(writer.spoolBytes()).isEqualTo(sizes(here));
            }
            SealedObject object = writer.seal(TestObjects.CREATED_AT);

            assertThat(writer.spoolBytes()).isEqualTo(object.size()).isEqualTo(sizes(here));
            assertThat(TestObjects.stream(Files.readAllBytes(object.file()), object.key()))
                    .isEqualTo(records(0, next));
            writer.discard();
        } finally {
            Files.delete(here);
        }
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(1, 60).list().ofMinSize(1).ofMaxSize(12);
    }

    private static long sizes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void what_the_disk_altered_before_it_became_a_frame_does_not_get_in() throws IOException {
        Path pending = directory.resolve("o.pending");
        ObjectWriter writer = writer(directory.resolve("o.zip"), pending, Compression.ZSTD);
        writer.append(log(0, 3), 0, 3, 3, false);
        byte[] bytes = Files.readAllBytes(pending);
        bytes[100] ^= 1;
        Files.write(pending, bytes);

        assertThatThrownBy(() -> writer.seal(1)).isInstanceOf(IOException.class).hasMessageContaining("does not hold");
    }

    @Test
    void what_an_attempt_left_behind_on_the_disk_does_not_get_in() throws IOException {
        Path zip = directory.resolve("o.zip");
        ObjectWriter writer = writer(zip, directory.resolve("o.pending"), Compression.ZSTD);
        writer.append(log(0, 50), 0, 50, 3, false);
        Files.write(zip, noise(1, 100_000), StandardOpenOption.APPEND);
        writer.append(log(50, 70), 50, 70, 3, false);
        Files.write(zip, noise(2, 100_000), StandardOpenOption.APPEND);

        SealedObject object = writer.seal(TestObjects.CREATED_AT);

        assertThat(TestObjects.bytes(object)).isEqualTo(reference(Compression.ZSTD, 70));
    }

    @Test
    void a_full_object_takes_no_more_batches_but_can_be_completed() throws IOException {
        long limit = plain().batch(Rec.at(0)).remaining() * 3L - 1;
        ObjectWriter writer = new TestObjects(directory, CODECS).writer(0, Compression.ZSTD, FRAME, limit);
        writer.append(log(0, 3), 0, 3, 3, false);

        assertThatThrownBy(() -> writer.append(log(3, 4), 3, 4, 3, false)).isInstanceOf(ObjectFullException.class);
        writer.append(ByteBuffer.allocate(0), 3, 5, 3, false);

        assertThat(writer.seal(1).key().next()).isEqualTo(5);
    }

    @Test
    void what_does_not_fit_is_refused_and_leaves_the_object_as_it_was() throws IOException {
        ObjectWriter writer = writer(directory.resolve("o.zip"), directory.resolve("o.pending"), Compression.ZSTD);
        writer.append(plain().batch(records(0, 10)), 0, 8, 3, false);

        ByteBuffer large = plain().batch(Rec.at(8).withValue(noise(8, 3 * FRAME)));
        assertThatIllegalArgumentException().as("a jump").isThrownBy(() -> writer.append(log(9, 12), 9, 12, 3, false));
        assertThatIllegalArgumentException()
                .as("nothing")
                .isThrownBy(() -> writer.append(ByteBuffer.allocate(0), 8, 8, 3, false));
        assertThatIllegalArgumentException()
                .as("a batch behind the end")
                .isThrownBy(() -> writer.append(log(10, 13), 8, 12, 3, false));
        assertThatIllegalArgumentException()
                .as("batches cut otherwise")
                .isThrownBy(() -> writer.append(plain().batch(records(9, 12)), 8, 12, 3, false));
        assertThatIllegalArgumentException()
                .as("batches out of order")
                .isThrownBy(() -> writer.append(join(log(11, 12), log(10, 11)), 8, 12, 3, false));
        assertThatThrownBy(() -> writer.append(large.slice(0, large.remaining() - 1), 8, 9, 3, false))
                .as("half a batch")
                .isInstanceOf(CorruptRecordException.class);
        assertThat(writer.next()).isEqualTo(8);
        assertThat(writer.records()).isEqualTo(8);

        writer.append(join(plain().batch(records(0, 10)), log(10, 12)), 8, 12, 3, false);
        SealedObject object = writer.seal(1);
        assertThat(TestObjects.stream(TestObjects.bytes(object), object.key())).isEqualTo(records(0, 12));
    }

    @Test
    void an_object_that_covers_nothing_is_none() {
        ObjectWriter writer = writer(directory.resolve("o.zip"), directory.resolve("o.pending"), Compression.ZSTD);

        assertThatThrownBy(() -> writer.seal(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_complete_object_does_not_grow() throws IOException {
        ObjectWriter writer = writer(directory.resolve("o.zip"), directory.resolve("o.pending"), Compression.ZSTD);
        writer.append(log(0, 1), 0, 1, 3, false);
        writer.seal(1);

        assertThatThrownBy(() -> writer.append(log(1, 2), 1, 2, 3, false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_discarded_object_leaves_no_file() throws IOException {
        ObjectWriter open = writer(directory.resolve("a.zip"), directory.resolve("a.pending"), Compression.ZSTD);
        open.append(log(0, 50), 0, 50, 3, false);
        ObjectWriter sealed = writer(directory.resolve("b.zip"), directory.resolve("b.pending"), Compression.ZSTD);
        sealed.append(log(0, 50), 0, 50, 3, false);
        sealed.seal(1);
        assertThat(directory).isDirectoryContaining("glob:**/*.zip");

        open.discard();
        sealed.discard();

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void open_objects_hold_no_open_files() throws IOException {
        assumeThat(ManagementFactory.getOperatingSystemMXBean()).isInstanceOf(UnixOperatingSystemMXBean.class);
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getOpenFileDescriptorCount();
        List<ObjectWriter> writers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ObjectWriter writer =
                    writer(directory.resolve(i + ".zip"), directory.resolve(i + ".pending"), Compression.ZSTD);
            writer.append(log(0, 25), 0, 25, 3, false);
            writers.add(writer);
        }

        assertThat(system.getOpenFileDescriptorCount()).isLessThan(before + 50);
        writers.forEach(ObjectWriter::discard);
    }

    @Test
    void writers_share_contexts_from_any_number_of_threads() throws Exception {
        byte[] expected = reference(Compression.ZSTD, 300);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<byte[]>> work = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                Path zip = directory.resolve(i + ".zip");
                Path pending = directory.resolve(i + ".pending");
                work.add(() -> {
                    ObjectWriter writer = writer(zip, pending, Compression.ZSTD);
                    for (long from = 0; from < 300; from += 10) {
                        writer.append(log(from, from + 10), from, from + 10, 3, false);
                    }
                    return Files.readAllBytes(
                            writer.seal(TestObjects.CREATED_AT).file());
                });
            }
            for (Future<byte[]> object : threads.invokeAll(work)) {
                assertThat(object.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
