package caravan.torture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Half a SHA-256 of a record's key, value and headers, with their order, and null apart from empty.
 *
 * @param high the first 8 bytes
 * @param low the next 8 bytes
 */
record Fingerprint(long high, long low) {

    static Fingerprint of(byte[] key, byte[] value, Headers headers) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            add(digest, key);
            add(digest, value);
            for (Header header : headers) {
                add(digest, header.key().getBytes(StandardCharsets.UTF_8));
                add(digest, header.value());
            }
            ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
            return new Fingerprint(bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(bytes == null ? -1 : bytes.length)
                .flip());
        if (bytes != null) {
            digest.update(bytes);
        }
    }
}
