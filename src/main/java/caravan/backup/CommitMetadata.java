package caravan.backup;

import caravan.archive.Timeline;
import java.util.Optional;

/**
 * What each commit says beside its offset: which archive the offset stands for, and the last key before it, so that the next
 * start needs one LIST. Text of three fields with a space between them; far below the broker's
 * {@code offset.metadata.max.bytes} of 4,096.
 *
 * @param archiveId the archive that holds everything before the offset
 * @param timeline the topic's life there
 * @param lastKey file name of the key that ends at the offset; empty where the archive has none yet
 */
record CommitMetadata(String archiveId, Timeline timeline, Optional<String> lastKey) {
    private static final String TAG = "caravan1";

    String print() {
        return TAG + " " + archiveId + " " + timeline.folder() + " " + lastKey.orElse("-");
    }

    /** Empty for what another program committed. */
    static Optional<CommitMetadata> parse(String text) {
        String[] fields = text == null ? new String[0] : text.split(" ");
        if (fields.length != 4 || !fields[0].equals(TAG)) {
            return Optional.empty();
        }
        Optional<String> lastKey = fields[3].equals("-") ? Optional.empty() : Optional.of(fields[3]);
        return Timeline.parse(fields[2]).map(timeline -> new CommitMetadata(fields[1], timeline, lastKey));
    }
}
