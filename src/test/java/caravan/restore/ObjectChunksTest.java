package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.ObjectIdentity;
import caravan.archive.ObjectWriter;
import caravan.archive.RecordBatches;
import caravan.archive.SealedObject;
import caravan.archive.Timeline;
import caravan.kafka.Chunk;
import caravan.kafka.Rebatcher;
import caravan.restore.RestorePlan.ObjectPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each chunk of an object says which offsets it answers for. */
class ObjectChunksTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final int RECORDS = 100;
    private static final int RECORD_BYTES = 50_000;

    @TempDir
    private Path directory;

    private SealedObject object;

    /** Offsets [10, 300): every second one up to 208 has a record of 50 kB, so that there are several chunks. */
    @BeforeEach
    void anObject() throws IOException {
        Rebatcher batches = Rebatcher.sized(RECORDS * RECORD_BYTES);
        for (int i = 0; i < RECORDS; i++) {
            batches.add(10 + 2L * i, 1_000, TimestampType.CREATE_TIME, 0, null, new byte[RECORD_BYTES], new Header[0]);
        }
        Timeline life = Timeline.of(Uuid.ONE_UUID);
        ObjectIdentity identity = new ObjectIdentity("an archive", "a cluster", "orders", life, 0, "a test");
        try (FrameCodecs codecs = new FrameCodecs(1)) {
            ObjectWriter writer = new ObjectWriter(
                    directory.resolve("zip"), directory.resolve("pending"), identity, 10, Compression.ZSTD, codecs);
            writer.append(batches.finish(), 10, 300, 0, false);
            object = writer.seal(1_000);
        }
    }

    @Test
    void chunksFollowOneAnotherAndEndWithTheirLastBatch() throws IOException {
        // When
        List<Chunk> chunks = chunks(10, 300);

        // Then
        assertThat(chunks).hasSizeGreaterThan(2);
        assertThat(chunks.get(0).from()).isEqualTo(10);
        for (int i = 0; i + 1 < chunks.size(); i++) {
            assertThat(chunks.get(i + 1).from()).isEqualTo(chunks.get(i).next());
        }
        assertThat(chunks.get(chunks.size() - 1).next()).isEqualTo(10 + 2 * RECORDS - 1);
        assertThat(chunks).allSatisfy(chunk -> assertThat(RecordBatches.lastOffset(chunk.batches()))
                .isEqualTo(chunk.next() - 1));
        assertThat(records(chunks)).isEqualTo(RECORDS);
    }

    @Test
    void nothingBeforeOrBehindTheWantedRangeIsHandedOut() throws IOException {
        // Given: a batch holds some 20 records
        long from = 110;
        long next = 116;

        // When
        List<Chunk> chunks = chunks(from, next);

        // Then
        assertThat(chunks.get(0).from()).isEqualTo(from);
        assertThat(chunks.get(chunks.size() - 1).next()).isEqualTo(next);
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(RecordBatches.within(chunk.batches(), chunk.from(), chunk.next()))
                        .isEqualTo(chunk.batches()));
        assertThat(records(chunks)).isEqualTo(3);
    }

    private List<Chunk> chunks(long from, long next) throws IOException {
        ObjectPlan plan = new ObjectPlan(
                object.key().fileName(), object.size(), object.key(), Uuid.ONE_UUID, PARTITION, PARTITION, from, next);
        List<Chunk> chunks = new ArrayList<>();
        try (ObjectChunks split = new ObjectChunks(
                plan, new RestoreProgress(), Optional.empty(), false, Files.newInputStream(object.file()))) {
            split.forEachRemaining(chunks::add);
        }
        return chunks;
    }

    private static int records(List<Chunk> chunks) {
        AtomicInteger count = new AtomicInteger();
        chunks.forEach(chunk -> RecordBatches.records(chunk.batches(), chunk.from(), chunk.next())
                .forEach(record -> count.incrementAndGet()));
        return count.get();
    }
}
