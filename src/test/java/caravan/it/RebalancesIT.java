package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes of one group that come, go, and hang, while records keep coming. */
@ExtendWith(TestServers.class)
class RebalancesIT {
    private static final int PARTITIONS = 4;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String store;
    private String topic;
    private String group;
    private int sent;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        store = s3.newStore();
        topic = names.topic("orders");
        group = names.topic("group");
        data.createTopic(topic, PARTITIONS, Map.of("retention.ms", "-1"));
    }

    @Test
    @Tag("s3-subset")
    void whatAProcessThatHungHeldIsStoredByOthersAndItsOwnComesToNothing() throws Exception {
        send(500);
        try (CaravanProcess hanging = backup("--max-age", "1s")) {
            hanging.until(() -> committed() == sent);

            // Given: log that it has taken and not stored
            send(500);
            hanging.hold();
            try (CaravanProcess other = backup("--max-age", "1s")) {
                other.until(() -> committed() == sent);

                // When: it awakes, with others' partitions open, and records go on
                send(500);
                hanging.release();
                hanging.until(() -> members() == 2);
                send(500);
                other.until(() -> committed() == sent);
                other.terminate().await().expect(0);
            }

            // When: it is alone again
            send(500);
            hanging.until(() -> committed() == sent);
            hanging.terminate().await().expect(0);
        }

        // Then
        assertStored();
    }

    @Test
    void aStaticMemberThatIsKilledAndStartedAgainGoesOn() throws Exception {
        String[] member = {"--max-age", "1s", "--kafka-property", "group.instance.id=" + group + "-1"};
        send(500);
        Set<String> first;
        try (CaravanProcess backup = backup(member)) {
            backup.until(() -> committed() == sent);
            first = memberIds();

            // When: with no chance to leave the group, or to store what is open
            send(500);
            backup.kill().await();
        }
        try (CaravanProcess again = backup(member)) {
            // Then
            again.until(() -> committed() == sent);
            assertThat(memberIds()).hasSize(1).isNotEqualTo(first);
            again.terminate().await().expect(0);
        }
        assertStored();
    }

    @Test
    void offsetsThatAStrangerCommittedMoveNothing() throws Exception {
        // Given
        send(500);
        try (CaravanProcess backup = backup("--max-age", "1s")) {
            backup.until(() -> committed() == sent);
            backup.terminate().await().expect(0);
        }

        // When: one partition ahead of what is stored, one reset to the beginning, one forgotten
        send(500);
        broker.admin()
                .alterConsumerGroupOffsets(
                        group,
                        Map.of(
                                new TopicPartition(topic, 0), new OffsetAndMetadata(900),
                                new TopicPartition(topic, 1), new OffsetAndMetadata(0)))
                .all()
                .get();
        broker.admin()
                .deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 2)))
                .all()
                .get();
        new CaravanCommands(broker.bootstrapServers(), s3)
                .backup(store, topic, "--group", group)
                .expect(0);

        // Then
        assertStored();
        assertThat(committed()).isEqualTo(sent);
    }

    private void assertStored() {
        StoredObjects objects = StoredObjects.of(s3, store);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(objects.coveredTo(topic, partition, 0)).isEqualTo(sent);
        }
        CaravanCommands caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        caravan.onStore("verify", store, "--data").expect(0);
        caravan.restore(store, "--rename", topic + "=" + topic + "-copy").expect(0);
        assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), topic + "-copy"));
    }

    /** So many more records to each partition. */
    private void send(int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            records.addAll(
                    AwkwardRecords.ordinary(topic, partition, sent + count, 200).subList(sent, sent + count));
        }
        data.send("none", records);
        sent += count;
    }

    private CaravanProcess backup(String... options) {
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_STORE", store);
        return CaravanProcess.start(
                environment,
                Stream.concat(
                                Stream.of(
                                        "backup",
                                        "--topics",
                                        topic,
                                        "--group",
                                        group,
                                        "--kafka-property",
                                        "session.timeout.ms=2000",
                                        "--kafka-property",
                                        "heartbeat.interval.ms=500"),
                                Stream.of(options))
                        .toArray(String[]::new));
    }

    /** What is committed of each partition, where that is the same. */
    private long committed() throws Exception {
        Set<Long> offsets = Set.copyOf(Topics.committed(broker, group).values());
        return offsets.size() == 1 ? offsets.iterator().next() : -1;
    }

    private int members() throws Exception {
        return memberIds().size();
    }

    private Set<String> memberIds() throws Exception {
        ConsumerGroupDescription description = broker.admin()
                .describeConsumerGroups(List.of(group))
                .all()
                .get()
                .get(group);
        return description.members().stream().map(member -> member.consumerId()).collect(Collectors.toSet());
    }
}
