package caravan.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka's cooperative assignor, but for partitions that there are not any more. It leaves them to the member that has them as long as
 * there is a topic of their name: where a topic was deleted and created again with fewer partitions, it counts them among what the
 * member has, finds nobody for others, and fails for ever ({@code AbstractStickyAssignor.allSubscriptionsEqual} compares topics only).
 */
public final class ExistingPartitionsAssignor extends CooperativeStickyAssignor {

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription group) {
        Map<String, Subscription> members = new HashMap<>();
        group.groupSubscription().forEach((name, member) -> members.put(name, existing(metadata, member)));
        return super.assign(metadata, new GroupSubscription(members));
    }

    private static Subscription existing(Cluster metadata, Subscription member) {
        List<TopicPartition> owned = member.ownedPartitions().stream()
                .filter(partition -> metadata.partition(partition) != null)
                .toList();
        Subscription existing = new Subscription(
                member.topics(),
                member.userData(),
                owned,
                member.generationId().orElse(DEFAULT_GENERATION),
                member.rackId());
        existing.setGroupInstanceId(member.groupInstanceId());
        return existing;
    }
}
