package caravan.archive;

import static caravan.archive.GoldenArchive.FOLDER;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.BatchManifest.Timestamps;
import caravan.archive.Coverage.Piece;
import caravan.archive.TestBatches.Rec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What was written once is read for ever. */
class GoldenArchiveTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path ARCHIVE = GOLDEN.resolve("archive");

    private static final ObjectKey ZSTD = new ObjectKey(2, 20, 3, 18, 1_700_000_000_000L, 253_402_300_799_999L);
    private static final ObjectKey STORED = new ObjectKey(20, 40, 3, 20, 1_700_000_000_020L, 1_700_000_005_000L);
    private static final ObjectKey DEFLATE = new ObjectKey(55, 80, 4, 12, 1_700_000_000_058L, 1_700_000_000_077L);
    private static final ObjectKey REWRITTEN = new ObjectKey(75, 79, 5, 4, 1_700_000_000_075L, 1_700_000_000_078L);
    private static final ObjectKey EMPTY = new ObjectKey(79, 90, -1, 0, -1, -1);

    private static byte[] content(String key) throws IOException {
        return Files.readAllBytes(ARCHIVE.resolve(key));
    }

    private static List<PartitionKey> partition() throws IOException {
        try (Stream<Path> files = Files.list(ARCHIVE.resolve(FOLDER.path()))) {
            return files.map(file ->
                            PartitionKey.parse(file.getFileName().toString()).orElseThrow())
                    .toList();
        }
    }

    private static Map<String, List<Rec>> records() throws IOException {
        Map<String, List<Rec>> records = new LinkedHashMap<>();
        for (String line : Files.readAllLines(GOLDEN.resolve("records.jsonl"))) {
            JsonNode json = new ObjectMapper().readTree(line);
            records.computeIfAbsent(json.get("object").textValue(), object -> new ArrayList<>())
                    .add(GoldenArchive.rec(json));
        }
        return records;
    }

    @Test
    void every_file_is_one_of_the_archives_keys() throws IOException {
        try (Stream<Path> files = Files.walk(ARCHIVE).filter(Files::isRegularFile)) {
            List<String> keys = files.map(
                            file -> ARCHIVE.relativize(file).toString().replace('\\', '/'))
                    .toList();
            assertThat(keys).hasSize(10).allMatch(key -> ArchiveLayout.parse(key)
                    .isPresent());
        }
    }

    @Test
    void the_documents_say_what_they_said() throws IOException {
        assertThat(ArchiveDocument.parse(content(ArchiveLayout.ARCHIVE))).isEqualTo(GoldenArchive.ARCHIVE);
        assertThat(TopicSnapshot.parse(content(GoldenArchive.TOPIC_KEY.path()))).isEqualTo(GoldenArchive.TOPIC);
        assertThat(TopicSnapshot.parse(content(GoldenArchive.BASELINE_KEY.path())))
                .isEqualTo(GoldenArchive.BASELINE);
        assertThat(GroupsSnapshot.parse(content(GoldenArchive.GROUPS_KEY.path())))
                .isEqualTo(GoldenArchive.GROUPS);
        assertThat(GapDocument.parse(content(FOLDER.key(GoldenArchive.GAP_KEY))))
                .isEqualTo(GoldenArchive.GAP);
    }

    @Test
    void the_keys_tell_the_same_coverage() throws IOException {
        assertThat(Coverage.of(partition(), 2).pieces())
                .containsExactly(
                        new Piece(ZSTD, 2, 20),
                        new Piece(STORED, 20, 40),
                        new Piece(GoldenArchive.GAP_KEY, 40, 55),
                        new Piece(DEFLATE, 55, 75),
                        new Piece(REWRITTEN, 75, 79),
                        new Piece(EMPTY, 79, 90));
    }

    @Test
    void every_record_is_read_as_it_was() throws IOException {
        Map<String, List<Rec>> records = records();
        assertThat(records).hasSize(4);
        for (ObjectKey key : List.of(ZSTD, STORED, DEFLATE, REWRITTEN, EMPTY)) {
            byte[] object = content(FOLDER.key(key));
            List<Rec> expected = records.getOrDefault(key.fileName(), List.of());

            assertThat(expected).hasSize((int) key.records());
            assertThat(TestObjects.stream(object, key)).isEqualTo(expected);
            for (long from = key.from(); from <= key.next(); from++) {
                long first = from;
                assertThat(TestObjects.range(object, from))
                        .isEqualTo(expected.stream()
                                .filter(rec -> rec.offset() >= first)
                                .toList());
            }
            TestObjects.verify(object, key);
        }
    }

    @Test
    void the_manifests_say_what_they_said() throws IOException {
        BatchManifest zstd = assertManifest(ZSTD, Compression.ZSTD, 3, 0, 21, Timestamps.CREATE);
        BatchManifest stored = assertManifest(STORED, Compression.STORED, 4, 20, 39, Timestamps.MIXED);
        BatchManifest deflate = assertManifest(DEFLATE, Compression.DEFLATE, 3, 55, 77, Timestamps.CREATE);
        BatchManifest empty = assertManifest(EMPTY, Compression.STORED, 0, -1, -1, Timestamps.NONE);

        assertThat(zstd.index()).extracting(BatchManifest.Frame::offset).containsExactly(0L, 8L, 15L);
        assertThat(stored.index()).hasSizeGreaterThan(1);
        assertThat(deflate.index()).hasSizeGreaterThan(1);
        assertThat(deflate.transformed()).isTrue();
        assertThat(empty.createdAt()).isEqualTo(1_700_000_000_050L);
        assertThat(empty.sha256()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    private static BatchManifest assertManifest(
            ObjectKey key, Compression compression, long batches, long first, long last, Timestamps type)
            throws IOException {
        ObjectReader reader = ObjectReader.open(TestObjects.source(content(FOLDER.key(key))));
        BatchManifest manifest = reader.manifest();
        assertThat(reader.compression()).isEqualTo(compression);
        assertThat(manifest.key()).isEqualTo(key);
        assertThat(manifest.batches()).isEqualTo(batches);
        assertThat(manifest.firstOffset()).isEqualTo(first);
        assertThat(manifest.lastOffset()).isEqualTo(last);
        assertThat(manifest.timestampType()).isEqualTo(type);
        assertThat(manifest.archiveId()).isEqualTo("golden-archive");
        assertThat(manifest.clusterId()).isEqualTo("golden-cluster");
        assertThat(manifest.topic()).isEqualTo("orders");
        assertThat(manifest.topicId()).isEqualTo(GoldenArchive.TIMELINE.topicId());
        assertThat(manifest.partition()).isEqualTo(3);
        assertThat(manifest.writer()).isEqualTo("caravan 0.1.0");
        return manifest;
    }
}
