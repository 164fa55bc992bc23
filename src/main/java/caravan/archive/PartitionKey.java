package caravan.archive;

import java.util.Optional;

/**
 * One key in a partition's folder: what it says about the offsets [{@link #from}, {@link #next}). Names sort by offset.
 *
 * <p>The grammar; all numbers are decimal, offsets have 20 digits, the other numbers no leading zeros:
 *
 * <pre>
 * object:  &lt;from&gt;-&lt;next&gt;-&lt;epoch&gt;-&lt;records&gt;-&lt;base timestamp&gt;-&lt;max timestamp&gt;.zip
 * gap:     &lt;from&gt;-&lt;next&gt;-&lt;epoch&gt;.gap
 * </pre>
 */
public sealed interface PartitionKey permits ObjectKey, GapKey {

    /** First offset that the key answers for, inclusive. */
    long from();

    /** End of what the key answers for, exclusive. */
    long next();

    /** Partition leader epoch of the last batch covered, whether it is stored or not; -1 where it is not known. */
    int epoch();

    /** The key without its folder. */
    String fileName();

    /** The key of a file name; empty for a name that no key prints. */
    static Optional<PartitionKey> parse(String fileName) {
        return fileName.endsWith(GapKey.SUFFIX)
                ? GapKey.parse(fileName).map(PartitionKey.class::cast)
                : ObjectKey.parse(fileName).map(PartitionKey.class::cast);
    }
}
