package caravan.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The bytes of an object around its two entries. Format 1 leaves no freedom here, so that each of them can be verified.
 *
 * <p>Fields: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end of it).
 */
final class ZipLayout {
    private static final int LOCAL_HEADER_BYTES = 30;
    private static final int CENTRAL_HEADER_BYTES = 46;
    private static final int END_BYTES = 22;

    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int CENTRAL_HEADER = 0x02014b50;
    private static final int END = 0x06054b50;

    /** Unix (3), version 6.3 of the specification. */
    private static final short MADE_BY = 3 << 8 | 63;
    /** A regular file, readable by all, writable by its owner: 0100644, where Unix keeps it. */
    private static final int ATTRIBUTES = 0100644 << 16;

    /**
     * One entry.
     *
     * @param compression its ZIP method
     * @param crc CRC-32 of its content
     * @param storedBytes length as it is stored
     * @param bytes length of its content
     * @param position where its local header begins
     */
    record Entry(String name, Compression compression, int crc, long storedBytes, long bytes, long position) {

        /** Where its data begin: no local header has extra fields. */
        long dataPosition() {
            return position + LOCAL_HEADER_BYTES + name.length();
        }

        /** Where the next record begins: no data descriptor follows the data. */
        long end() {
            return dataPosition() + storedBytes;
        }
    }

    private ZipLayout() {}

    static ByteBuffer localHeader(Entry entry, long createdAt) {
        ByteBuffer header = littleEndian(LOCAL_HEADER_BYTES + entry.name().length());
        header.putInt(LOCAL_HEADER);
        putCommon(header, entry, createdAt);
        header.put(entry.name().getBytes(US_ASCII));
        return header.flip();
    }

    /** The central directory of the two entries, and its end. */
    static ByteBuffer directory(Entry log, Entry manifest, long createdAt) {
        int size =
                2 * CENTRAL_HEADER_BYTES + log.name().length() + manifest.name().length();
        ByteBuffer directory = littleEndian(size + END_BYTES);
        putCentralHeader(directory, log, createdAt);
        putCentralHeader(directory, manifest, createdAt);
        directory
                .putInt(END)
                .putInt(0) // this disk, and the directory's
                .putShort((short) 2)
                .putShort((short) 2)
                .putInt(size)
                .putInt((int) manifest.end())
                .putShort((short) 0); // no comment
        return directory.flip();
    }

    private static void putCentralHeader(ByteBuffer out, Entry entry, long createdAt) {
        out.putInt(CENTRAL_HEADER).putShort(MADE_BY);
        putCommon(out, entry, createdAt);
        out.putShort((short) 0) // no comment
                .putShort((short) 0) // the first disk
                .putShort((short) 0) // no internal attributes
                .putInt(ATTRIBUTES)
                .putInt((int) entry.position())
                .put(entry.name().getBytes(US_ASCII));
    }

    /** What both kinds of header have, from the version needed to the length of the extra fields. */
    private static void putCommon(ByteBuffer out, Entry entry, long createdAt) {
        out.putShort((short) entry.compression().versionNeeded())
                .putShort((short) 0) // no flags
                .putShort((short) entry.compression().method())
                .putInt(dosTime(createdAt))
                .putInt(entry.crc())
                .putInt((int) entry.storedBytes())
                .putInt((int) entry.bytes())
                .putShort((short) entry.name().length())
                .putShort((short) 0); // no extra fields
    }

    /** Local time in ZIP, UTC here; from 1980 to 2107 in steps of two seconds. */
    private static int dosTime(long epochMillis) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(epochMillis, 1000L), 0, ZoneOffset.UTC);
        if (time.getYear() < 1980) {
            return 1 << 21 | 1 << 16;
        }
        int year = Math.min(time.getYear() - 1980, 127);
        return year << 25
                | time.getMonthValue() << 21
                | time.getDayOfMonth() << 16
                | time.getHour() << 11
                | time.getMinute() << 5
                | time.getSecond() / 2;
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
