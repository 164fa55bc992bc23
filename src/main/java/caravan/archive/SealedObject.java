package caravan.archive;

import java.nio.file.Path;

/**
 * A finished object, ready to be stored.
 *
 * @param file where it lies
 * @param key what to call it, in its partition's folder
 * @param manifest its {@code batch.json}
 * @param size length of the file, bytes
 * @param crc32c CRC-32C of the whole file, computed from what was written, not from what the disk holds; 0 to 2<sup>32</sup> - 1
 */
public record SealedObject(Path file, ObjectKey key, BatchManifest manifest, long size, long crc32c) {}
