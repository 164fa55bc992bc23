package caravan.archive;

import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.noise;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.BatchManifest.Frame;
import caravan.archive.TestBatches.Rec;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectReaderTest {
    private static final FrameCodecs CODECS = new FrameCodecs(1);

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        CODECS.close();
    }

    /** A source that knows what was asked of it. */
    private static final class WatchedSource implements ObjectSource {
        private final byte[] object;
        private final List<OffsetRange> requests = new ArrayList<>();
        private long bytes;
        private int open;

        private WatchedSource(byte[] object) {
            this.object = object;
        }

        @Override
        public long size() {
            return object.length;
        }

        @Override
        public InputStream read(long from, long length) {
            requests.add(new OffsetRange(from, from + length));
            open++;
            return new FilterInputStream(new ByteArrayInputStream(object, (int) from, (int) length)) {
                @Override
                public int read(byte[] into, int offset, int count) throws IOException {
                    int read = super.read(into, offset, count);
                    bytes += Math.max(0, read);
                    return read;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }
    }

    private SealedObject object(Compression compression) {
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            log.add(plain().batch(Rec.at(i).withValue(noise(i, 100_000))));
        }
        return new TestObjects(directory, CODECS).object(compression, 1 << 20, 0, 100, join(log));
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"ZSTD", "STORED", "DEFLATE"})
    void reading_from_the_middle_reads_from_the_middle(Compression compression) throws IOException {
        SealedObject object = object(compression);
        WatchedSource source = new WatchedSource(TestObjects.bytes(object));

        // When the object is opened, its end is read at once
        ObjectReader reader = ObjectReader.open(source);
        assertThat(source.requests).containsExactly(new OffsetRange(object.size() - 65536, object.size()));
        assertThat(reader.manifest()).isEqualTo(object.manifest());
        assertThat(reader.compression()).isEqualTo(compression);

        // And when records from offset 57 on are asked for, one request begins at the frame that holds it
        source.requests.clear();
        source.bytes = 0;
        Frame frame = object.manifest().index().stream()
                .filter(at -> at.offset() <= 57)
                .reduce((before, last) -> last)
                .orElseThrow();
        assertThat(frame.offset()).isPositive();
        try (ObjectReader.Batches batches = reader.batches(57)) {
            assertThat(records(batches.next(), 0, 100).get(0).offset()).isEqualTo(57);
        }
        long data = 54 + frame.storedPosition();
        assertThat(source.requests)
                .containsExactly(new OffsetRange(data, 54 + object.manifest().storedBytes()));

        // Then no more is read than what is handed out, and nothing is left open
        assertThat(source.bytes).isLessThan(3 << 20);
        assertThat(source.open).isZero();
    }

    @Test
    void an_offset_outside_of_the_object_is_no_error() throws IOException {
        SealedObject object = object(Compression.ZSTD);
        ObjectReader reader = ObjectReader.open(ObjectSource.of(object.file()));

        try (ObjectReader.Batches behind = reader.batches(100);
                ObjectReader.Batches before = reader.batches(-5)) {
            assertThat(behind).isExhausted();
            assertThat(before.next().getLong(0)).isZero();
        }
    }

    @Test
    void verifying_reads_the_object_once() throws IOException {
        SealedObject object = object(Compression.ZSTD);
        WatchedSource source = new WatchedSource(TestObjects.bytes(object));
        ObjectReader reader = ObjectReader.open(source);
        source.requests.clear();

        reader.verify(object.key());

        assertThat(source.requests).containsExactly(new OffsetRange(0, object.size()));
        assertThat(source.open).isZero();
    }

    @Test
    void a_manifest_that_is_larger_than_the_first_request_is_read_too() throws IOException {
        // Given an index of 5,000 frames that do not compress well
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            log.add(plain().batch(Rec.at(i).withValue(noise(i, i % 97))));
        }
        SealedObject object = new TestObjects(directory, CODECS).object(Compression.STORED, 1, 0, 20_000, join(log));
        WatchedSource source = new WatchedSource(TestObjects.bytes(object));

        ObjectReader reader = ObjectReader.open(source);

        assertThat(source.requests).hasSizeGreaterThan(1);
        assertThat(reader.manifest().index()).hasSize(20_000);
        reader.verify(object.key());
    }

    @Test
    void a_stream_hands_out_buffers_of_about_a_mebibyte() throws IOException {
        SealedObject object = object(Compression.ZSTD);
        byte[] bytes = TestObjects.bytes(object);
        List<Integer> sizes = new ArrayList<>();
        try (ObjectStream stream = new ObjectStream(new ByteArrayInputStream(bytes), object.key(), bytes.length)) {
            assertThat(stream.manifest()).isEmpty();
            stream.forEachRemaining(batches -> sizes.add(batches.remaining()));
            assertThat(stream.manifest()).contains(object.manifest());
        }

        assertThat(sizes.subList(0, sizes.size() - 1)).allMatch(size -> size > 900_000 && size <= 1 << 20);
    }
}
