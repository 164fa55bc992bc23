package caravan.archive;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * The bytes of an object as they come from where it is kept. Knows how many came, digests a region of them in passing, and
 * remembers what the source threw: trouble on the way is no damage.
 */
final class SourceStream extends InputStream {
    private final InputStream source;
    private final MessageDigest digest = Digests.sha256();
    private long regionBegin = Long.MAX_VALUE;
    private long regionEnd = Long.MAX_VALUE;
    private long position;
    private Exception failure;

    SourceStream(InputStream source) {
        this.source = source;
    }

    /** Digests the bytes at positions [{@code begin}, {@code end}), none of which has been read yet. */
    void digest(long begin, long end) {
        regionBegin = begin;
        regionEnd = end;
    }

    /** SHA-256 of the region. */
    byte[] digest() {
        return digest.digest();
    }

    /** Bytes that came so far. */
    long position() {
        return position;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read;
        try {
            read = source.read(into, offset, length);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        if (read > 0) {
            long begin = Math.max(position, regionBegin);
            long end = Math.min(position + read, regionEnd);
            if (begin < end) {
                digest.update(into, offset + (int) (begin - position), (int) (end - begin));
            }
            position += read;
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return source.available();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** What to throw where reading failed, see {@link Damage#of}. */
    DamagedObjectException damage(String where, Exception cause) throws IOException {
        return Damage.of(failure, where, cause);
    }
}
