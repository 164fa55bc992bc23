package caravan.backup;

import org.apache.kafka.common.TopicPartition;

/** A backup can't go on, and a person has to do something about it. */
public final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String hint;

    public BackupException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    static BackupException conflict(String key) {
        return new BackupException(
                "the archive holds an object with the key " + key + " and other records",
                "two clusters may be backed up into one archive; look at both with 'verify --data'");
    }

    static BackupException record(TopicPartition partition, Throwable cause) {
        return new BackupException(
                "a step failed at a record of " + partition + " time and again: " + cause.getMessage(),
                "nothing behind it is committed; mend the step, and start the route again");
    }

    static BackupException noTopic(String topics) {
        return new BackupException(
                "no topic matches " + topics,
                "create it, or correct the task; kafka-topics.sh --list shows what there is, and what this user may see");
    }

    /** What can be done about it. */
    public String hint() {
        return hint;
    }
}
