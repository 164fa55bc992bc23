package caravan.archive;

import caravan.archive.TestBatches.Rec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Objects in a directory, and what can be read from them. */
final class TestObjects {
    static final long CREATED_AT = 1_700_000_123_456L;
    static final ObjectIdentity IDENTITY = new ObjectIdentity(
            "an-archive",
            "a-cluster",
            "orders",
            new Timeline(Uuid.fromString("iYr6zEfpTEuyx0h2pFjMKg"), 0),
            3,
            "caravan test");

    private final Path directory;
    private final FrameCodecs codecs;
    private int number;

    TestObjects(Path directory, FrameCodecs codecs) {
        this.directory = directory;
        this.codecs = codecs;
    }

    ObjectWriter writer(long from, Compression compression, int frameBytes) {
        return writer(from, compression, frameBytes, ObjectWriter.MAX_LOG_BYTES);
    }

    ObjectWriter writer(long from, Compression compression, int frameBytes, long maxLogBytes) {
        number++;
        return new ObjectWriter(
                directory.resolve(number + ".zip"),
                directory.resolve(number + ".pending"),
                IDENTITY,
                from,
                compression,
                codecs,
                frameBytes,
                maxLogBytes);
    }

    SealedObject object(Compression compression, int frameBytes, long from, long next, ByteBuffer batches) {
        try {
            ObjectWriter writer = writer(from, compression, frameBytes);
            writer.append(batches, from, next, 3, false);
            return writer.seal(CREATED_AT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(SealedObject object) {
        try {
            return Files.readAllBytes(object.file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The records in the object's range, read as a stream. */
    static List<Rec> stream(byte[] object, ObjectKey key) {
        return stream(new ByteArrayInputStream(object), key, object.length);
    }

    static List<Rec> stream(InputStream object, ObjectKey key, long size) {
        try (ObjectStream stream = new ObjectStream(object, key, size)) {
            return records(stream, key.from(), key.next());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The records from an offset on, read by the index. */
    static List<Rec> range(byte[] object, long from) {
        try {
            ObjectReader reader = ObjectReader.open(source(object));
            try (ObjectReader.Batches batches = reader.batches(from)) {
                return records(batches, from, reader.manifest().next());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void verify(byte[] object, ObjectKey key) {
        try {
            ObjectReader.open(source(object)).verify(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectSource source(byte[] object) {
        return new ObjectSource() {
            @Override
            public long size() {
                return object.length;
            }

            @Override
            public InputStream read(long from, long length) {
                return new ByteArrayInputStream(object, Math.toIntExact(from), Math.toIntExact(length));
            }
        };
    }

    private static List<Rec> records(Iterator<ByteBuffer> batches, long from, long next) {
        List<Rec> records = new ArrayList<>();
        batches.forEachRemaining(buffer -> records.addAll(TestBatches.records(buffer, from, next)));
        return records;
    }
}
