package caravan.archive;

import caravan.archive.BatchManifest.Frame;
import caravan.archive.ZipLayout.Entry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads an object from its first byte to its last, frame by frame, and compares everything with what should be there. */
final class ObjectVerification {
    private final ObjectSource source;
    private final Entry log;
    private final Entry description;
    private final BatchManifest manifest;
    private final LogStatistics statistics = new LogStatistics();
    private final CRC32 crc = new CRC32();

    /**
     * @param log the first entry, as the directory describes it
     * @param description the second entry, as the directory describes it
     * @param manifest its content
     */
    ObjectVerification(ObjectSource source, Entry log, Entry description, BatchManifest manifest) {
        this.source = source;
        this.log = log;
        this.description = description;
        this.manifest = manifest;
    }

    void run(ObjectKey key) throws IOException {
        expect("key", key.fileName(), manifest.key().fileName());
        try (InputStream object = source.read(0, source.size())) {
            SourceStream bytes = new SourceStream(object);
            try {
                run(bytes);
            } catch (IOException | RuntimeException e) {
                throw bytes.damage("at byte " + bytes.position() + ": the object", e);
            }
        }
    }

    private void run(SourceStream bytes) throws IOException {
        expect("position of " + description.name(), log.end(), description.position());
        expectBytes("the header of " + log.name(), ZipLayout.localHeader(log, manifest.createdAt()), bytes);
        bytes.digest(log.dataPosition(), log.end());
        List<Frame> index = manifest.index();
        if (index.isEmpty()) {
            expect("length of an object without batches", 0L, log.bytes() + log.storedBytes());
        } else {
            expect("first frame of the index", new Frame(manifest.firstOffset(), 0, 0), index.get(0));
        }
        for (int i = 0; i < index.size(); i++) {
            boolean last = i + 1 == index.size();
            long storedEnd = last ? log.storedBytes() : index.get(i + 1).storedPosition();
            long logEnd = last ? log.bytes() : index.get(i + 1).logPosition();
            verify(index.get(i), storedEnd, logEnd, last, bytes);
        }
        verifyManifest(bytes);
        verifyEnd(bytes);
    }

    private void verify(Frame frame, long storedEnd, long logEnd, boolean last, SourceStream bytes) throws IOException {
        long stored = storedEnd - frame.storedPosition();
        long length = logEnd - frame.logPosition();
        if (stored <= 0 || length <= 0) {
            throw new DamagedObjectException("the index is not in order at " + frame);
        }
        LimitedStream frameBytes = new LimitedStream(new Unclosed(bytes), stored);
        try (InputStream decoded = FrameDecoder.decode(frameBytes, log.compression())) {
            BatchBuffers batches = new BatchBuffers(decoded, log.name(), frame.logPosition(), length);
            boolean first = true;
            for (Optional<ByteBuffer> next = batches.next(); next.isPresent(); next = batches.next()) {
                count(next.get(), first ? frame.offset() : -1);
                first = false;
            }
            // A frame of deflate in the middle ends in a flush, of which a reader does not see the end.
            if (last || log.compression() != Compression.DEFLATE) {
                batches.end();
            }
            frameBytes.skipNBytes(frameBytes.left());
        }
    }

    private void count(ByteBuffer buffer, long firstOffset) {
        crc.update(buffer.duplicate());
        BatchWalk walk = new BatchWalk(buffer);
        while (walk.next()) {
            if (firstOffset >= 0 && walk.position() == 0) {
                expect("offset of the index", firstOffset, walk.baseOffset());
            }
            if (walk.baseOffset() <= statistics.lastOffset()) {
                throw new DamagedObjectException(
                        "the batch at offset " + walk.baseOffset() + " lies behind offset " + statistics.lastOffset());
            }
            long records = walk.count(manifest.from(), manifest.next());
            if (records == 0) {
                throw new DamagedObjectException(
                        "the batch at offset " + walk.baseOffset() + " has no records in the object's range");
            }
            statistics.add(walk, records);
        }
    }

    private void verifyManifest(SourceStream bytes) {
        expect("sha256", manifest.sha256(), Digests.hex(bytes.digest()));
        expect("CRC-32 of " + log.name(), Integer.toUnsignedLong(log.crc()), crc.getValue());
        expect("logBytes", manifest.logBytes(), statistics.bytes());
        expect("batches", manifest.batches(), statistics.batches());
        expect("records", manifest.records(), statistics.records());
        expect("firstOffset", manifest.firstOffset(), statistics.firstOffset());
        expect("lastOffset", manifest.lastOffset(), statistics.lastOffset());
        expect("baseTimestamp", manifest.baseTimestamp(), statistics.baseTimestamp());
        expect("maxTimestamp", manifest.maxTimestamp(), statistics.maxTimestamp());
        expect("timestampType", manifest.timestampType(), statistics.timestampType());
    }

    /** The rest is small: the manifest's entry, and the directory. */
    private void verifyEnd(SourceStream bytes) throws IOException {
        expectBytes(
                "the header of " + description.name(), ZipLayout.localHeader(description, manifest.createdAt()), bytes);
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes.readNBytes((int) description.storedBytes()));
            inflater.inflate(new byte[(int) description.bytes() + 1]);
            expect("end of " + description.name(), true, inflater.finished());
            expect("length of " + description.name(), description.bytes(), inflater.getBytesWritten());
            expect("length of " + description.name() + ", stored", description.storedBytes(), inflater.getBytesRead());
        } catch (DataFormatException e) {
            throw new DamagedObjectException(description.name() + " can't be inflated", e);
        } finally {
            inflater.end();
        }
        expectBytes("the directory", ZipLayout.directory(log, description, manifest.createdAt()), bytes);
        expect("end", -1, bytes.read());
        expect("length", source.size(), bytes.position());
    }

    private static void expectBytes(String what, ByteBuffer expected, InputStream bytes) throws IOException {
        ByteBuffer found = ByteBuffer.wrap(bytes.readNBytes(expected.remaining()));
        int same = expected.mismatch(found);
        if (same >= 0) {
            throw new DamagedObjectException(what + " is not what it should be at its byte " + same);
        }
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new DamagedObjectException(what + " of the object should be " + expected + ", and is " + found);
        }
    }

    /** A decoder closes what it reads from; here that goes on. */
    private static final class Unclosed extends FilterInputStream {
        private Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // Whoever opened the object closes it.
        }
    }
}
