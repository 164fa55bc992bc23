package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.store.StoreException.Kind;
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

    private final byte[] body = new byte[SIZE];
    private BreakingProxy proxy;
    private S3Store store;

    @BeforeEach
    void storeAnObject(TestS3 s3) throws IOException {
        new Random(7).nextBytes(body);
        proxy = new BreakingProxy(s3.endpoint());
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
    void close() throws IOException {
        store.close();
        proxy.close();
    }

    @Test
    void goesOnWhereTheConnectionBrokeOff() throws IOException {
        // Given
        proxy.resetAfter(200_000, 3);
        InputStream stream = store.open("object");

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(body);
        assertThat(proxy.broken()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void goesOnWithinARange() throws IOException {
        // Given
        proxy.breakAfter(123_456, 2);
        InputStream stream = store.open("object", 100_001, 500_000);

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(Arrays.copyOfRange(body, 100_001, 600_001));
        assertThat(proxy.broken()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void goesOnForAsLongAsEachAttemptBringsSomething() throws IOException {
        // Given: far more breaks than attempts without progress are allowed
        proxy.breakAfter(50_000, 15);
        InputStream stream = store.open("object");

        // When
        byte[] read = stream.readAllBytes();

        // Then
        assertThat(read).isEqualTo(body);
        assertThat(proxy.broken()).isEqualTo(15);
    }

    @Test
    void givesUpWhereNothingMoreComes() throws IOException {
        // Given: the first connection breaks in the middle, so that not all of the body waits in buffers already
        proxy.breakAfter(200_000, 1);
        InputStream stream = store.open("object");
        proxy.resetAfter(0, Integer.MAX_VALUE);

        // Then
        assertThatThrownBy(stream::readAllBytes)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .hasMessageContaining("object");
    }
}
