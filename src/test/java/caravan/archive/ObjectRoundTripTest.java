package caravan.archive;

import static caravan.archive.TestBatches.TIME;
import static caravan.archive.TestBatches.header;
import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.noise;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.BatchManifest.Timestamps;
import caravan.archive.TestBatches.Rec;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.CompressionType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectRoundTripTest {
    private static final FrameCodecs CODECS = new FrameCodecs(2);
    private static final int FRAME = 2000;

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

    static Stream<Compression> compressions() {
        return Stream.of(Compression.ZSTD, Compression.STORED, Compression.DEFLATE);
    }

    static Stream<Arguments> sizes() {
        return compressions()
                .flatMap(compression -> Stream.of(1, 2, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 1)
                        .flatMap(bytes -> Stream.of(1, 7, 40)
                                .map(batches -> Arguments.of(compression, Math.max(bytes, batches * 70), batches))));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void records_come_back_whatever_the_size_of_their_batches(Compression compression, int bytes, int batches) {
        List<Rec> records = new ArrayList<>();
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            int overhead = plain().batch(Rec.at(i).withValue(new byte[0])).remaining();
            Rec rec = Rec.at(i).withValue(noise(i, Math.max(0, bytes / batches - overhead - 2)));
            records.add(rec);
            log.add(plain().batch(rec));
        }

        SealedObject object = objects.object(compression, FRAME, 0, batches, join(log));

        assertReadable(object, records);
        assertThat(object.manifest().logBytes()).isEqualTo(join(log).remaining());
        assertThat(object.manifest().batches()).isEqualTo(batches);
    }

    @ParameterizedTest
    @MethodSource("compressions")
    void a_frame_is_as_long_as_its_batches_make_it(Compression compression) {
        // Given batches of which three make a frame's worth exactly
        int size = plain().batch(Rec.at(0)).remaining();
        List<ByteBuffer> log = new ArrayList<>();
        records(0, 9).forEach(rec -> log.add(plain().batch(rec)));

        for (int batches : List.of(2, 3, 4, 5, 6, 7, 9)) {
            // When
            SealedObject object = objects.object(compression, 3 * size, 0, batches, join(log.subList(0, batches)));

            // Then
            assertThat(object.manifest().index()).hasSize((batches + 2) / 3);
            for (int i = 0; i < object.manifest().index().size(); i++) {
                assertThat(object.manifest().index().get(i).offset()).isEqualTo(3L * i);
                assertThat(object.manifest().index().get(i).logPosition()).isEqualTo(3L * i * size);
            }
            assertReadable(object, records(0, batches));
        }
    }

    @ParameterizedTest
    @MethodSource("compressions")
    void an_object_grows_by_chunks_of_any_size(Compression compression) throws Exception {
        for (int chunk : List.of(1, 2, 3, 5, 16, 17, 100)) {
            // Given
            ObjectWriter writer = objects.writer(100, compression, FRAME);
            List<ByteBuffer> log = new ArrayList<>();

            // When
            for (int from = 100; from < 200; from += chunk) {
                int next = Math.min(200, from + chunk);
                List<ByteBuffer> batches = records(from, next).stream()
                        .map(rec -> plain().batch(rec))
                        .toList();
                log.addAll(batches);
                writer.append(join(batches), from, next, 3, false);
                assertThat(writer.next()).isEqualTo(next);
                assertThat(writer.records()).isEqualTo(next - 100);
                assertThat(writer.bytes()).isEqualTo(join(log).remaining());
            }
            SealedObject object = writer.seal(TestObjects.CREATED_AT);

            // Then the cuts of the chunks leave no trace
            assertReadable(object, records(100, 200));
            SealedObject once = objects.object(compression, FRAME, 100, 200, join(log));
            assertThat(TestObjects.bytes(object)).isEqualTo(TestObjects.bytes(once));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void an_object_without_batches_covers_offsets_that_hold_no_record(Compression compression) throws Exception {
        ObjectWriter writer = objects.writer(5, compression, FRAME);
        writer.append(ByteBuffer.allocate(0), 5, 7, 2, false);
        writer.append(ByteBuffer.allocate(0), 7, 9, -1, false);

        SealedObject object = writer.seal(TestObjects.CREATED_AT);

        assertThat(object.key()).isEqualTo(new ObjectKey(5, 9, -1, 0, -1, -1));
        assertThat(object.manifest().firstOffset()).isEqualTo(-1);
        assertThat(object.manifest().lastOffset()).isEqualTo(-1);
        assertThat(object.manifest().timestampType()).isEqualTo(Timestamps.NONE);
        assertThat(object.manifest().index()).isEmpty();
        assertThat(object.manifest().storedBytes()).isZero();
        assertThat(ObjectReader.open(ObjectSource.of(object.file())).compression())
                .isEqualTo(Compression.STORED);
        assertReadable(object, List.of());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batches_are_kept_as_the_producer_compressed_them(CompressionType codec) {
        List<Rec> records = records(0, 50);
        ByteBuffer log = join(
                plain().codec(codec).batch(records.subList(0, 20)),
                plain().codec(codec).batch(records.subList(20, 50)));

        for (Compression compression : compressions().toList()) {
            SealedObject object = objects.object(compression, FRAME, 0, 50, log);

            assertReadable(object, records);
            assertThat(object.manifest().logBytes()).isEqualTo(log.remaining());
        }
    }

    @Test
    void what_producers_compressed_is_stored_and_the_rest_compressed() throws Exception {
        ByteBuffer none = plain().batch(records(0, 50));
        ByteBuffer gzip = plain().codec(CompressionType.GZIP).batch(records(50, 90));

        SealedObject mostlyNone = objects.object(Compression.AUTO, 100_000, 0, 90, join(none, gzip));
        SealedObject allGzip = objects.object(Compression.AUTO, 100_000, 50, 90, gzip);

        assertThat(ObjectReader.open(ObjectSource.of(mostlyNone.file())).compression())
                .isEqualTo(Compression.ZSTD);
        assertThat(ObjectReader.open(ObjectSource.of(allGzip.file())).compression())
                .isEqualTo(Compression.STORED);
        assertReadable(mostlyNone, records(0, 90));
        assertReadable(allGzip, records(50, 90));
    }

    @Test
    void what_arrives_first_decides_for_the_whole_object() throws Exception {
        ObjectWriter writer = objects.writer(0, Compression.AUTO, FRAME);
        writer.append(plain().codec(CompressionType.GZIP).batch(records(0, 90)), 0, 90, 3, false);
        writer.append(plain().batch(records(90, 290)), 90, 290, 3, false);

        SealedObject object = writer.seal(TestObjects.CREATED_AT);

        assertThat(ObjectReader.open(ObjectSource.of(object.file())).compression())
                .isEqualTo(Compression.STORED);
        assertReadable(object, records(0, 290));
    }

    @Test
    void keys_values_and_headers_come_back_to_the_byte() {
        List<Header> hundred = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hundred.add(header("h" + i % 7, i % 3 == 0 ? null : noise(i, i)));
        }
        List<Rec> records = List.of(
                Rec.at(0).withKey(null),
                Rec.at(1).withKey(new byte[0]),
                Rec.at(2).withValue(null),
                Rec.at(3).withValue(new byte[0]),
                Rec.at(4).withHeaders(hundred),
                Rec.at(5)
                        .withHeaders(List.of(
                                header("CamelX", null),
                                header("CamelX", new byte[0]),
                                header("kafka.TOPIC", "a".getBytes(UTF_8)),
                                header("a-b", new byte[] {0, -1}),
                                header("ключ", "б".getBytes(UTF_8)),
                                header("", new byte[] {1}))),
                Rec.at(6).withTimestamp(0),
                Rec.at(7).withTimestamp(-1),
                Rec.at(8).withTimestamp(253_402_300_799_999L),
                Rec.at(9).withValue(noise(9, 3 * BatchBuffers.BUFFER_BYTES)));

        for (Compression compression : compressions().toList()) {
            ByteBuffer log =
                    join(records.stream().map(rec -> plain().batch(rec)).toList());
            assertReadable(objects.object(compression, ObjectWriter.FRAME_BYTES, 0, 10, log), records);
        }
    }

    @Test
    void many_buffers_of_batches_are_streamed() {
        List<Rec> records = new ArrayList<>();
        List<ByteBuffer> log = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Rec rec = Rec.at(i).withValue(noise(i, 100_000 + i));
            records.add(rec);
            log.add(plain().batch(rec));
        }
        for (Compression compression : compressions().toList()) {
            assertReadable(objects.object(compression, 1 << 20, 0, 40, join(log)), records);
        }
    }

    @Test
    void the_time_range_of_producers_times_is_from_the_first_records_to_the_largest() {
        ByteBuffer log = join(
                plain().batch(Rec.at(0).withTimestamp(500), Rec.at(1).withTimestamp(100)),
                plain().batch(Rec.at(2).withTimestamp(300), Rec.at(3).withTimestamp(900)));

        ObjectKey key = objects.object(Compression.ZSTD, FRAME, 0, 4, log).key();

        // The record of time 100 is not the first of its batch: without unpacking nobody knows it.
        assertThat(key).isEqualTo(new ObjectKey(0, 4, 3, 4, 300, 900));
    }

    @Test
    void the_time_of_a_batch_that_the_broker_stamped_is_the_brokers() {
        List<Rec> records = records(0, 3);
        ByteBuffer log = plain().logAppendTime(7777).batch(records);

        SealedObject object = objects.object(Compression.ZSTD, FRAME, 0, 3, log);

        assertThat(object.key()).isEqualTo(new ObjectKey(0, 3, 3, 3, 7777, 7777));
        assertThat(object.manifest().timestampType()).isEqualTo(Timestamps.APPEND);
        assertReadable(
                object, records.stream().map(rec -> rec.withTimestamp(7777)).toList());
    }

    @Test
    void a_topic_whose_timestamp_type_was_changed_has_both() {
        ByteBuffer log =
                join(plain().logAppendTime(7777).batch(Rec.at(0)), plain().batch(Rec.at(1)), plain().batch(Rec.at(2)));

        SealedObject object = objects.object(Compression.ZSTD, FRAME, 0, 3, log);

        assertThat(object.manifest().timestampType()).isEqualTo(Timestamps.MIXED);
        assertThat(object.key().baseTimestamp()).isEqualTo(7777);
        assertThat(object.key().maxTimestamp()).isEqualTo(TIME + 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "ZSTD"})
    void the_cleaners_deadline_is_not_taken_for_a_time(CompressionType codec) {
        List<Rec> records = List.of(Rec.at(0), Rec.at(1).withValue(null));
        ByteBuffer log = plain().codec(codec).deleteHorizon(TIME + 86_400_000).batch(records);

        SealedObject object = objects.object(Compression.STORED, FRAME, 0, 2, log);

        assertThat(object.key().baseTimestamp()).isEqualTo(TIME);
        assertThat(object.key().maxTimestamp()).isEqualTo(TIME + 1);
        assertReadable(object, records);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "LZ4"})
    void batches_across_the_borders_are_stored_whole_and_counted_by_record(CompressionType codec) {
        ByteBuffer log = join(
                plain().codec(codec).batch(records(0, 10)), plain().codec(codec).batch(records(10, 20)));

        SealedObject object = objects.object(Compression.ZSTD, FRAME, 4, 17, log);

        assertThat(object.key().records()).isEqualTo(13);
        assertThat(object.manifest().firstOffset()).isZero();
        assertThat(object.manifest().lastOffset()).isEqualTo(19);
        assertThat(object.manifest().batches()).isEqualTo(2);
        assertReadable(object, records(4, 17));
    }

    @Test
    void a_batch_that_comes_again_in_the_next_chunk_is_stored_once() throws Exception {
        ByteBuffer batch = plain().batch(records(0, 10));
        ObjectWriter writer = objects.writer(2, Compression.ZSTD, FRAME);
        writer.append(batch, 2, 6, 3, false);
        writer.append(join(batch, plain().batch(records(10, 12))), 6, 12, 3, false);

        SealedObject object = writer.seal(TestObjects.CREATED_AT);

        assertThat(object.key().records()).isEqualTo(10);
        assertThat(object.manifest().batches()).isEqualTo(2);
        assertReadable(object, records(2, 12));
    }

    @Test
    void batches_without_records_are_covered_but_not_stored() {
        ByteBuffer log = join(
                TestBatches.empty(0, 9),
                plain().batch(Rec.at(10)),
                plain().control().batch(Rec.at(11)),
                plain().batch(Rec.at(12)),
                TestBatches.empty(13, 19));

        SealedObject object = objects.object(Compression.ZSTD, FRAME, 0, 20, log);

        assertThat(object.key()).isEqualTo(new ObjectKey(0, 20, 3, 2, TIME + 10, TIME + 12));
        assertThat(object.manifest().batches()).isEqualTo(2);
        assertThat(object.manifest().firstOffset()).isEqualTo(10);
        assertThat(object.manifest().lastOffset()).isEqualTo(12);
        assertReadable(object, List.of(Rec.at(10), Rec.at(12)));
    }

    @Test
    void compacted_batches_keep_their_holes() {
        ByteBuffer log = plain().baseOffset(3).batch(Rec.at(5), Rec.at(9));

        SealedObject object = objects.object(Compression.ZSTD, FRAME, 4, 9, log);

        assertThat(object.key().records()).isEqualTo(1);
        assertReadable(object, List.of(Rec.at(5)));
    }

    @Test
    void the_manifest_says_where_the_object_comes_from() throws Exception {
        ObjectWriter writer = objects.writer(0, Compression.ZSTD, FRAME);
        writer.append(plain().batch(Rec.at(0)), 0, 1, 4, true);
        writer.append(plain().batch(Rec.at(1)), 1, 2, 5, false);

        BatchManifest manifest = writer.seal(TestObjects.CREATED_AT).manifest();

        assertThat(manifest.archiveId()).isEqualTo("an-archive");
        assertThat(manifest.clusterId()).isEqualTo("a-cluster");
        assertThat(manifest.topic()).isEqualTo("orders");
        assertThat(manifest.topicId().toString()).isEqualTo("iYr6zEfpTEuyx0h2pFjMKg");
        assertThat(manifest.partition()).isEqualTo(3);
        assertThat(manifest.writer()).isEqualTo("caravan test");
        assertThat(manifest.createdAt()).isEqualTo(TestObjects.CREATED_AT);
        assertThat(manifest.lastLeaderEpoch()).isEqualTo(5);
        assertThat(manifest.transformed()).isTrue();
        assertThat(manifest.timestampType()).isEqualTo(Timestamps.CREATE);
    }

    /** By both ways of reading, from every offset, and in all that can be verified. */
    private static void assertReadable(SealedObject object, List<Rec> records) {
        byte[] bytes = TestObjects.bytes(object);
        assertThat(bytes).hasSize((int) object.size());
        assertThat(object.key()).isEqualTo(object.manifest().key());
        assertThat(object.key().records()).isEqualTo(records.size());
        assertThat(Integer.toUnsignedLong(Crc.CRC_32C.of(ByteBuffer.wrap(bytes))))
                .isEqualTo(object.crc32c());
        assertThat(TestObjects.stream(new ByteArrayInputStream(bytes), object.key(), object.size()))
                .isEqualTo(records);
        long step = Math.max(1, (object.key().next() - object.key().from()) / 10);
        for (long from = object.key().from(); from <= object.key().next(); from += step) {
            long first = from;
            assertThat(TestObjects.range(bytes, from))
                    .isEqualTo(records.stream()
                            .filter(rec -> rec.offset() >= first)
                            .toList());
        }
        TestObjects.verify(bytes, object.key());
    }
}
