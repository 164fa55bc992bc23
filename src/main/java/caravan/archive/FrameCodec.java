package caravan.archive;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Compresses one frame at a time. Holds a context for each method and buffers outside of the heap, which grow to the largest frame
 * and stay. For one thread at a time.
 */
final class FrameCodec implements AutoCloseable {
    private final ZstdCompressCtx zstd;
    private final Deflater deflater;
    private ByteBuffer input = ByteBuffer.allocateDirect(0);
    private ByteBuffer output = ByteBuffer.allocateDirect(0);

    FrameCodec() {
        // The checksum of each frame is what finds a flipped bit; readers need the size to allocate once.
        zstd = new ZstdCompressCtx().setChecksum(true).setContentSize(true);
        deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    }

    /** From the next frame on. */
    FrameCodec zstdLevel(int level) {
        zstd.setLevel(level);
        return this;
    }

    /** An empty buffer for so many bytes of log. */
    ByteBuffer input(int size) {
        input = room(input, size);
        return input;
    }

    /**
     * The frame of a log; valid until the codec is used again.
     *
     * @param log outside of the heap, {@link #input} or another; from position to limit, which stay as they are
     */
    ByteBuffer encode(ByteBuffer log, Compression compression) {
        return switch (compression) {
            case STORED -> log;
            case ZSTD -> zstd(log);
            case DEFLATE -> deflate(log);
            case AUTO -> throw new IllegalArgumentException("which compression has to be decided before");
        };
    }

    private ByteBuffer zstd(ByteBuffer log) {
        output = room(output, Math.toIntExact(Zstd.compressBound(log.remaining())));
        int size = zstd.compressDirectByteBuffer(output, 0, output.capacity(), log, log.position(), log.remaining());
        return output.limit(size);
    }

    /** Whole deflate blocks, the last of which ends at a byte's border and is not marked as final: frames can be joined. */
    private ByteBuffer deflate(ByteBuffer log) {
        // More than zlib's deflateBound; a full output would end the loop early.
        output = room(output, Math.addExact(log.remaining(), (log.remaining() >>> 9) + 1024));
        deflater.reset();
        deflater.setInput(log.duplicate());
        int size;
        do {
            size = deflater.deflate(output, Deflater.FULL_FLUSH);
        } while (size > 0 && output.hasRemaining() && !deflater.needsInput());
        if (!output.hasRemaining()) {
            throw new IllegalStateException("deflate made a frame larger than it can be");
        }
        return output.flip();
    }

    private static ByteBuffer room(ByteBuffer buffer, int size) {
        return buffer.capacity() >= size ? buffer.clear() : ByteBuffer.allocateDirect(size);
    }

    @Override
    public void close() {
        zstd.close();
        deflater.end();
    }
}
