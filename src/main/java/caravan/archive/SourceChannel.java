package caravan.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A source as the channel that the ZIP library wants. Reads a window at a time, the object's end first: directory and manifest fit
 * into it, so that an object is opened by one request.
 */
final class SourceChannel implements SeekableByteChannel {
    private static final int WINDOW_BYTES = 64 << 10;

    private final ObjectSource source;
    private final long size;
    private byte[] window = new byte[0];
    private long windowPosition;
    private long position;
    private boolean open = true;
    private Exception failure;

    SourceChannel(ObjectSource source) {
        this.source = source;
        this.size = source.size();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (position >= size) {
            return -1;
        }
        if (position < windowPosition || position >= windowPosition + window.length) {
            load();
        }
        int at = (int) (position - windowPosition);
        int read = Math.min(into.remaining(), window.length - at);
        into.put(window, at, read);
        position += read;
        return read;
    }

    private void load() throws IOException {
        // Whatever is asked for first lies near the end.
        long from = window.length == 0 ? Math.max(0, size - WINDOW_BYTES) : position;
        from = Math.min(from, position);
        int length = (int) Math.min(WINDOW_BYTES, size - from);
        try (InputStream in = source.read(from, length)) {
            window = in.readNBytes(length);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        windowPosition = from;
        if (window.length < length) {
            throw new DamagedObjectException(
                    "the object ends at byte " + (from + window.length) + " instead of " + size);
        }
    }

    /** What to throw where reading failed, see {@link Damage#of}. */
    DamagedObjectException damage(String where, Exception cause) throws IOException {
        return Damage.of(failure, where, cause);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }

    @Override
    public int write(ByteBuffer bytes) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
        throw new NonWritableChannelException();
    }
}
