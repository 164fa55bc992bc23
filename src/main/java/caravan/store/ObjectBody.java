package caravan.store;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The bytes of one object, or a range of them, as one stream. Where the connection breaks off it asks for the rest, from the
 * position reached: objects never change, so the rest belongs to what was read before.
 */
final class ObjectBody extends InputStream {
    private static final int ATTEMPTS_WITHOUT_PROGRESS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /** Asks the server. */
    interface Source {
        /** Opens [from, next); {@link Long#MAX_VALUE} is the object's end. Throws {@link StoreException}. */
        ResponseInputStream<GetObjectResponse> open(long from, long next);

        StoreException failure(SdkException cause);
    }

    private final Source source;
    private ResponseInputStream<GetObjectResponse> body;
    private long position;
    private long end;
    private int failures;
    private boolean closed;

    /**
     * @param from first byte
     * @param next byte after the last; {@link Long#MAX_VALUE} is the object's end
     */
    ObjectBody(Source source, long from, long next) {
        this.source = source;
        this.position = from;
        this.body = source.open(from, next);
        this.end = from + body.response().contentLength();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int read = read(one, 0, 1);
        return read < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        while (position < end) {
            SdkException broken;
            try {
                int read = body.read(target, offset, (int) Math.min(length, end - position));
                if (read > 0) {
                    position += read;
                    failures = 0;
                    return read;
                }
                broken = SdkClientException.create("the connection was closed early");
            } catch (IOException e) {
                broken = SdkClientException.create(e.getMessage(), e);
            } catch (SdkException e) {
                broken = e;
            }
            reopen(broken);
        }
        return -1;
    }

    private void reopen(SdkException broken) {
        body.abort();
        if (++failures >= ATTEMPTS_WITHOUT_PROGRESS) {
            throw source.failure(broken);
        }
        try {
            Thread.sleep(FIRST_PAUSE.multipliedBy(1L << (failures - 1)).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw source.failure(broken);
        }
        body = source.open(position, end);
    }

    @Override
    public int available() throws IOException {
        return closed ? 0 : (int) Math.min(body.available(), end - position);
    }

    /** Does not read the rest: a connection is cheaper than up to a gigabyte that no one wants. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (position < end) {
            body.abort();
        } else {
            body.close();
        }
    }
}
