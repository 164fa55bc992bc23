package caravan.archive;

import java.util.Arrays;
import java.util.Optional;

/** How an object's record batches are compressed: the ZIP method of their entry. */
public enum Compression {
    /** Stored where most of what arrives first was compressed by its producer, else zstd. Only for writing. */
    AUTO(-1, -1),
    /** Zstandard, one frame per index entry: ZIP method 93. */
    ZSTD(93, 63),
    /** As it is: ZIP method 0. */
    STORED(0, 10),
    /** Deflate, for readers that know no zstd: ZIP method 8. */
    DEFLATE(8, 20);

    private final int method;
    private final int versionNeeded;

    Compression(int method, int versionNeeded) {
        this.method = method;
        this.versionNeeded = versionNeeded;
    }

    /** The number of the ZIP method. */
    int method() {
        return method;
    }

    /** The version of the ZIP specification that a reader needs to know, times ten. */
    int versionNeeded() {
        return versionNeeded;
    }

    static Optional<Compression> ofMethod(int method) {
        return Arrays.stream(values())
                .filter(compression -> compression != AUTO && compression.method == method)
                .findFirst();
    }
}
