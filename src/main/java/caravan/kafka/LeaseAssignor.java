package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;

/**
 * Gives no partition to anybody, and notices who was asked to: only a group's leader is, and of a group there is one leader at a
 * time, the member that has been there longest.
 */
public final class LeaseAssignor implements ConsumerPartitionAssignor, Configurable {
    static final String LISTENER = "caravan.lease.listener";

    /** Hears, each time the group came together, whether this member leads it. */
    interface Listener {
        void together(boolean leading);
    }

    private Listener listener;
    private boolean leading;

    @Override
    public void configure(Map<String, ?> configs) {
        listener = (Listener) configs.get(LISTENER);
    }

    @Override
    public ByteBuffer subscriptionUserData(Set<String> topics) {
        leading = false;
        return null;
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription members) {
        leading = true;
        Map<String, Assignment> nothing = new HashMap<>();
        members.groupSubscription().keySet().forEach(member -> nothing.put(member, new Assignment(List.of())));
        return new GroupAssignment(nothing);
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        listener.together(leading);
    }

    @Override
    public String name() {
        return "caravan-lease";
    }
}
