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

    /** The highest level whose contexts stay small; those above are for archives that are written once by hand. */
    public static final int HIGHEST_ZSTD_LEVEL = 19;

    private final Pool pool;
    private final int zstdLevel;

    /**
     * @param contexts how many frames can be compressed at a time, at least 1
     */
    public FrameCodecs(int contexts) {
        this(new Pool(contexts), DEFAULT_ZSTD_LEVEL);
    }

    private FrameCodecs(Pool pool, int zstdLevel) {
        if (zstdLevel < 1 || zstdLevel > HIGHEST_ZSTD_LEVEL) {
            throw new IllegalArgumentException("no level of zstd: " + zstdLevel);
        }
        this.pool = pool;
        this.zstdLevel = zstdLevel;
    }

    /**
     * The same contexts for those who want another level; they end with these.
     *
     * @param level of zstd, 1 (fastest) to {@value #HIGHEST_ZSTD_LEVEL}
     */
    public FrameCodecs atZstdLevel(int level) {
        return new FrameCodecs(pool, level);
    }

    /** Takes a context, and waits for one if all are in use: a frame takes some 20 ms. */
    FrameCodec take() {
        return pool.take().zstdLevel(zstdLevel);
    }

    /** Gives a context back. */
    void give(FrameCodec codec) {
        pool.give(codec);
    }

    /** Frees the contexts; those in use when they are given back. */
    @Override
    public void close() {
        pool.close();
    }

    /** The contexts of all levels. */
    private static final class Pool {
        private final Semaphore permits;
        private final Deque<FrameCodec> idle = new ArrayDeque<>();
        private boolean closed;

        private Pool(int contexts) {
            if (contexts < 1) {
                throw new IllegalArgumentException("no context: " + contexts);
            }
            this.permits = new Semaphore(contexts, true);
        }

        private FrameCodec take() {
            permits.acquireUninterruptibly();
            synchronized (idle) {
                if (!idle.isEmpty()) {
                    return idle.pop();
                }
            }
            try {
                return new FrameCodec();
            } catch (RuntimeException | Error e) {
                permits.release();
                throw e;
            }
        }

        private void give(FrameCodec codec) {
            synchronized (idle) {
                if (closed) {
                    codec.close();
                } else {
                    idle.push(codec);
                }
            }
            permits.release();
        }

        private void close() {
            synchronized (idle) {
                closed = true;
                idle.forEach(FrameCodec::close);
                idle.clear();
            }
        }
    }
}
