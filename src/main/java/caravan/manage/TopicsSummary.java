package caravan.manage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * The topics of Kafka and of the archive, as they are told in JSON. Where one of the two does not answer, the other is told of.
 *
 * @param clusterId null where Kafka does not answer
 * @param archiveId null where there is no archive yet, or the store does not answer
 * @param kafkaError why Kafka's half is missing; null where it is not
 * @param archiveError why the archive's half is missing; null where it is not
 * @param topics in the order of their names
 */
@JsonPropertyOrder({"clusterId", "archiveId", "kafkaError", "archiveError", "topics"})
record TopicsSummary(String clusterId, String archiveId, String kafkaError, String archiveError, List<Topic> topics) {

    /**
     * One topic.
     *
     * @param internal whether it is one of Kafka's own
     * @param partitions in Kafka; null where it is not there
     * @param replicationFactor in Kafka; null where it is not there
     * @param kafkaRecords offsets from the oldest record to the log's end, over all partitions: an upper bound of its records; null
     *     where they are not known
     * @param archivedRecords over all timelines, as are all that follow
     * @param archivedBytes of objects as they are stored
     * @param baseTimestamp of about the oldest record in the archive, epoch millis; null without records
     * @param maxTimestamp upper bound of the archived records' timestamps, epoch millis; null without records
     * @param gaps ranges that can never be stored any more
     * @param holes ranges that nothing answers for
     * @param lagRecords offsets that are not stored yet, of the task that is furthest behind; null where none of this service backs
     *     up partitions of it
     * @param tasks names of the backups of this service that mean it, in order
     */
    @JsonPropertyOrder({
        "topic",
        "internal",
        "inKafka",
        "inArchive",
        "partitions",
        "replicationFactor",
        "kafkaRecords",
        "archivedRecords",
        "archivedBytes",
        "objects",
        "timelines",
        "baseTimestamp",
        "maxTimestamp",
        "gaps",
        "holes",
        "lagRecords",
        "tasks"
    })
    record Topic(
            String topic,
            boolean internal,
            boolean inKafka,
            boolean inArchive,
            Integer partitions,
            Integer replicationFactor,
            Long kafkaRecords,
            long archivedRecords,
            long archivedBytes,
            long objects,
            int timelines,
            Long baseTimestamp,
            Long maxTimestamp,
            long gaps,
            long holes,
            Long lagRecords,
            List<String> tasks) {}
}
