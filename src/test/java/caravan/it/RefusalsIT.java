package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Mistakes and absences end a command at once, with a sentence that says what is wrong and one that says what to do. */
@ExtendWith(TestServers.class)
class RefusalsIT {
    private EmbeddedBroker broker;
    private TestS3 s3;
    private CaravanCommands caravan;
    private String topic;

    @BeforeEach
    void oneTopic(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        topic = names.topic("orders");
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 10, 100));
    }

    @Test
    @Tag("s3-subset")
    void aBucketThatDoesNotExist(TestServers.Names names) {
        // Given
        String store = "s3://no-such-bucket-" + names.suffix() + "/archive";

        // Then
        assertExplained(caravan.backup(store, topic), 1, "no-such-bucket-" + names.suffix());
        assertExplained(caravan.restore(store), 1, "no-such-bucket-" + names.suffix());
        assertExplained(caravan.onStore("list", store), 1, "no-such-bucket-" + names.suffix());
    }

    @Test
    void aBucketCanBeCreated(TestServers.Names names) {
        // Given
        String bucket = "created-" + names.suffix();

        // When
        caravan.backup("s3://" + bucket + "/archive", topic, "--create-bucket").expect(0);

        // Then
        assertThat(s3.keys(bucket, "archive/archive.json")).hasSize(1);
    }

    @Test
    @Tag("s3-subset")
    void wrongCredentials() {
        // Given
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("AWS_SECRET_ACCESS_KEY", "wrong-wrong-wrong");
        String store = s3.newStore();

        // When
        CommandResult refused = CaravanProcess.run(
                environment,
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--store",
                store,
                "--topics",
                topic,
                "--until-now");

        // Then
        assertExplained(refused, 1, store.replaceFirst("/archive$", "").replace("s3://", ""));
    }

    @Test
    void aStoreThatCannotBeReached() {
        // Given
        Map<String, String> environment = new HashMap<>(s3.environment());
        environment.put("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + EmbeddedBroker.freePort());

        // Then
        assertExplained(CaravanProcess.run(environment, "list", "--store", "s3://bucket/archive"), 1, "");
    }

    @Test
    void aClusterThatCannotBeReached() {
        // Given
        CaravanCommands nowhere = new CaravanCommands("127.0.0.1:" + EmbeddedBroker.freePort(), s3);

        // Then
        assertExplained(
                nowhere.backup(
                        s3.newStore(),
                        topic,
                        "--kafka-property",
                        "default.api.timeout.ms=3000",
                        "--kafka-property",
                        "request.timeout.ms=2000"),
                1,
                "");
    }

    @Test
    void aTopicThatDoesNotExist() {
        // Given
        String store = s3.newStore();

        // Then
        assertExplained(caravan.backup(store, "no-such-topic"), 1, "no-such-topic");
        CommandResult partly = caravan.backup(store, topic + ",no-such-topic").expect(3);
        assertThat(partly.err()).contains("no-such-topic");
        assertThat(StoredObjects.of(s3, store).coveredTo(topic, 0, 0)).isEqualTo(10);
    }

    @Test
    void anArchiveThatIsNotThere() {
        CommandResult refused = caravan.restore(s3.newStore());
        assertExplained(refused, refused.exitCode(), "");
        assertThat(refused.exitCode()).isIn(1, 2);
    }

    @Test
    void optionsThatAreMisspeltOrWouldChangeThePromises() {
        // Given
        String store = s3.newStore();

        // Then
        assertExplained(caravan.backup(store, topic, "--max-agee", "1s"), 2, "--max-agee");
        assertExplained(caravan.backup(store, topic, "--max-age", "soon"), 2, "soon");
        assertExplained(caravan.onStore("list", "bucket/archive"), 2, "bucket/archive");
        for (String property : List.of("enable.auto.commit=true", "isolation.level=read_uncommitted")) {
            assertExplained(
                    caravan.backup(store, topic, "--kafka-property", property), 2, property.replaceFirst("=.*", ""));
        }
        assertExplained(CaravanCommands.run("backupp"), 2, "backup");
    }

    private static void assertExplained(CommandResult result, int exitCode, String subject) {
        result.expect(exitCode);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .containsPattern("(?m)^error: .*")
                .containsPattern("(?m)^hint: .+")
                .contains(subject);
    }
}
