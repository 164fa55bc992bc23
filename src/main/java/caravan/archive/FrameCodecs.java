package caravan.archive;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/**
 * A fixed number of compression contexts that all writers share, so that memory does not grow with the number of open objects: at
 * most about 10 MiB outside of the heap each, unless single batches are larger than that. Contexts are made when they are first
 * needed. For any thread.
 */
public final class FrameCodecs implements AutoCloseable {
    public static final int DEFAULT_ZSTD_LEVEL = 3;
    public static final int DEFAULT_DEFLATE_LEVEL = 6;

    private final int zstdLevel;
    private final int deflateLevel;
    private final Semaphore permits;
    private final Deque<FrameCodec> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * @param contexts how many frames can be compressed at a time, at least 1
     * @param zstdLevel of zstd, as {@code com.github.luben.zstd.Zstd.compress} takes it
     * @param deflateLevel of deflate, 0 to 9
     */
    public FrameCodecs(int contexts, int zstdLevel, int deflateLevel) {
        if (contexts < 1) {
            throw new IllegalArgumentException("no context: " + contexts);
        }
        this.zstdLevel = zstdLevel;
        this.deflateLevel = deflateLevel;
        this.permits = new Semaphore(contexts, true);
    }

    /** Contexts of the usual levels. */
    public FrameCodecs(int contexts) {
        this(contexts, DEFAULT_ZSTD_LEVEL, DEFAULT_DEFLATE_LEVEL);
    }

    /** Takes a context, and waits for one if all are in use: a frame takes some 20 ms. */
    FrameCodec take() {
        permits.acquireUninterruptibly();
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        try {
            return new FrameCodec(zstdLevel, deflateLevel);
        } catch (RuntimeException | Error e) {
            permits.release();
            throw e;
        }
    }

    /** Gives a context back. */
    void give(FrameCodec codec) {
        synchronized (idle) {
            if (closed) {
                codec.close();
            } else {
                idle.push(codec);
            }
        }
        permits.release();
    }

    /** Frees the contexts; those in use when they are given back. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(FrameCodec::close);
            idle.clear();
        }
    }
}
