package caravan.it;

import caravan.testbed.EmbeddedBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;

/** What a cluster says of its topics. */
final class Topics {
    private Topics() {}

    /** The value in force. */
    static String config(EmbeddedBroker broker, String topic, String name) throws Exception {
        return describe(broker, topic).get(name).value();
    }

    /** What is set for this topic alone. */
    static Map<String, String> ownConfigs(EmbeddedBroker broker, String topic) throws Exception {
        return describe(broker, topic).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }

    /** Sets these for this topic alone, and waits until the broker has heard of it. */
    static void alter(EmbeddedBroker broker, String topic, Map<String, String> configs) throws Exception {
        List<AlterConfigOp> operations = configs.entrySet().stream()
                .map(each ->
                        new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        broker.admin()
                .incrementalAlterConfigs(Map.of(resource, operations))
                .all()
                .get();
        Awaitility.await().until(() -> ownConfigs(broker, topic).entrySet().containsAll(configs.entrySet()));
    }

    static boolean exists(EmbeddedBroker broker, String topic) throws Exception {
        return broker.admin().listTopics().names().get().contains(topic);
    }

    /** The committed offsets of a group. */
    static Map<TopicPartition, Long> committed(EmbeddedBroker broker, String group) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = broker.admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .offset()));
    }

    /** Forgets a group that has no members. */
    static void deleteGroup(EmbeddedBroker broker, String group) throws Exception {
        broker.admin().deleteConsumerGroups(List.of(group)).all().get();
    }

    private static Config describe(EmbeddedBroker broker, String topic)
            throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return broker.admin().describeConfigs(List.of(resource)).all().get().get(resource);
    }
}
