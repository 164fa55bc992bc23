package caravan.archive;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/**
 * One life of a topic. A topic that is deleted and created again has two; a baseline is a fresh, full copy of the same life.
 *
 * @param topicId Kafka's topic id; the zero id where the brokers give none (before Kafka 2.8, KIP-516)
 * @param baseline number of the baseline, from 1; 0 for what is no baseline
 */
public record Timeline(Uuid topicId, int baseline) {
    private static final Pattern FOLDER = Pattern.compile("([A-Za-z0-9_-]{22})(?:\\.([1-9][0-9]*))?");

    public Timeline {
        Objects.requireNonNull(topicId, "topicId");
        if (baseline < 0) {
            throw new IllegalArgumentException("a baseline's number is negative: " + baseline);
        }
    }

    /** A life of a topic as it was backed up from its beginning on; no baseline. */
    public static Timeline of(Uuid topicId) {
        return new Timeline(topicId, 0);
    }

    /** Name of its folder: {@code <topic id>}, or {@code <topic id>.<baseline>}. */
    public String folder() {
        return baseline == 0 ? topicId.toString() : topicId + "." + baseline;
    }

    /** The timeline of a folder; empty for any other name. */
    public static Optional<Timeline> parse(String folder) {
        Matcher matcher = FOLDER.matcher(folder);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            int baseline = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
            return Optional.of(new Timeline(Uuid.fromString(matcher.group(1)), baseline))
                    .filter(timeline -> timeline.folder().equals(folder));
        } catch (IllegalArgumentException notCanonical) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return folder();
    }
}
