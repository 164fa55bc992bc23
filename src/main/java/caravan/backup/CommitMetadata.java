package caravan.backup;

import caravan.archive.Timeline;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What each commit says beside its offset: which archive the offset stands for, the last key before it, so that the next start needs
 * one LIST, and when the log ended there. Text of four or five fields with a space between them; far below the broker's
 * {@code offset.metadata.max.bytes} of 4,096.
 *
 * @param archiveId the archive that holds everything before the offset
 * @param timeline the topic's life there
 * @param lastKey file name of the key that ends at the offset; empty where the archive has none yet
 * @param asOf when the log ended at the offset or before it, epoch millis ({@link TombstoneWatch}); empty where that is not known
 */
record CommitMetadata(String archiveId, Timeline timeline, Optional<String> lastKey, OptionalLong asOf) {
    private static final String TAG = "caravan1";

    CommitMetadata(String archiveId, Timeline timeline, Optional<String> lastKey) {
        this(archiveId, timeline, lastKey, OptionalLong.empty());
    }

    String print() {
        return TAG + " " + archiveId + " " + timeline.folder() + " " + lastKey.orElse("-")
                + (asOf.isPresent() ? " " + asOf.getAsLong() : "");
    }

    /** Whether both say the same of the archive. */
    boolean agreesWith(CommitMetadata other) {
        return archiveId.equals(other.archiveId) && timeline.equals(other.timeline) && lastKey.equals(other.lastKey);
    }

    /** Empty for what another program committed. */
    static Optional<CommitMetadata> parse(String text) {
        String[] fields = text == null ? new String[0] : text.split(" ");
        if (fields.length < 4 || fields.length > 5 || !fields[0].equals(TAG)) {
            return Optional.empty();
        }
        Optional<String> lastKey = fields[3].equals("-") ? Optional.empty() : Optional.of(fields[3]);
        return Timeline.parse(fields[2])
                .map(timeline -> new CommitMetadata(
                        fields[1], timeline, lastKey, fields.length == 5 ? time(fields[4]) : OptionalLong.empty()));
    }

    private static OptionalLong time(String field) {
        try {
            return OptionalLong.of(Long.parseLong(field));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
