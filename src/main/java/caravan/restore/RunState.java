package caravan.restore;

import caravan.kafka.ProducerId;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * What a run leaves for the next one, with the offset where a partition's first record comes to lie: metadata of a commit in the
 * plan's own group. Text of five fields with a space between them.
 *
 * @param planHash of the plan that is followed
 * @param topicId of the topic that is filled
 * @param producer that fills it
 */
record RunState(String planHash, Uuid topicId, ProducerId producer) {
    private static final String TAG = "caravan-restore1";

    String print() {
        return TAG + " " + planHash + " " + topicId + " " + producer.id() + " " + producer.epoch();
    }

    /** Empty for what another program committed. */
    static Optional<RunState> parse(String text) {
        String[] fields = text == null ? new String[0] : text.split(" ");
        if (fields.length != 5 || !fields[0].equals(TAG)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RunState(
                    fields[1],
                    Uuid.fromString(fields[2]),
                    new ProducerId(Long.parseLong(fields[3]), Short.parseShort(fields[4]))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
