package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that rotted, were cut, or got a visitor: told, never restored as if whole, and nothing else is lost. */
@ExtendWith(TestServers.class)
class DamageIT {
    private EmbeddedBroker broker;
    private TestS3 s3;
    private CaravanCommands caravan;
    private String store;
    private String topic;
    private String copy;
    private List<StoredObjects.Stored> objects;
    private String bucket;

    @BeforeEach
    void threeObjects(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        topic = names.topic("orders");
        copy = names.topic("copy");
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        for (int i = 0; i < 3; i++) {
            data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
            caravan.backup(store, topic).expect(0);
        }
        objects = StoredObjects.of(s3, store).of(topic, 0);
        bucket = StoredObjects.of(s3, store).bucket();
        assertThat(objects).hasSize(3);
    }

    @Test
    void aWholeArchiveVerifies() {
        caravan.onStore("verify", store).expect(0);
        caravan.onStore("verify", store, "--data").expect(0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.001, 0.3, 0.7, 0.99})
    @Tag("s3-subset")
    void aTruncatedObjectIsFoundAndNotRestored(double kept) {
        // Given
        String key = objects.get(1).key();
        byte[] whole = s3.read(bucket, key);
        s3.write(bucket, key, Arrays.copyOf(whole, (int) (whole.length * kept)));

        // Then
        assertThat(caravan.onStore("verify", store, "--data").expect(4).toString())
                .contains(key);
        assertRestoreFails(key);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.2, 0.5, 0.7})
    @Tag("s3-subset")
    void aFlippedBitIsFoundAndNotRestored(double place) {
        // Given
        String key = objects.get(1).key();
        byte[] body = s3.read(bucket, key);
        body[(int) (body.length * place)] ^= 0x10;
        s3.write(bucket, key, body);

        // Then
        assertThat(caravan.onStore("verify", store, "--data").expect(4).toString())
                .contains(key);
        assertRestoreFails(key);
    }

    @Test
    void aMissingObjectIsAHole() {
        // Given
        s3.client().deleteObject(request -> request.bucket(bucket)
                .key(objects.get(1).key()));

        // Then
        CommandResult refused =
                caravan.restore(store, "--rename", topic + "=" + copy).expect(4);
        assertThat(refused.err()).contains("error: ").contains("hint: ").contains(topic);
    }

    @Test
    void aForeignFileIsReportedAndHarmsNothing() {
        // Given
        String folder = objects.get(1).key().replaceFirst("[^/]*$", "");
        s3.write(bucket, folder + "notes.txt", "mine".getBytes(StandardCharsets.UTF_8));
        s3.write(bucket, "archive/readme.md", new byte[0]);

        // Then
        CommandResult verified = caravan.onStore("verify", store).expect(3);
        assertThat(verified.toString()).contains("notes.txt").contains("readme.md");
        caravan.backup(store, topic).expect(0);
        caravan.restore(store, "--rename", topic + "=" + copy).expect(0);
        TopicContents.assertSameRecords(
                TopicContents.read(broker.bootstrapServers(), topic),
                TopicContents.read(broker.bootstrapServers(), copy));
    }

    private void assertRestoreFails(String key) {
        CommandResult failed =
                caravan.restore(store, "--rename", topic + "=" + copy).expect(4);
        assertThat(failed.err()).contains("error: ").contains("hint: ").contains(key.replaceFirst(".*/", ""));
    }
}
