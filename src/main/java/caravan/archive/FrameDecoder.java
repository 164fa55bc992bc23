package caravan.archive;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Decompresses a log's entry from the beginning of one of its frames on. */
final class FrameDecoder {
    private static final int BUFFER_BYTES = 64 << 10;

    private FrameDecoder() {}

    /** @param stored the entry from a frame's stored position on; closed with the stream that is returned */
    static InputStream decode(InputStream stored, Compression compression) throws IOException {
        return switch (compression) {
            case STORED -> stored;
            case ZSTD -> new ZstdInputStreamNoFinalizer(stored, RecyclingBufferPool.INSTANCE);
            case DEFLATE -> new InflatingStream(stored);
            case AUTO -> throw new IllegalArgumentException("no object is compressed so");
        };
    }

    private static final class InflatingStream extends InflaterInputStream {
        private InflatingStream(InputStream stored) {
            super(stored, new Inflater(true), BUFFER_BYTES);
        }

        @Override
        public void close() throws IOException {
            super.close();
            inf.end();
        }
    }
}
