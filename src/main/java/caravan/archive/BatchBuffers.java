package caravan.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.common.errors.CorruptRecordException;

/**
 * Takes a log apart, as it streams in, into buffers of whole record batches. Each batch is checked before it is handed out: its
 * CRC-32C, and that it begins behind the one before it.
 */
final class BatchBuffers {
    /** Buffers are no larger, but for a single batch that is. */
    static final int BUFFER_BYTES = 1 << 20;
    /** Up to the magic byte, which says whether the length before it can be trusted. */
    private static final int PREFIX_BYTES = 17;

    private final InputStream log;
    private final String entry;
    private long left;
    private long position;
    private long lastOffset = -1;
    private ByteBuffer carry = ByteBuffer.allocate(0);

    /**
     * @param log the log, uncompressed, from a batch's border on
     * @param entry what it is called in errors
     * @param position bytes of log before it
     * @param length bytes of log that have to come
     */
    BatchBuffers(InputStream log, String entry, long position, long length) {
        this.log = log;
        this.entry = entry;
        this.position = position;
        this.left = length;
    }

    /**
     * The next batches; empty at the end.
     *
     * @throws DamagedObjectException if the log is cut off or altered
     */
    Optional<ByteBuffer> next() throws IOException {
        byte[] bytes = new byte[(int) Math.min(BUFFER_BYTES, carry.remaining() + left)];
        if (bytes.length == 0) {
            return Optional.empty();
        }
        int carried = carry.remaining();
        carry.get(bytes, 0, carried);
        fill(bytes, carried);
        int whole = whole(bytes);
        if (whole == 0) {
            bytes = single(bytes);
            whole = bytes.length;
        }
        carry = ByteBuffer.wrap(bytes, whole, bytes.length - whole);
        ByteBuffer batches = ByteBuffer.wrap(bytes, 0, whole).slice();
        check(batches);
        position += whole;
        return Optional.of(batches);
    }

    private void fill(byte[] bytes, int from) throws IOException {
        int read = log.readNBytes(bytes, from, bytes.length - from);
        left -= read;
        if (from + read < bytes.length) {
            throw damage(position + from + read, "ends " + (left) + " bytes too early");
        }
    }

    /** Bytes of the batches that are there as a whole. */
    private int whole(byte[] bytes) {
        ByteBuffer batches = ByteBuffer.wrap(bytes);
        int whole = 0;
        while (bytes.length - whole >= PREFIX_BYTES) {
            int size = size(batches, whole);
            if (size > bytes.length - whole) {
                break;
            }
            whole += size;
        }
        return whole;
    }

    /** The rest of a batch that is larger than a buffer. Grows with what really comes: its length may be damaged. */
    private byte[] single(byte[] begun) throws IOException {
        if (begun.length < PREFIX_BYTES) {
            throw damage(position, "ends inside of a batch");
        }
        int size = size(ByteBuffer.wrap(begun), 0);
        if (size > begun.length + left) {
            throw damage(position, "ends inside of a batch of " + size + " bytes");
        }
        byte[] batch = begun;
        while (batch.length < size) {
            int before = batch.length;
            batch = Arrays.copyOf(batch, (int) Math.min(size, 2L * before));
            fill(batch, before);
        }
        return batch;
    }

    private int size(ByteBuffer batches, int at) {
        try {
            return BatchWalk.size(batches, at);
        } catch (CorruptRecordException e) {
            throw damage(position + at, e.getMessage());
        }
    }

    private void check(ByteBuffer batches) {
        BatchWalk walk = new BatchWalk(batches);
        try {
            while (walk.next()) {
                if (!walk.intact()) {
                    throw damage(
                            position + walk.position(),
                            "the CRC-32C of the batch at offset " + walk.baseOffset() + " is not that of its content");
                }
                if (walk.baseOffset() <= lastOffset) {
                    throw damage(
                            position + walk.position(),
                            "the batch at offset " + walk.baseOffset() + " lies behind offset " + lastOffset);
                }
                lastOffset = walk.lastOffset();
            }
        } catch (CorruptRecordException e) {
            throw damage(position + walk.position(), e.getMessage());
        }
    }

    /** Last offset of the last batch so far, inclusive; -1 before the first. */
    long lastOffset() {
        return lastOffset;
    }

    /**
     * Makes sure that nothing follows what had to come; zstd checks its last checksum here.
     *
     * @throws DamagedObjectException if something does
     */
    void end() throws IOException {
        if (log.read() != -1) {
            throw damage(position, "goes on behind its end");
        }
    }

    private DamagedObjectException damage(long at, String what) {
        return new DamagedObjectException(entry + ", at byte " + at + ": " + what);
    }
}
