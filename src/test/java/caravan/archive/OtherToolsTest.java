package caravan.archive;

import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kafka.tools.DumpLogSegments;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.kafka.common.record.CompressionType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects are plain ZIPs of plain log segments: tools that know nothing of Caravan open them. */
class OtherToolsTest {
    private static final FrameCodecs CODECS = new FrameCodecs(1);
    private static final String LOG = "00000000000000000000.log";

    @TempDir
    Path directory;

    private TestObjects objects;
    private ByteBuffer log;

    @BeforeEach
    void fill() {
        objects = new TestObjects(directory, CODECS);
        List<ByteBuffer> batches = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < 40; i++) {
            CompressionType codec = CompressionType.values()[i % CompressionType.values().length];
            batches.add(plain().codec(codec).batch(records(offset, offset + 25)));
            offset += 25;
        }
        log = join(batches);
    }

    @AfterAll
    static void close() {
        CODECS.close();
    }

    private SealedObject object(Compression compression) {
        return objects.object(compression, 10_000, 0, 1000, log);
    }

    private SealedObject empty() {
        return objects.object(Compression.ZSTD, 10_000, 0, 1000, ByteBuffer.allocate(0));
    }

    private void assertSame(SealedObject object, Map<String, byte[]> entries) {
        assertThat(entries).containsOnlyKeys(LOG, BatchManifest.ENTRY);
        byte[] expected = new byte[object.manifest().logBytes() == 0 ? 0 : log.remaining()];
        log.duplicate().get(expected);
        assertThat(entries.get(LOG)).isEqualTo(expected);
        assertThat(BatchManifest.parse(entries.get(BatchManifest.ENTRY))).isEqualTo(object.manifest());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void commons_compress_reads_objects_as_files(Compression compression) throws IOException {
        for (SealedObject object : List.of(object(compression), empty())) {
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (var zip = org.apache.commons.compress.archivers.zip.ZipFile.builder()
                    .setPath(object.file())
                    .get()) {
                for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
                    entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
            assertSame(object, entries);
            assertThat(entries.keySet()).containsExactly(LOG, BatchManifest.ENTRY);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void commons_compress_reads_objects_as_streams(Compression compression) throws IOException {
        for (SealedObject object : List.of(object(compression), empty())) {
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (InputStream file = Files.newInputStream(object.file());
                    ZipArchiveInputStream zip = new ZipArchiveInputStream(file)) {
                for (ZipArchiveEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    entries.put(entry.getName(), zip.readAllBytes());
                }
            }
            assertSame(object, entries);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"STORED", "DEFLATE"})
    void java_reads_objects_without_zstd(Compression compression) throws IOException {
        for (SealedObject object : List.of(object(compression), empty())) {
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (var zip = new java.util.zip.ZipFile(object.file().toFile())) {
                for (java.util.zip.ZipEntry entry : Collections.list(zip.entries())) {
                    entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                    assertThat(entry.getTimeLocal()).isEqualTo("2023-11-14T22:15:22");
                }
            }
            assertSame(object, entries);
        }
    }

    static Stream<Arguments> tools() {
        List<String> bsdtar = List.of("bsdtar", "-xf");
        List<String> sevenZip = List.of("7zz", "x", "-bd");
        List<String> infoZip = List.of("unzip", "-q");
        return Stream.of(
                Arguments.of(Compression.ZSTD, bsdtar),
                Arguments.of(Compression.STORED, bsdtar),
                Arguments.of(Compression.DEFLATE, bsdtar),
                Arguments.of(Compression.ZSTD, sevenZip),
                Arguments.of(Compression.STORED, sevenZip),
                Arguments.of(Compression.DEFLATE, sevenZip),
                Arguments.of(Compression.STORED, infoZip),
                Arguments.of(Compression.DEFLATE, infoZip));
    }

    /** Where {@code CARAVAN_TEST_TOOLS} is {@code required}, none of them may be missing. */
    @ParameterizedTest
    @MethodSource("tools")
    void unzip_tools_open_objects(Compression compression, List<String> command) throws Exception {
        if (!"required".equals(System.getenv("CARAVAN_TEST_TOOLS"))) {
            assumeThat(installed(command.get(0))).as(command.get(0)).isTrue();
        }
        for (SealedObject object : List.of(object(compression), empty())) {
            Path unpacked = Files.createTempDirectory(directory, "unpacked");
            List<String> line = new ArrayList<>(command);
            line.add(object.file().toString());
            Path output = directory.resolve("output");

            int exit = new ProcessBuilder(line)
                    .directory(unpacked.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();

            assertThat(exit).as(Files.readString(output)).isZero();
            Map<String, byte[]> entries = new LinkedHashMap<>();
            for (String file : unpacked.toFile().list()) {
                entries.put(file, Files.readAllBytes(unpacked.resolve(file)));
            }
            assertSame(object, entries);
        }
    }

    private static boolean installed(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, tool)));
    }

    @Test
    void kafkas_own_tool_prints_the_records_of_an_unpacked_object() throws IOException {
        SealedObject object = object(Compression.ZSTD);
        Path segment = directory.resolve(LOG);
        try (var zip = org.apache.commons.compress.archivers.zip.ZipFile.builder()
                .setPath(object.file())
                .get()) {
            Files.write(segment, zip.getInputStream(zip.getEntry(LOG)).readAllBytes());
        }

        String printed = dump("--print-data-log", "--files", segment.toString());

        List<Long> offsets = printed.lines()
                .filter(line -> line.startsWith("| offset: "))
                .map(line -> Long.parseLong(line.split(" ")[2]))
                .toList();
        assertThat(offsets)
                .hasSize(1000)
                .doesNotHaveDuplicates()
                .isSorted()
                .startsWith(0L)
                .endsWith(999L);
        assertThat(printed)
                .contains("key: k999 payload: ")
                .contains("isvalid: true")
                .doesNotContain("isvalid: false");
        assertThat(printed.lines().filter(line -> line.startsWith("baseOffset: ")))
                .hasSize(40);
    }

    private static String dump(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        scala.Console.withOut(out, () -> {
            DumpLogSegments.main(arguments);
            return null;
        });
        return out.toString(StandardCharsets.UTF_8);
    }
}
