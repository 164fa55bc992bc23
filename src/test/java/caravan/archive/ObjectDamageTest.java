package caravan.archive;

import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.noise;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.BatchManifest.Frame;
import caravan.archive.BatchManifest.Timestamps;
import caravan.archive.TestBatches.Rec;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectDamageTest {
    private static final FrameCodecs CODECS = new FrameCodecs(1);
    private static final List<Rec> RECORDS = records(0, 12);

    @TempDir
    Path directory;

    private TestObjects objects;

    @BeforeEach
    void open() {
        objects = new TestObjects(directory, CODECS);
    }

    @AfterAll
    static void close() {
        CODECS.close();
    }

    /** Three frames; or none. */
    private SealedObject object(Compression compression, boolean empty) {
        ByteBuffer log = empty
                ? ByteBuffer.allocate(0)
                : join(RECORDS.stream().map(rec -> plain().batch(rec)).toList());
        return objects.object(compression, 400, 0, 12, log);
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(Compression.ZSTD, false),
                Arguments.of(Compression.STORED, false),
                Arguments.of(Compression.DEFLATE, false),
                Arguments.of(Compression.STORED, true));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_flipped_bit_anywhere_is_found(Compression compression, boolean empty) throws IOException {
        SealedObject object = object(compression, empty);
        byte[] sound = TestObjects.bytes(object);
        List<Rec> records = empty ? List.of() : RECORDS;
        int deflatedFrom = directoryPosition(sound) - (int) manifestEntry(sound).getCompressedSize();
        int deflatedTo = directoryPosition(sound);
        for (int at = 0; at < sound.length; at++) {
            byte[] flipped = sound.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            String where = "byte " + at + " of " + sound.length;

            Optional<Throwable> found = thrown(() -> {
                TestObjects.verify(flipped, object.key());
                return null;
            });
            if (found.isPresent()) {
                assertThat(found.get()).as(where).isInstanceOf(DamagedObjectException.class);
            } else {
                // Deflate can say the same in several ways.
                assertThat(at).as(where).isBetween(deflatedFrom, deflatedTo - 1);
                assertThat(ObjectReader.open(TestObjects.source(flipped)).manifest())
                        .isEqualTo(object.manifest());
            }
            // Readers need not find what does not matter to them. But what they hand out is right.
            assertRightOrDamaged(where, records, () -> TestObjects.stream(flipped, object.key()));
            assertRightOrDamaged(
                    where, records.stream().skip(5).toList(), () -> TestObjects.range(flipped, empty ? 0 : 5));
        }
    }

    private static ZipArchiveEntry manifestEntry(byte[] object) throws IOException {
        try (ZipFile zip = ZipFile.builder().setByteArray(object).get()) {
            return zip.getEntry(BatchManifest.ENTRY);
        }
    }

    private static int directoryPosition(byte[] object) {
        ByteBuffer bytes = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.getInt(bytes.limit() - 6);
    }

    private static void assertRightOrDamaged(String where, List<Rec> records, Supplier<List<Rec>> read) {
        List<List<Rec>> result = new ArrayList<>();
        Optional<Throwable> damage = thrown(() -> {
            result.add(read.get());
            return null;
        });
        if (damage.isPresent()) {
            assertThat(damage.get()).as(where).isInstanceOf(DamagedObjectException.class);
        } else {
            assertThat(result).as(where).containsExactly(records);
        }
    }

    private static Optional<Throwable> thrown(Supplier<?> read) {
        try {
            read.get();
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            return Optional.of(e);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void an_object_that_is_cut_anywhere_never_looks_like_its_end(Compression compression, boolean empty) {
        SealedObject object = object(compression, empty);
        byte[] sound = TestObjects.bytes(object);
        for (int length = 0; length < sound.length; length++) {
            byte[] cut = Arrays.copyOf(sound, length);
            String where = "cut after " + length + " of " + sound.length;

            // On its way here, or in the store already
            for (long size : List.of(object.size(), (long) length)) {
                assertThatThrownBy(() -> TestObjects.stream(new ByteArrayInputStream(cut), object.key(), size))
                        .as(where)
                        .isInstanceOf(DamagedObjectException.class);
            }
            assertThatThrownBy(() -> TestObjects.range(cut, 0)).as(where).isInstanceOf(DamagedObjectException.class);
            assertThatThrownBy(() -> TestObjects.verify(cut, object.key()))
                    .as(where)
                    .isInstanceOf(DamagedObjectException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bytes_behind_the_end_are_found(Compression compression, boolean empty) {
        SealedObject object = object(compression, empty);
        byte[] sound = TestObjects.bytes(object);
        byte[] longer = Arrays.copyOf(sound, sound.length + 1);

        for (long size : List.of(object.size(), object.size() + 1)) {
            assertThatThrownBy(() -> TestObjects.stream(new ByteArrayInputStream(longer), object.key(), size))
                    .isInstanceOf(DamagedObjectException.class);
        }
        assertThatThrownBy(() -> ObjectReader.open(TestObjects.source(longer)))
                .isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void an_object_of_another_length_than_was_listed_is_found() {
        SealedObject object = object(Compression.ZSTD, false);
        byte[] sound = TestObjects.bytes(object);

        assertThatThrownBy(() -> TestObjects.stream(new ByteArrayInputStream(sound), object.key(), object.size() + 1))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("length");
    }

    @Test
    void files_that_are_no_objects_are_damage() {
        ObjectKey key = new ObjectKey(0, 12, 3, 12, 0, 0);
        for (byte[] foreign : List.of(
                new byte[0],
                new byte[29],
                new byte[1000],
                "a README of somebody's".getBytes(UTF_8),
                noise(1, 100_000))) {
            assertThatThrownBy(() -> TestObjects.stream(foreign, key)).isInstanceOf(DamagedObjectException.class);
            assertThatThrownBy(() -> TestObjects.verify(foreign, key)).isInstanceOf(DamagedObjectException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"ZSTD", "STORED", "DEFLATE"})
    void a_batch_that_was_damaged_before_it_was_stored_is_not_handed_out(Compression compression) {
        // Given an object of whole ZIP bytes around a damaged batch
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            log.add(plain().batch(Rec.at(i).withValue(noise(i, BatchBuffers.BUFFER_BYTES))));
        }
        log.get(2).put(5000, (byte) ~log.get(2).get(5000));
        SealedObject object = objects.object(compression, ObjectWriter.FRAME_BYTES, 0, 4, join(log));
        byte[] bytes = TestObjects.bytes(object);

        // When
        ObjectStream stream = new ObjectStream(new ByteArrayInputStream(bytes), object.key(), object.size());
        List<ByteBuffer> handedOut = new ArrayList<>();
        assertThatThrownBy(() -> stream.forEachRemaining(handedOut::add))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(
                        "00000000000000000000.log, at byte " + 2L * log.get(0).remaining())
                .hasMessageContaining("offset 2");

        // Then neither it nor what follows it is there, however often one asks
        assertThat(handedOut).isEqualTo(log.subList(0, 2));
        assertThatThrownBy(stream::hasNext).isInstanceOf(DamagedObjectException.class);
        assertThatThrownBy(() -> TestObjects.range(bytes, 2)).isInstanceOf(DamagedObjectException.class);
        assertThatThrownBy(() -> TestObjects.verify(bytes, object.key())).isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void an_offset_that_became_another_one_is_found_although_its_batch_is_intact() {
        // Given batches with holes between their offsets, as compaction leaves them
        ByteBuffer first = plain().batch(Rec.at(0));
        ByteBuffer log = join(first, plain().batch(Rec.at(10)), plain().batch(Rec.at(20)));
        SealedObject object = objects.object(Compression.STORED, 10_000, 0, 21, log);

        // When a base offset changes on the disk, which the batch's CRC does not cover
        byte[] changed = TestObjects.bytes(object);
        int at = 54 + first.remaining() + 7;
        assertThat(changed[at]).isEqualTo((byte) 10);
        changed[at] = 14;

        // Then the object is refused
        assertThatThrownBy(() -> TestObjects.stream(changed, object.key()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("sha256");
        assertThatThrownBy(() -> TestObjects.verify(changed, object.key()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("sha256");
    }

    @Test
    void another_objects_content_is_found_by_the_key() {
        SealedObject object = object(Compression.ZSTD, false);
        byte[] bytes = TestObjects.bytes(object);
        ObjectKey other = new ObjectKey(
                0, 12, 4, 12, object.key().baseTimestamp(), object.key().maxTimestamp());

        assertThatThrownBy(() -> TestObjects.stream(bytes, other))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("key");
        assertThatThrownBy(() -> TestObjects.verify(bytes, other)).isInstanceOf(DamagedObjectException.class);
    }

    private static final Set<String> FOUND_BY_STREAM =
            Set.of("records", "batches", "logBytes", "storedBytes", "sha256");

    static Stream<Arguments> lies() {
        return Stream.of(
                lie("firstOffset", json -> json.put("firstOffset", 1)),
                lie("lastOffset", json -> json.put("lastOffset", 12)),
                lie("records", json -> json.put("records", 11)),
                lie("next", json -> json.put("next", 11).put("records", 11)),
                lie("batches", json -> json.put("batches", 11)),
                lie("baseTimestamp", json -> json.put("baseTimestamp", 1)),
                lie("maxTimestamp", json -> json.put("maxTimestamp", 1)),
                lie("timestampType", json -> json.put("timestampType", "append")),
                lie("logBytes", json -> json.put("logBytes", 1)),
                lie("storedBytes", json -> json.put("storedBytes", 1)),
                lie("sha256", json -> json.put("sha256", "00")),
                lie("createdAt", json -> json.put("createdAt", 0)),
                lie("index offset", json -> ((ObjectNode) json.get("index").get(1)).put("offset", 1)),
                lie("index logPosition", json -> ((ObjectNode) json.get("index").get(1)).put("logPosition", 1)),
                lie(
                        "index storedPosition",
                        json -> ((ObjectNode) json.get("index").get(1)).put("storedPosition", 1)),
                lie("index order", json -> ((ObjectNode) json.get("index").get(2)).put("storedPosition", 0)),
                lie("index end", json -> ((ObjectNode) json.get("index").get(2)).put("logPosition", 1 << 20)),
                lie("no index", json -> json.putArray("index")));
    }

    private static Arguments lie(String name, Consumer<ObjectNode> change) {
        return Arguments.of(name, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void a_manifest_that_does_not_fit_its_batches_is_found(String name, Consumer<ObjectNode> change) throws Exception {
        for (Compression compression : List.of(Compression.ZSTD, Compression.STORED, Compression.DEFLATE)) {
            SealedObject object = object(compression, false);
            ObjectNode json =
                    (ObjectNode) new ObjectMapper().readTree(object.manifest().toJson());
            change.accept(json);
            BatchManifest lie = BatchManifest.parse(json.toString().getBytes(UTF_8));

            byte[] forged = withManifest(object, lie.toJson());

            assertThatThrownBy(() -> TestObjects.verify(forged, lie.key()))
                    .as("%s", compression)
                    .isInstanceOf(DamagedObjectException.class);
            if (FOUND_BY_STREAM.contains(name)) {
                assertThatThrownBy(() -> TestObjects.stream(forged, lie.key()))
                        .as("%s", compression)
                        .isInstanceOf(DamagedObjectException.class)
                        .hasMessageContaining(name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"ZSTD", "DEFLATE"})
    void a_log_that_goes_on_behind_what_all_headers_say_is_found(Compression compression) throws Exception {
        // Given an object whose headers, manifest and key leave out its last batch
        SealedObject object = object(compression, false);
        int last = plain().batch(RECORDS.get(11)).remaining();
        ObjectNode json =
                (ObjectNode) new ObjectMapper().readTree(object.manifest().toJson());
        json.put("records", 11)
                .put("batches", 11)
                .put("logBytes", object.manifest().logBytes() - last);
        BatchManifest lie = BatchManifest.parse(json.toString().getBytes(UTF_8));
        byte[] forged = withManifest(object, lie.toJson());
        ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN).putInt(22, (int) lie.logBytes());

        assertThatThrownBy(() -> TestObjects.stream(forged, lie.key()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("behind its end");
    }

    @Test
    void forging_a_manifest_without_a_change_gives_a_sound_object() {
        SealedObject object = object(Compression.ZSTD, false);

        TestObjects.verify(withManifest(object, object.manifest().toJson()), object.key());
    }

    /** The object with another manifest, and a directory that fits it. */
    private static byte[] withManifest(SealedObject object, byte[] manifest) {
        ByteBuffer bytes = ByteBuffer.wrap(TestObjects.bytes(object));
        try {
            ByteBuffer json = ByteBuffer.wrap(manifest);
            byte[] deflated = new DeflaterInputStream(new ByteArrayInputStream(json.array()), new Deflater(-1, true))
                    .readAllBytes();
            bytes.order(ByteOrder.LITTLE_ENDIAN);
            ZipLayout.Entry log = new ZipLayout.Entry(
                    object.manifest().logEntry(),
                    Compression.ofMethod(bytes.getShort(8)).orElseThrow(),
                    bytes.getInt(14),
                    bytes.getInt(18),
                    bytes.getInt(22),
                    0);
            ZipLayout.Entry description = new ZipLayout.Entry(
                    BatchManifest.ENTRY,
                    Compression.DEFLATE,
                    Crc.CRC_32.of(json),
                    deflated.length,
                    json.remaining(),
                    log.end());
            ByteArrayOutputStream forged = new ByteArrayOutputStream();
            // The time in the headers stays, so that only the manifest lies.
            forged.write(bytes.array(), 0, (int) log.end());
            forged.write(ZipLayout.localHeader(description, object.manifest().createdAt())
                    .array());
            forged.write(deflated);
            forged.write(ZipLayout.directory(log, description, object.manifest().createdAt())
                    .array());
            return forged.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void an_object_of_a_later_format_is_refused_by_its_number() {
        SealedObject object = object(Compression.ZSTD, false);
        String json = new String(object.manifest().toJson(), UTF_8);
        byte[] later = withManifest(
                object, json.replace("\"format\":1", "\"format\":2").getBytes(UTF_8));

        assertThatThrownBy(() -> ObjectReader.open(TestObjects.source(later)))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> TestObjects.stream(later, object.key()))
                .isInstanceOf(UnsupportedFormatException.class);
    }

    @Test
    void trouble_on_the_way_is_not_called_damage() {
        SealedObject object = object(Compression.ZSTD, false);
        byte[] sound = TestObjects.bytes(object);
        IOException trouble = new IOException("connection reset");
        for (int after = 0; after < sound.length; after++) {
            InputStream broken = new BrokenStream(sound, after, trouble);
            assertThatThrownBy(() -> TestObjects.stream(broken, object.key(), object.size()))
                    .as("after %d bytes", after)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCause(trouble);
        }
        assertThatThrownBy(() -> ObjectReader.open(brokenSource(sound, 0, trouble)))
                .isSameAs(trouble);
        assertThatThrownBy(
                        () -> ObjectReader.open(brokenSource(sound, 1, trouble)).verify(object.key()))
                .isSameAs(trouble);
        assertThatThrownBy(() -> ObjectReader.open(brokenSource(sound, 1, trouble))
                        .batches(0)
                        .next())
                .isInstanceOf(UncheckedIOException.class)
                .hasCause(trouble);
    }

    /** Fails from a request on, in the middle of its bytes. */
    private static ObjectSource brokenSource(byte[] object, int soundRequests, IOException trouble) {
        return new ObjectSource() {
            private int requests;

            @Override
            public long size() {
                return object.length;
            }

            @Override
            public InputStream read(long from, long length) {
                byte[] range = Arrays.copyOfRange(object, (int) from, (int) (from + length));
                return new BrokenStream(
                        range, requests++ < soundRequests ? range.length + 1 : range.length / 2, trouble);
            }
        };
    }

    private static final class BrokenStream extends InputStream {
        private final byte[] bytes;
        private final int after;
        private final IOException trouble;
        private int position;

        private BrokenStream(byte[] bytes, int after, IOException trouble) {
            this.bytes = bytes;
            this.after = after;
            this.trouble = trouble;
        }

        @Override
        public int read() throws IOException {
            if (position >= after) {
                throw trouble;
            }
            return position < bytes.length ? bytes[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int one = read();
            if (one < 0) {
                return -1;
            }
            into[offset] = (byte) one;
            return 1;
        }
    }

    @Test
    void the_times_of_an_object_without_batches_are_none() {
        assertThat(object(Compression.ZSTD, true).manifest().timestampType()).isEqualTo(Timestamps.NONE);
        assertThat(object(Compression.ZSTD, false).manifest().index())
                .hasSizeGreaterThan(2)
                .startsWith(new Frame(0, 0, 0));
    }
}
