package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.FaultyS3;
import caravan.testbed.S3Fault;
import caravan.testbed.S3Requests;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A store that fails in every way that stores fail: what is backed up is whole all the same, and nothing has to be started again. */
@ExtendWith(TestServers.class)
class StorageFaultsIT {
    /** More than the S3 client tries by itself. */
    private static final int TIMES = 5;

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private FaultyS3 faulty;
    private String store;
    private String topic;
    private String group;
    private List<ProducerRecord<byte[], byte[]>> records;
    private int sent;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        faulty = new FaultyS3(s3.endpoint());
        store = s3.newStore();
        topic = names.topic("orders");
        group = names.topic("group");
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        records = AwkwardRecords.ordinary(topic, 0, 3_000, 200);
    }

    @AfterEach
    void close() {
        faulty.close();
    }

    @Test
    @Tag("s3-subset")
    void whateverAnUploadMeetsTheObjectIsStoredOnceInTheEnd() throws Exception {
        Map<String, S3Fault> faults = new LinkedHashMap<>();
        faults.put("refused", S3Fault.refused());
        faults.put("503", S3Fault.slowDown());
        faults.put("500", S3Fault.internalError());
        faults.put("cut in the middle of the body", S3Fault.requestCutAfter(2_000));
        faults.put("stored, and the answer lost", S3Fault.answerLost());
        faults.put("another ETag than the body's", S3Fault.wrongEtag());
        faults.put("expired credentials", S3Fault.expiredCredentials());
        faults.put("412, though the key is not there", S3Fault.preconditionFailed());
        try (CaravanProcess backup = backup("--max-age", "500ms")) {
            send(100);
            backup.until(() -> committed() == sent);

            for (Map.Entry<String, S3Fault> fault : faults.entrySet()) {
                // Given
                FaultyS3.Injection compared = faulty.watch(S3Requests.of("HEAD", "/topics/.*zip"));
                FaultyS3.Injection injection = faulty.inject(
                        fault.getValue(), S3Requests.puts("/topics/.*zip").first(TIMES));
                long before = committed();

                // When
                send(100);
                int met = fault.getKey().contains("stored") || fault.getKey().contains("ETag") ? 1 : TIMES;
                backup.until(() -> injection.count() >= met);

                // Then
                if (met == TIMES) {
                    assertThat(before).as(fault.getKey()).isEqualTo(sent - 100L);
                }
                backup.until(() -> committed() == sent);
                if (fault.getKey().equals("stored, and the answer lost")) {
                    assertThat(compared.count())
                            .as("what is there is not written over")
                            .isPositive();
                }
                injection.end();
                compared.end();
            }
            backup.terminate().await().expect(0);
        }
        objects().assertContiguous(topic, 0, 0, sent);
        assertRestoredEqual();
    }

    @Test
    void aStoreThatIsSlowDoesNotCostTheMembership() throws Exception {
        // Given: each LIST and each PUT takes longer than the group waits for a poll
        faulty.inject(S3Fault.delayed(Duration.ofSeconds(6)), S3Requests.lists());
        faulty.inject(S3Fault.delayed(Duration.ofSeconds(6)), S3Requests.puts("/topics/.*zip"));
        send(100);
        try (CaravanProcess backup = backup(
                "--max-age",
                "500ms",
                "--kafka-property",
                "max.poll.interval.ms=4000",
                "--kafka-property",
                "session.timeout.ms=3000",
                "--kafka-property",
                "heartbeat.interval.ms=500")) {
            List<String> members = new ArrayList<>();
            backup.until(() -> members().size() == 1);
            members.addAll(members());

            // When
            backup.until(() -> committed() == sent);

            // Then
            assertThat(members()).isEqualTo(members);
            assertThat(backup.err()).doesNotContain("poll timeout has expired", "leave group");
        }
    }

    @Test
    @Tag("s3-subset")
    void aRestoreGoesOnWhereTheStoreBreaksOff() {
        // Given
        send(3_000);
        backupUntilNow();
        faulty.inject(
                S3Fault.answerCutAfter(20_000), S3Requests.gets("/topics/.*zip").first(2));
        faulty.inject(
                S3Fault.answerResetAfter(5_000),
                S3Requests.gets("/topics/.*zip").first(2));
        faulty.inject(S3Fault.slowDown(), S3Requests.lists().first(2));

        // When
        String copy = topic + "-copy";
        CaravanProcess.run(environment(), "restore", "--rename", topic + "=" + copy)
                .expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
    }

    private void send(int count) {
        data.send("none", records.subList(sent, sent + count));
        sent += count;
    }

    private CaravanProcess backup(String... options) {
        return CaravanProcess.start(
                environment(),
                Stream.concat(Stream.of("backup", "--topics", topic, "--group", group), Stream.of(options))
                        .toArray(String[]::new));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(faulty.environment(s3.environment()));
        environment.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        environment.put("CARAVAN_STORE", store);
        return environment;
    }

    private void backupUntilNow() {
        new CaravanCommands(broker.bootstrapServers(), s3)
                .backup(store, topic, "--group", group)
                .expect(0);
    }

    private long committed() throws Exception {
        return Topics.committed(broker, group).values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    private List<String> members() throws Exception {
        ConsumerGroupDescription description = broker.admin()
                .describeConsumerGroups(List.of(group))
                .all()
                .get()
                .get(group);
        return description.members().stream().map(MemberDescription::consumerId).toList();
    }

    private StoredObjects objects() {
        return StoredObjects.of(s3, store);
    }

    private void assertRestoredEqual() {
        String copy = topic + "-copy";
        new CaravanCommands(broker.bootstrapServers(), s3)
                .restore(store, "--rename", topic + "=" + copy)
                .expect(0);
        assertSameRecords(read(topic), read(copy));
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }
}
