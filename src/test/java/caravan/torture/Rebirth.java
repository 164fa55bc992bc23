package caravan.torture;

import caravan.testbed.S3Server;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Deletes a topic and creates it again. What is not stored of a topic that is deleted is gone, so its writers end first, and all of it
 * is stored before it goes.
 */
final class Rebirth {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Subject subject;
    private final Topics topics;
    private final Writers writers;
    private final S3Server s3;
    private final String archive;
    private final Failures failures;

    Rebirth(Subject subject, Topics topics, Writers writers, S3Server s3, String archive, Failures failures) {
        this.subject = subject;
        this.topics = topics;
        this.writers = writers;
        this.s3 = s3;
        this.archive = archive;
        this.failures = failures;
    }

    /** Does what was planned. */
    void attack(Fault fault) {
        Life life = topics.lives(subject.topic()).keySet().stream()
                .reduce((first, second) -> second)
                .orElseThrow();
        writers.stop(life);
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> isStored(life));
        } catch (ConditionTimeoutException e) {
            failures.add("the backup did not catch up with " + life + " within " + PATIENCE.toSeconds() + " s");
            return;
        }
        topics.delete(subject);
        writers.start(topics.create(subject), subject);
    }

    private boolean isStored(Life life) {
        String timeline = topics.lives(life.topic()).get(life).toString();
        StoredKeys keys = StoredKeys.of(s3, archive);
        return keys.knows(life.topic(), timeline)
                && topics.ends(subject).entrySet().stream().allMatch(end -> {
                    TopicPartition partition = end.getKey();
                    return keys.coveredTo(life.topic(), timeline, partition.partition()) >= end.getValue();
                });
    }
}
