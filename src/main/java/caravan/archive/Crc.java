package caravan.archive;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * A 32-bit cyclic redundancy check whose values can be joined: the check of two pieces follows from the checks of each, so that
 * a piece can be counted in before its bytes are known, or be taken back.
 *
 * <p>The arithmetic is that of zlib's {@code crc32_combine}: the check of the first piece is multiplied, modulo the polynomial,
 * by x to the power of the second piece's length in bits.
 */
enum Crc {
    /** What ZIP uses. */
    CRC_32(0xEDB88320, CRC32::new),
    /** Castagnoli's: what Kafka's record batches and S3's checksum headers use. */
    CRC_32C(0x82F63B78, CRC32C::new);

    private static final int ONE = 1 << 31;

    private final int polynomial;
    private final Supplier<Checksum> checksum;
    /** x to the power of 2<sup>i</sup>, modulo the polynomial. */
    private final int[] powers = new int[64];

    Crc(int polynomial, Supplier<Checksum> checksum) {
        this.polynomial = polynomial;
        this.checksum = checksum;
        powers[0] = ONE >>> 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = multiply(powers[i - 1], powers[i - 1]);
        }
    }

    /** The check of the bytes between position and limit, which stay as they are. */
    int of(ByteBuffer bytes) {
        Checksum check = checksum.get();
        check.update(bytes.duplicate());
        return (int) check.getValue();
    }

    /**
     * The check of two pieces, one behind the other.
     *
     * @param first check of the first piece
     * @param second check of the second piece
     * @param secondLength length of the second piece, bytes; less than 2<sup>60</sup>
     */
    int join(int first, int second, long secondLength) {
        int power = ONE;
        long bits = secondLength << 3;
        for (int i = 0; bits != 0; i++, bits >>>= 1) {
            if ((bits & 1) != 0) {
                power = multiply(powers[i], power);
            }
        }
        return multiply(power, first) ^ second;
    }

    private int multiply(int a, int b) {
        int product = 0;
        int factor = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) == 0 ? factor >>> 1 : (factor >>> 1) ^ polynomial;
        }
        return product;
    }
}
