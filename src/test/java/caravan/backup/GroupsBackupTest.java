package caravan.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravan.archive.GroupsSnapshot;
import caravan.archive.GroupsSnapshot.Committed;
import caravan.archive.GroupsSnapshot.Group;
import caravan.archive.Timeline;
import caravan.catalog.GroupsSnapshots;
import caravan.kafka.Cluster;
import caravan.kafka.GroupFilter;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestArchive;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the archive knows of consumer groups, while they go on, are deleted, or can't be asked. */
@ExtendWith(TestServers.class)
class GroupsBackupTest {
    private EmbeddedBroker broker;
    private TestData data;
    private Store store;
    private Cluster cluster;
    private String orders;
    private String payments;
    private String billing;
    private String own;

    @BeforeEach
    void topicsAndACluster(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        data = new TestData(broker);
        store = new TestArchive(s3).store();
        cluster = new Cluster(new KafkaSettings(broker.bootstrapServers()));
        orders = names.topic("orders");
        payments = names.topic("payments");
        billing = names.topic("billing");
        own = names.topic("own");
        data.createTopic(orders, 2, Map.of());
        data.createTopic(payments, 1, Map.of());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aCommitIsKeptWithAllThatTheGroupSaidAndTheLifeOfItsTopic() {
        // Given
        commit(billing, orders, 0, new OffsetAndMetadata(7, Optional.of(3), "note"));
        commit(billing, orders, 1, new OffsetAndMetadata(9));
        commit(billing, payments, 0, new OffsetAndMetadata(1));

        // When
        assertThat(backup(orders).take(true)).isOne();

        // Then: payments are not this backup's
        assertThat(newest().clusterId()).isEqualTo(broker.clusterId());
        assertThat(newest().groups())
                .containsExactly(new Group(
                        billing,
                        List.of(
                                new Committed(orders, id(orders), 0, 7, 3, "note"),
                                new Committed(orders, id(orders), 1, 9, -1, ""))));
    }

    @Test
    void aSnapshotIsWrittenWhereSomethingChangedAndElseNone() {
        // Given
        GroupsBackup backup = backup(orders);

        // Then: there is nothing to say
        backup.take(true);
        assertThat(snapshots()).isZero();

        // When
        commit(billing, orders, 0, 7);
        backup.take(true);
        backup.take(true);
        backup(orders).take(true);

        // Then
        assertThat(snapshots()).isOne();

        // When
        commit(billing, orders, 0, 8);
        backup.take(true);

        // Then
        assertThat(snapshots()).isEqualTo(2);
        assertThat(offsets(billing)).containsExactly(8L);
    }

    @Test
    void ofProcessesThatShareABackupOneWritesWhatChanges() {
        // Given
        GroupsBackup one = backup(orders);
        GroupsBackup other = backup(orders);
        commit(billing, orders, 0, 1);
        one.take(true);
        other.take(true);

        // When: the group goes on between their turns
        for (int offset = 10; offset < 20; offset++) {
            commit(billing, orders, 0, 2 * offset);
            one.take(true);
            commit(billing, orders, 0, 2 * offset + 1);
            other.take(true);
        }

        // Then
        assertThat(snapshots()).isEqualTo(11);

        // When: the one that wrote is gone
        other.take(true);
        other.take(true);

        // Then
        assertThat(offsets(billing)).containsExactly(39L);
        assertThat(snapshots()).isEqualTo(12);
    }

    @Test
    void theLastSnapshotOfARunIsTakenWhoeverWroteBefore() {
        // Given
        GroupsBackup one = backup(orders);
        commit(billing, orders, 0, 1);
        one.take(true);
        commit(billing, orders, 0, 2);
        backup(orders).take(true);
        commit(billing, orders, 0, 3);

        // When
        one.take(false);

        // Then
        assertThat(offsets(billing)).containsExactly(3L);
    }

    @Test
    void twoBackupsOfOneArchiveKeepWhatTheOtherKnows() {
        // Given
        commit(billing, orders, 0, 7);
        commit(billing, payments, 0, 5);
        commit(own, payments, 0, 4);
        GroupsBackup ofOrders = backup(orders);
        GroupsBackup ofPayments = backup(payments, ".*", "caravan-other");

        // When
        for (int round = 0; round < 3; round++) {
            ofOrders.take(true);
            ofPayments.take(true);
        }

        // Then
        assertThat(snapshots()).isEqualTo(2);
        assertThat(offsets(billing)).containsExactly(7L, 5L);
        assertThat(offsets(own)).containsExactly(4L);
    }

    @Test
    void whatWasKnownOfATopicThatWasDeletedIsKept() {
        // Given
        commit(billing, orders, 0, 7);
        commit(billing, payments, 0, 5);
        backup(".*-" + suffix()).take(true);
        Uuid before = id(orders);
        data.deleteTopic(orders);

        // When
        backup(".*-" + suffix()).take(true);

        // Then: Kafka forgot, the archive did not
        assertThat(offsets(billing)).containsExactly(7L, 5L);

        // When
        data.createTopic(orders, 1, Map.of());
        await().until(() -> cluster.committed(billing).keySet().stream()
                .noneMatch(partition -> partition.topic().equals(orders)));
        commit(billing, orders, 0, 2);
        backup(".*-" + suffix()).take(true);

        // Then
        assertThat(newest().groups().get(0).offsets())
                .contains(new Committed(orders, before, 0, 7, -1, ""), new Committed(orders, id(orders), 0, 2, -1, ""));
    }

    @Test
    void aGroupThatWasDeletedIsNotInTheNextSnapshot() throws Exception {
        // Given
        commit(billing, orders, 0, 7);
        GroupsBackup backup = backup(orders);
        backup.take(true);

        // When
        broker.admin().deleteConsumerGroups(List.of(billing)).all().get();
        backup.take(true);

        // Then
        assertThat(newest().groups()).isEmpty();
        assertThat(snapshots()).isEqualTo(2);
    }

    @Test
    void whatBackupsCommitIsNoConsumersOffset() {
        // Given: this backup's group, one of another archive, and one of no given name
        String text = new CommitMetadata("xmhAsnyhQEm67KB7hLKaeg", Timeline.of(id(orders)), Optional.empty()).print();
        commit(own, orders, 0, 7);
        commit(billing, orders, 0, new OffsetAndMetadata(7, text));
        commit("caravan-" + suffix(), orders, 0, 7);

        // Then
        assertThat(backup(orders).take(true)).isZero();
        assertThat(snapshots()).isZero();
    }

    @Test
    void groupsAreChosenByNameAndExpression() {
        // Given
        for (String group : List.of("app-1", "app-2", "tool", "caravan-drill")) {
            commit(group + "-" + suffix(), orders, 0, 7);
        }

        // When
        backup(orders, "app-.*,caravan-drill-" + suffix() + ",none-" + suffix(), own)
                .take(true);

        // Then
        assertThat(newest().groups())
                .extracting(Group::group)
                .containsExactly("app-1-" + suffix(), "app-2-" + suffix(), "caravan-drill-" + suffix());
    }

    @Test
    void aClusterThatDoesNotAnswerLeavesTheNewestSnapshotAsItIs() {
        // Given
        commit(billing, orders, 0, 7);
        GroupsBackup backup = backup(orders);
        backup.take(true);

        // When
        cluster.close();

        // Then
        assertThatThrownBy(() -> backup.take(true)).isInstanceOfAny(KafkaException.class, IllegalStateException.class);
        assertThat(offsets(billing)).containsExactly(7L);
        assertThat(snapshots()).isOne();
    }

    private GroupsBackup backup(String topics) {
        return backup(topics, GroupFilter.ALL, own);
    }

    private GroupsBackup backup(String topics, String groups, String group) {
        return new GroupsBackup(
                cluster, cluster.id(), store, TopicFilter.of(topics, ""), GroupFilter.of(groups), group);
    }

    private String suffix() {
        return orders.substring("orders-".length());
    }

    private Uuid id(String topic) {
        return cluster.topic(topic).orElseThrow().id();
    }

    private void commit(String group, String topic, int partition, long offset) {
        commit(group, topic, partition, new OffsetAndMetadata(offset));
    }

    private void commit(String group, String topic, int partition, OffsetAndMetadata offset) {
        // The broker that is asked may not have heard yet of a topic that was just created.
        await().ignoreExceptions().untilAsserted(() -> assertThat(broker.admin()
                        .alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, partition), offset))
                        .all()
                        .toCompletionStage())
                .succeedsWithin(Duration.ofSeconds(30)));
    }

    private GroupsSnapshot newest() {
        return new GroupsSnapshots(store).newest().orElseThrow().snapshot();
    }

    private List<Long> offsets(String group) {
        return newest().groups().stream()
                .filter(known -> known.group().equals(group))
                .flatMap(known -> known.offsets().stream())
                .map(Committed::offset)
                .toList();
    }

    private long snapshots() {
        return store.list("groups/").count();
    }
}
