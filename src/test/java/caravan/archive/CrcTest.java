package caravan.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CrcTest {

    @Property
    void joined_checks_of_pieces_are_the_check_of_the_whole(
            @ForAll Crc crc, @ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(max = 300) int cut) {
        int at = Math.min(cut, bytes.length);
        int first = crc.of(ByteBuffer.wrap(bytes, 0, at));
        int second = crc.of(ByteBuffer.wrap(bytes, at, bytes.length - at));

        assertThat(crc.join(first, second, bytes.length - at)).isEqualTo(direct(crc, bytes));
    }

    @Test
    void pieces_may_be_larger_than_any_array() {
        // A length of which more than 31 bits are set when it is counted in bits: 3 GiB of zeros, in pieces of 1 MiB
        byte[] zeros = new byte[1 << 20];
        for (Crc crc : Crc.values()) {
            Checksum direct = checksum(crc);
            direct.update(new byte[] {1, 2, 3});
            int first = (int) direct.getValue();
            int rest = 0;
            for (int i = 0; i < 3 << 10; i++) {
                direct.update(zeros);
                rest = crc.join(rest, crc.of(ByteBuffer.wrap(zeros)), zeros.length);
            }
            assertThat(crc.join(first, rest, 3L << 30)).isEqualTo((int) direct.getValue());
        }
    }

    private static int direct(Crc crc, byte[] bytes) {
        Checksum checksum = checksum(crc);
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    private static Checksum checksum(Crc crc) {
        return crc == Crc.CRC_32 ? new CRC32() : new CRC32C();
    }
}
