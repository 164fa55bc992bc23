package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.store.StoreException.Kind;
import caravan.testbed.FaultyS3;
import caravan.testbed.S3Fault;
import caravan.testbed.S3Requests;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

@ExtendWith(TestServers.class)
class ObjectBodyTest {
    private static final int SIZE = 1_000_000;
    private static final S3Requests READS = S3Requests.gets("object");

    private final byte[] body = new byte[SIZE];
    private FaultyS3 proxy;
    private S3Store store;

    @BeforeEach
    void storeAnObject(TestS3 s3) {
        new Random(7).nextBytes(body);
        proxy = new FaultyS3(s3.endpoint());
        S3Client client = S3Client.builder()
                .endpointOverride(proxy.endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        s3.environment().get("AWS_ACCESS_KEY_ID"),
                        s3.environment().get("AWS_SECRET_ACCESS_KEY"))))
                .build();
        store = new S3Store(client, S3Location.parse(s3.newStore()));
        store.putIfAbsent("object", body);
    }

    @AfterEach
    void close() {
        store.close();
        proxy.close();
    }

    @Test
    void goesOnWhereTheConnectionBrokeOff() throws IOException {
        // Given
        FaultyS3.Injection resets = proxy.inject(S3Fault.answerResetAfter(200_000), READS.first(3));
        InputStream stream = store.open("object");

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(body);
        assertThat(resets.count()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void goesOnWithinARange() throws IOException {
        // Given
        FaultyS3.Injection cuts = proxy.inject(S3Fault.answerCutAfter(123_456), READS.first(2));
        InputStream stream = store.open("object", 100_001, 500_000);

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(Arrays.copyOfRange(body, 100_001, 600_001));
        assertThat(cuts.count()).isEqualTo(2);
    }

    @Test
    void goesOnForAsLongAsEachAttemptBringsSomething() throws IOException {
        // Given: far more breaks than attempts without progress are allowed
        FaultyS3.Injection cuts = proxy.inject(S3Fault.answerCutAfter(50_000), READS.first(15));
        InputStream stream = store.open("object");

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(body);
        assertThat(cuts.count()).isEqualTo(15);
    }

    @Test
    void givesUpWhereNothingMoreComes() throws IOException {
        // Given: the first connection breaks in the middle, so that not all of the body waits in buffers already
        proxy.inject(S3Fault.answerCutAfter(200_000), READS.first(1));
        InputStream stream = store.open("object");
        proxy.inject(S3Fault.refused(), READS);

        // Then
        assertThatThrownBy(stream::readAllBytes)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .hasMessageContaining("object");
    }
}
