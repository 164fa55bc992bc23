package caravan.backup;

import caravan.archive.PartitionKey;
import org.apache.kafka.common.TopicPartition;

/** A backup can't go on, and a person has to do something about it. */
public final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final String GIVEN_TWICE =
            "leader epochs are given a second time, as by a node that was put back to an older state together with its metadata";
    private static final String ANEW =
            "nothing more of it is stored, so that nothing is mixed. Copy the topic anew with 'backup --baseline', or delete it and"
                    + " create it again; 'verify --against' shows what differs";

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

    /**
     * @param leader epoch of the partition's leader
     * @param stored epoch that the archive has
     */
    static BackupException epochsWentBack(TopicPartition partition, int leader, int stored) {
        return new BackupException(
                partition + ": the archive holds what was written in leader epoch " + stored
                        + ", and the log has other records, or none, of a leader of epoch " + leader + ": "
                        + GIVEN_TWICE,
                ANEW);
    }

    /** @param difference between the archive and the log, though no leader epoch tells them apart */
    static BackupException anotherRecord(TopicPartition partition, String difference) {
        return new BackupException(
                partition + ": the log has another record than the archive at " + difference + ": " + GIVEN_TWICE,
                ANEW);
    }

    /**
     * @param end of the log
     * @param first offset that its backup began with
     */
    static BackupException truncatedBeforeItsBackup(TopicPartition partition, long end, long first) {
        return new BackupException(
                partition + ": the log was truncated at offset " + end + ", before offset " + first
                        + ", where its backup began",
                ANEW);
    }

    /** @param key that can't be made void */
    static BackupException epochUnknown(TopicPartition partition, PartitionKey key) {
        return new BackupException(
                partition + ": the log was truncated, and differs from " + key
                        + " in the archive, which has no leader epoch by which it could be made void",
                ANEW);
    }

    /**
     * @param key of an object that is not stored
     * @param voids epoch that it has to exceed
     */
    static BackupException notNewer(TopicPartition partition, PartitionKey key, int voids) {
        return new BackupException(
                partition + ": the log was truncated, and " + key + ", which comes next, ends in leader epoch "
                        + key.epoch() + ", and makes nothing void that the archive has of epochs up to " + voids,
                key.epoch() < 0
                        ? "without -Dcaravan.rebatch=true epochs are always known"
                        : "nothing of it was stored. When something was written to the partition in the present epoch, start"
                                + " the backup again");
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

    static BackupException unidentified(String topic) {
        return new BackupException(
                "the topic " + topic + " has no topic id, so a recreated topic could not be told from it",
                "Kafka gives ids from 2.8 on; back it up all the same with --allow-unidentified-topics");
    }

    /** What can be done about it. */
    public String hint() {
        return hint;
    }
}
