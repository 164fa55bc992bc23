package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestServers;
import caravan.testbed.TestServers.Names;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.common.TopicCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServers.class)
class ClusterTest {
    @Test
    void aTopicIsThereForWhomMadeItThoughABrokerThatIsAskedHasNotHeardOfIt(EmbeddedBroker broker, Names names) {
        KafkaSettings settings = new KafkaSettings(broker.bootstrapServers());
        String topic = names.topic("made");
        LateToHear admin = new LateToHear(settings.admin());
        try (Cluster cluster = new Cluster(settings, admin)) {
            cluster.create(topic, 2, (short) 1, Map.of());
            admin.questionsWithoutAnswer = 3;

            assertThat(cluster.topic(topic))
                    .hasValueSatisfying(made -> assertThat(made.partitions()).isEqualTo(2));
            assertThat(admin.questionsWithoutAnswer).isZero();
        }
    }

    /** Asks for another topic at first, which there is not, as a broker has none that is behind the controller. */
    private static final class LateToHear extends ForwardingAdmin {
        int questionsWithoutAnswer;

        LateToHear(Properties settings) {
            super(asMap(settings));
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static Map<String, Object> asMap(Properties settings) {
            return (Map) settings;
        }

        @Override
        public DescribeTopicsResult describeTopics(TopicCollection topics, DescribeTopicsOptions options) {
            if (questionsWithoutAnswer == 0) {
                return super.describeTopics(topics, options);
            }
            questionsWithoutAnswer--;
            return super.describeTopics(TopicCollection.ofTopicNames(List.of("not-heard-of-yet")), options);
        }
    }
}
