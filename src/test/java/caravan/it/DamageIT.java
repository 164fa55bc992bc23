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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that rotted, were cut, or got a visitor: told, never restored as if whole, and nothing else is lost. */
@ExtendWith(TestServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamageIT {
    private EmbeddedBroker broker;
    private TestS3 s3;
    private CaravanCommands caravan;
    private String topic;
    private String whole;

    private String store;
    private String copy;
    private List<StoredObjects.Stored> objects;
    private String bucket;

    @BeforeAll
    void backUp(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        this.broker = broker;
        this.s3 = s3;
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        topic = names.topic("orders");
        whole = s3.newStore();
        TestData data = new TestData(broker);
        data.createTopic(topic, 1, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 1000, 100));
        caravan.backup(whole, topic, "--max-bytes", "40000", "--kafka-property", "max.poll.records=100")
                .expect(0);
    }

    /** Each test damages a copy of its own. */
    @BeforeEach
    void copyTheArchive() {
        store = s3.newStore();
        bucket = StoredObjects.of(s3, store).bucket();
        copy = "copy-" + bucket;
        String source = StoredObjects.of(s3, whole).bucket();
        s3.keys(source, "").forEach(key -> s3.write(bucket, key, s3.read(source, key)));
        objects = StoredObjects.of(s3, store).of(topic, 0);
        assertThat(objects).hasSizeGreaterThan(2);
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
        assertThat(caravan.onStore("verify", store, "--data").expect(4).out()).contains(fileName(key));
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
        assertThat(caravan.onStore("verify", store, "--data").expect(4).out()).contains(fileName(key));
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
        assertThat(failed.err()).contains("error: ").contains("hint: ").contains(fileName(key));
    }

    private static String fileName(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }
}
