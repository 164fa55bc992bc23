package caravan.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Function;

/** A part of a file as a stream. Throws what its owner makes of failures. */
final class FileBody extends InputStream {
    private final FileChannel file;
    private final Function<IOException, StoreException> failure;
    private final long end;
    private long position;

    /**
     * @param from first byte
     * @param length bytes; the stream is shorter where the file is
     */
    FileBody(FileChannel file, long from, long length, Function<IOException, StoreException> failure) {
        this.file = file;
        this.failure = failure;
        this.position = from;
        this.end = length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        try {
            int wanted = (int) Math.min(length, end - position);
            int read = file.read(ByteBuffer.wrap(into, offset, wanted), position);
            position += Math.max(0, read);
            return read;
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
