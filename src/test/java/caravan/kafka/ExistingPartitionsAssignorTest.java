package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Who gets which partitions after topics were created again. */
class ExistingPartitionsAssignorTest {
    private static final Node NODE = new Node(1, "localhost", 9092);

    private final ExistingPartitionsAssignor assignor = new ExistingPartitionsAssignor();

    @Test
    void aTopicWithFewerPartitionsThanBeforeDoesNotKeepOthersFromTheirs() {
        // Given: one partition and three, of topics that have three and one by now
        Subscription member = member("grown-0", "shrunk-0", "shrunk-1", "shrunk-2");

        // When
        List<TopicPartition> assigned = assign(Map.of("alone", member), 3, 1).get("alone");

        // Then
        assertThat(assigned)
                .extracting(TopicPartition::toString)
                .containsExactlyInAnyOrder("grown-0", "grown-1", "grown-2", "shrunk-0");
    }

    @Test
    void whatThereIsStaysWithWhoHasIt() {
        // Given
        Subscription one = member("grown-0", "grown-1");
        Subscription other = member("grown-2", "shrunk-0");

        // When
        Map<String, List<TopicPartition>> assigned = assign(Map.of("one", one, "other", other), 3, 1);

        // Then
        assertThat(assigned.get("one")).containsExactlyInAnyOrderElementsOf(one.ownedPartitions());
        assertThat(assigned.get("other")).containsExactlyInAnyOrderElementsOf(other.ownedPartitions());
    }

    private Subscription member(String... owned) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String name : owned) {
            String[] parts = name.split("-");
            partitions.add(new TopicPartition(parts[0], Integer.parseInt(parts[1])));
        }
        List<String> topics = List.of("grown", "shrunk");
        ByteBuffer data = assignor.subscriptionUserData(Set.copyOf(topics));
        return new Subscription(topics, data, partitions, 1, Optional.empty());
    }

    private Map<String, List<TopicPartition>> assign(Map<String, Subscription> members, int grown, int shrunk) {
        List<PartitionInfo> partitions = new ArrayList<>();
        for (int i = 0; i < grown; i++) {
            partitions.add(partition("grown", i));
        }
        for (int i = 0; i < shrunk; i++) {
            partitions.add(partition("shrunk", i));
        }
        Cluster cluster = new Cluster("cluster", List.of(NODE), partitions, Set.of(), Set.of());
        Map<String, List<TopicPartition>> assigned = new HashMap<>();
        assignor.assign(cluster, new GroupSubscription(members))
                .groupAssignment()
                .forEach((name, assignment) -> assigned.put(name, assignment.partitions()));
        return assigned;
    }

    private static PartitionInfo partition(String topic, int number) {
        return new PartitionInfo(topic, number, NODE, new Node[] {NODE}, new Node[] {NODE});
    }
}
