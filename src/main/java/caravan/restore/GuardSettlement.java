package caravan.restore;

import caravan.archive.PlanDocument;
import caravan.archive.PlanDocument.Target;
import caravan.kafka.Cluster;
import caravan.kafka.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/** Gives restored topics their own settings: at the end of a restore, or later where it was cut off. */
public final class GuardSettlement {
    private final Cluster cluster;
    private final boolean applyRetention;

    /** @param applyRetention whether retention is turned on, even if it deletes restored records */
    public GuardSettlement(Cluster cluster, boolean applyRetention) {
        this.cluster = cluster;
        this.applyRetention = applyRetention;
    }

    /** Whether a topic of the cluster has the settings that a restore gives it; not where there is no such topic. */
    public static boolean guarded(Cluster cluster, String topic) {
        return cluster.topic(topic).isPresent() && Guards.standing(cluster.configs(topic));
    }

    /** How many bytes of log a partition holds that were restored; empty where nobody knows. */
    interface LogBytes {
        Optional<Long> of(TopicPartition target);
    }

    /**
     * Gives a topic its own settings, each where the guard still stands.
     *
     * @return what a person should know
     */
    List<String> settle(PlanDocument.Topic topic, LogBytes logBytes) {
        Target target = topic.target();
        List<ConfigEntry> now = cluster.configs(target.topic());
        List<String> leave = List.of();
        List<String> attention = new ArrayList<>();
        boolean off = Guards.retentionOff(now);
        if (off
                && !applyRetention
                && Retention.of(target.retention()).wouldDelete(topic, logBytes, System.currentTimeMillis())) {
            leave = List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG);
            attention.add(target.topic()
                    + ": retention is off, because it would delete restored records; turn it on with: kafka-configs.sh"
                    + " --bootstrap-server … --alter --entity-type topics --entity-name " + target.topic() + " "
                    + turnOn(target.settings()));
        }
        Guards.strange(now, target.settings())
                .forEach((name, value) -> attention.add(target.topic() + ": " + name + "=" + value
                        + " was set by somebody while the topic was restored, and stays"));
        List<AlterConfigOp> changes = Guards.settle(now, target.settings(), leave);
        cluster.alter(target.topic(), changes);
        return attention;
    }

    /**
     * Settles what restores left that did not come to their end.
     *
     * @param plans of these restores
     * @param topics which of their topics, by their names in the archive or in the cluster
     * @return what was done, and what a person should know, a sentence each
     */
    public Settled settle(List<PlanDocument> plans, TopicFilter topics) {
        List<String> done = new ArrayList<>();
        List<String> attention = new ArrayList<>();
        List<PlanDocument> cutOff = new ArrayList<>();
        Set<String> busy = new HashSet<>();
        for (PlanDocument plan : plans) {
            if (cluster.members(RestoreRun.group(plan.restoreId())) == 0) {
                cutOff.add(plan);
            } else if (!standing(plan).isEmpty()) {
                attention.add("the restore " + plan.restoreId() + " is going on: its topics keep their guards");
                plan.topics().forEach(topic -> busy.add(topic.target().topic()));
            }
        }
        for (PlanDocument plan : cutOff) {
            for (PlanDocument.Topic topic : standing(plan)) {
                // Another restore may have come after the one that was cut off.
                boolean meant = topics.matches(topic.target().topic()) || topics.matches(topic.source());
                if (meant && !busy.contains(topic.target().topic())) {
                    attention.addAll(settle(topic, partition -> Optional.empty()));
                    done.add(topic.target().topic());
                }
            }
        }
        return new Settled(done, attention);
    }

    private List<PlanDocument.Topic> standing(PlanDocument plan) {
        Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(RestoreRun.group(plan.restoreId()));
        return plan.topics().stream().filter(topic -> stands(topic, committed)).toList();
    }

    private boolean stands(PlanDocument.Topic topic, Map<TopicPartition, OffsetAndMetadata> committed) {
        return cluster.topic(topic.target().topic())
                .filter(existing -> TargetTopics.isOf(cluster, topic.target(), existing, committed))
                .map(existing -> Guards.standing(cluster.configs(existing.name())))
                .orElse(false);
    }

    /**
     * @param topics that got their own settings
     * @param attention what a person should look at, a sentence each
     */
    public record Settled(List<String> topics, List<String> attention) {}

    private static String turnOn(Map<String, String> own) {
        List<String> add = new ArrayList<>();
        List<String> delete = new ArrayList<>();
        for (String name : List.of(TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG)) {
            if (own.containsKey(name)) {
                add.add(name + "=" + own.get(name));
            } else {
                delete.add(name);
            }
        }
        return (add.isEmpty() ? "" : "--add-config " + String.join(",", add) + " ")
                + (delete.isEmpty() ? "" : "--delete-config " + String.join(",", delete));
    }
}
