package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.store.StoreException.Kind;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

@ExtendWith(TestServers.class)
class S3StoreTest extends StoreContract {
    private static TestS3 s3;

    private S3Location location;
    private S3Store store;

    @BeforeAll
    static void point(TestS3 server) {
        s3 = server;
        s3.systemProperties().forEach(System::setProperty);
    }

    @AfterAll
    static void forget() {
        s3.systemProperties().keySet().forEach(System::clearProperty);
    }

    @Override
    Store newStore() {
        location = S3Location.parse(s3.newStore());
        store = S3Store.open(location);
        return store;
    }

    @Override
    Store missingStore() {
        return S3Store.open(S3Location.parse("s3://caravan-" + UUID.randomUUID()));
    }

    @Test
    void tellsSizeAndMetadataWithoutReading() throws IOException {
        // Given
        Path file = Files.write(files.resolve("object"), new byte[12]);
        Map<String, String> metadata = Map.of("records", "7", "log-bytes", "1234");
        store.putIfAbsent("object.zip", file, metadata, crc32c(new byte[12]));

        // When
        Store.Head head = store.head("object.zip").orElseThrow();

        // Then
        assertThat(head.size()).isEqualTo(12);
        assertThat(head.metadata()).isEqualTo(metadata);
        assertThat(store.head("missing")).isEmpty();
    }

    @Test
    void aChecksumInTheMetadataReachesTheServer() {
        // Given: a PUT as Camel's component makes it, of a body that is not what was written
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(location.bucket())
                .key("camel")
                .metadata(Map.of("records", "1", ChecksumHeader.METADATA, ChecksumHeader.value(crc32c(new byte[9]))))
                .build();

        // Then
        assertThatThrownBy(() -> store.client().putObject(request, RequestBody.fromBytes(random(9))))
                .isInstanceOf(S3Exception.class);

        // When
        store.client().putObject(request, RequestBody.fromBytes(new byte[9]));

        // Then
        assertThat(store.client()
                        .headObject(head -> head.bucket(location.bucket()).key("camel"))
                        .metadata())
                .isEqualTo(Map.of("records", "1"));
    }

    @Test
    void wrongCredentialsAreDenied() {
        // Given
        S3Store stranger = storeOf("who", "knows-this-secret", s3.endpoint());
        S3Store forger = storeOf(s3.environment().get("AWS_ACCESS_KEY_ID"), "wrong-secret", s3.endpoint());

        // Then
        assertFails(stranger::check, Kind.DENIED, "403");
        assertFails(forger::check, Kind.DENIED, "403");
        assertFails(() -> forger.head("a"), Kind.DENIED, "403");
        assertFails(() -> forger.putIfAbsent("a", new byte[1]), Kind.DENIED, "403");
    }

    @Test
    void whoMayNotDeleteIsToldWhichRightThatTakes() {
        // Given
        store.putIfAbsent("a", new byte[1]);
        S3Store forger = storeOf(s3.environment().get("AWS_ACCESS_KEY_ID"), "wrong-secret", s3.endpoint());

        // Then
        assertThatThrownBy(() -> Deletion.in(forger).delete("a"))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.DENIED);
                    assertThat(e.hint()).contains("s3:DeleteObject", "object lock");
                })
                .hasMessageContaining("can't delete s3://")
                .hasMessageContaining("403");
        assertThat(store.head("a")).isPresent();
    }

    @Test
    void aBucketThatKeepsVersionsSaysSo() {
        // Given
        assumeThat(s3.isEmbedded())
                .as("the embedded server has no versions: set " + TestS3.ENDPOINT_VARIABLE)
                .isFalse();
        store.client().putBucketVersioning(request -> request.bucket(location.bucket())
                .versioningConfiguration(versions -> versions.status(BucketVersioningStatus.ENABLED)));
        store.putIfAbsent("a", new byte[1]);

        // When
        Deletion.Outcome outcome = Deletion.in(store).delete("a");

        // Then
        assertThat(outcome).isEqualTo(Deletion.Outcome.VERSION_KEPT);
        assertThat(store.list("")).isEmpty();
        ListObjectVersionsResponse kept =
                store.client().listObjectVersions(request -> request.bucket(location.bucket()));
        assertThat(kept.versions()).hasSize(1);
        kept.versions().forEach(version -> delete(version.key(), version.versionId()));
        kept.deleteMarkers().forEach(marker -> delete(marker.key(), marker.versionId()));
    }

    private void delete(String key, String version) {
        store.client()
                .deleteObject(
                        request -> request.bucket(location.bucket()).key(key).versionId(version));
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        // Given
        S3Store nowhere = storeOf("a", "b", URI.create("http://127.0.0.1:1"));

        // Then
        assertFails(nowhere::check, Kind.UNREACHABLE, "http://127.0.0.1:1");
    }

    @Test
    void takesTheEndpointFromTheSettingsOfTheSdk() {
        assertThat(store.client().serviceClientConfiguration().endpointOverride())
                .contains(s3.endpoint());
        assertThat(store.location()).isEqualTo("s3://" + location.bucket() + "/archive");
    }

    private S3Store storeOf(String accessKey, String secret, URI endpoint) {
        S3Client client = S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secret)))
                .build();
        return new S3Store(client, location);
    }
}
