package caravan.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/** The two entries of an object, as the library found them in a header. */
final class ZipEntries {
    /** Far above any manifest; keeps a damaged one from filling the memory. */
    private static final int MAX_MANIFEST_BYTES = 64 << 20;

    private ZipEntries() {}

    /**
     * The entry of the record batches.
     *
     * @throws DamagedObjectException if it is another one
     */
    static ZipLayout.Entry log(ZipArchiveEntry entry, String name) {
        if (!entry.getName().equals(name)) {
            throw new DamagedObjectException("the first entry is '" + entry.getName() + "' instead of " + name);
        }
        Compression compression = Compression.ofMethod(entry.getMethod())
                .orElseThrow(() -> new DamagedObjectException(name + " is compressed by the ZIP method "
                        + entry.getMethod() + ", which format 1 does not have"));
        long stored = entry.getCompressedSize();
        long bytes = entry.getSize();
        if (stored < 0 || bytes < 0 || compression == Compression.STORED && stored != bytes) {
            throw new DamagedObjectException(name + " can't have " + stored + " bytes for " + bytes);
        }
        return new ZipLayout.Entry(
                name, compression, (int) entry.getCrc(), stored, bytes, entry.getLocalHeaderOffset());
    }

    /**
     * The entry of the manifest.
     *
     * @throws DamagedObjectException if it is another one
     */
    static ZipLayout.Entry manifest(ZipArchiveEntry entry) {
        if (!entry.getName().equals(BatchManifest.ENTRY)) {
            throw new DamagedObjectException(
                    "the second entry is '" + entry.getName() + "' instead of " + BatchManifest.ENTRY);
        }
        if (entry.getMethod() != Compression.DEFLATE.method()
                || entry.getSize() < 0
                || entry.getSize() > MAX_MANIFEST_BYTES
                || entry.getCompressedSize() < 0
                || entry.getCompressedSize() > MAX_MANIFEST_BYTES) {
            throw new DamagedObjectException("the header of " + BatchManifest.ENTRY + " makes no sense");
        }
        return new ZipLayout.Entry(
                BatchManifest.ENTRY,
                Compression.DEFLATE,
                (int) entry.getCrc(),
                entry.getCompressedSize(),
                entry.getSize(),
                entry.getLocalHeaderOffset());
    }

    /**
     * Reads the manifest's entry to its end.
     *
     * @throws DamagedObjectException if it is altered
     */
    static BatchManifest content(ZipLayout.Entry entry, InputStream content) throws IOException {
        byte[] json = content.readNBytes(MAX_MANIFEST_BYTES);
        if (json.length != entry.bytes() || Crc.CRC_32.of(ByteBuffer.wrap(json)) != entry.crc()) {
            throw new DamagedObjectException("the content of " + BatchManifest.ENTRY + " is not what its header says");
        }
        return BatchManifest.parse(json);
    }
}
