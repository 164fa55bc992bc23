package caravan.torture;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

/** The topics of the source cluster, and the lives that they had. Goes on asking while brokers are away. */
final class Topics {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long ANSWER_SECONDS = 20;

    private final Admin admin;
    private final short replicas;
    private final Map<Life, Uuid> lives = new LinkedHashMap<>();

    /** @param replicas of each partition */
    Topics(Admin admin, int replicas) {
        this.admin = admin;
        this.replicas = (short) replicas;
    }

    /** Creates a topic, and begins a new life of it. */
    Life create(Subject subject) {
        String topic = subject.topic();
        AtomicReference<Uuid> id = new AtomicReference<>();
        await("a new topic " + topic).until(() -> {
            // A broker that is behind may still know the life before.
            Optional<TopicDescription> found = find(topic).filter(known -> !isPast(known.topicId()));
            if (found.isEmpty()) {
                answer(admin.createTopics(
                                List.of(new NewTopic(topic, subject.partitions(), replicas).configs(subject.configs())))
                        .all());
            }
            found.map(TopicDescription::topicId).ifPresent(id::set);
            return found.isPresent()
                    && found.get().partitions().stream().allMatch(partition -> partition.leader() != null);
        });
        synchronized (lives) {
            Life life = new Life(topic, 1 + lives(topic).size());
            lives.put(life, id.get());
            return life;
        }
    }

    private boolean isPast(Uuid id) {
        synchronized (lives) {
            return lives.containsValue(id);
        }
    }

    /** Deletes a topic, which ends its life. */
    void delete(Subject subject) {
        await("the end of " + subject.topic()).until(() -> {
            if (find(subject.topic()).isPresent()) {
                answer(admin.deleteTopics(List.of(subject.topic())).all());
            }
            return find(subject.topic()).isEmpty();
        });
    }

    /** All lives of a topic, with their topic ids, in their order. */
    Map<Life, Uuid> lives(String topic) {
        synchronized (lives) {
            Map<Life, Uuid> found = new LinkedHashMap<>();
            lives.forEach((life, id) -> {
                if (life.topic().equals(topic)) {
                    found.put(life, id);
                }
            });
            return found;
        }
    }

    /** Where each partition's log ends: the high watermark. */
    Map<TopicPartition, Long> ends(Subject subject) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < subject.partitions(); partition++) {
            asked.put(new TopicPartition(subject.topic(), partition), OffsetSpec.latest());
        }
        return answer(admin.listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    /** What a group has committed; partitions without a commit are missing. */
    Map<TopicPartition, Long> committed(String group) {
        return answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private Optional<TopicDescription> find(String topic) {
        if (!answer(admin.listTopics().names()).contains(topic)) {
            return Optional.empty();
        }
        return Optional.of(
                answer(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic));
    }

    private static org.awaitility.core.ConditionFactory await(String what) {
        return Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions();
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new TortureException("the brokers don't answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
    }
}
