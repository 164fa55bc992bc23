package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.backup.ExistingObject;
import caravan.store.WriteSettings.ObjectLock;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What reaches the server of encryption, storage class and object lock. */
@ExtendWith(TestServers.class)
class WriteSettingsTest {
    private static final ObjectLock LOCK = new ObjectLock("GOVERNANCE", 30);
    private static final WriteSettings ALL = new WriteSettings(
            Optional.of("aws:kms"), Optional.of("key-1"), true, Optional.of("STANDARD_IA"), Optional.of(LOCK));

    /** What is stored by the route: the parts of a spooled object that the route reads. */
    public record Spooled(String key, File file, Map<String, String> metadata) {}

    @TempDir
    private Path directory;

    private final Map<String, Headers> puts = new ConcurrentHashMap<>();
    private HttpServer server;

    @BeforeEach
    void aServerThatTakesAll() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            puts.put(exchange.getRequestURI().getPath(), exchange.getRequestHeaders());
            exchange.getResponseHeaders().add("ETag", "\"0\"");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        point(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "a", "b");
    }

    @AfterEach
    void stop() {
        server.stop(0);
        List.of("aws.endpointUrlS3", "aws.accessKeyId", "aws.secretAccessKey").forEach(System::clearProperty);
    }

    @Test
    void everyPutCarriesThem() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("object"), "body");

        // When
        try (S3Store store = open("s3://bucket/prefix", ALL)) {
            store.putIfAbsent("archive.json", "{}".getBytes(UTF_8));
            store.putIfAbsent("object.zip", file, Map.of("records", "1"), StoreContract.crc32c("body".getBytes(UTF_8)));
            throughTheRoute(store, new Spooled("spooled.zip", file.toFile(), Map.of("records", "1")));
        }

        // Then
        assertThat(puts.keySet())
                .containsExactlyInAnyOrder(
                        "/bucket/prefix/archive.json", "/bucket/prefix/object.zip", "/bucket/prefix/spooled.zip");
        assertThat(puts.values()).allSatisfy(headers -> {
            assertEncrypted(headers);
            assertThat(headers.getFirst("x-amz-object-lock-mode")).isEqualTo("GOVERNANCE");
            Instant until = Instant.parse(headers.getFirst("x-amz-object-lock-retain-until-date"));
            assertThat(Duration.between(Instant.now().plus(30, ChronoUnit.DAYS), until)
                            .abs())
                    .isLessThan(Duration.ofMinutes(10));
        });
    }

    @Test
    void whatMayChangeIsNotLocked() {
        // When
        try (S3Store store = open("s3://bucket/prefix", ALL)) {
            store.put("tasks/a.json", "{}".getBytes(UTF_8));
        }

        // Then
        Headers headers = puts.get("/bucket/prefix/tasks/a.json");
        assertEncrypted(headers);
        assertThat(headers).doesNotContainKey("X-amz-object-lock-mode");
    }

    @Test
    void withoutAnyNothingIsAsked() {
        // When
        try (S3Store store = open("s3://bucket/prefix", WriteSettings.NONE)) {
            store.putIfAbsent("archive.json", "{}".getBytes(UTF_8));
        }

        // Then
        assertThat(puts.get("/bucket/prefix/archive.json").keySet())
                .isNotEmpty()
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).matches("x-amz-(server-side|storage|object-lock).*"));
    }

    @Test
    void aLockedObjectCantBeDeletedBeforeItsTime(TestS3 s3) {
        // Given
        assumeThat(s3.isEmbedded())
                .as("the embedded server has no object lock: set " + TestS3.ENDPOINT_VARIABLE)
                .isFalse();
        point(
                s3.endpoint(),
                s3.environment().get("AWS_ACCESS_KEY_ID"),
                s3.environment().get("AWS_SECRET_ACCESS_KEY"));
        String bucket = "caravan-" + UUID.randomUUID();
        WriteSettings locked =
                new WriteSettings(Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.of(LOCK));
        try (S3Store store = open("s3://" + bucket, locked)) {
            // When
            store.create();
            store.putIfAbsent("object", new byte[1]);
            store.put("tasks/a.json", new byte[1]);

            // Then
            List<ObjectVersion> versions = s3.client()
                    .listObjectVersions(request -> request.bucket(bucket))
                    .versions();
            assertThat(versions).extracting(ObjectVersion::key).containsExactly("object", "tasks/a.json");
            assertThatThrownBy(() -> delete(s3, bucket, versions.get(0), false))
                    .isInstanceOf(S3Exception.class)
                    .hasMessageContaining("WORM");
            delete(s3, bucket, versions.get(1), false);
            assertThat(store.putIfAbsent("object", new byte[2])).isFalse();
            assertThat(Deletion.in(store).delete("object")).isEqualTo(Deletion.Outcome.VERSION_KEPT);
            delete(s3, bucket, versions.get(0), true);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithAHint() {
        assertRefused("AES128", "give AES256", () -> settings("AES128", null, false, null));
        assertRefused("by KMS", "aws:kms", () -> settings(null, "key-1", false, null));
        assertRefused("by KMS", "aws:kms", () -> settings("AES256", null, true, null));
        assertRefused("DEEP_ARCHIVE", "GLACIER_IR", () -> settings(null, null, false, "DEEP_ARCHIVE"));
        assertRefused("governance", "GOVERNANCE", () -> new ObjectLock("governance", 1));
        assertRefused("0 days", "one day", () -> new ObjectLock("COMPLIANCE", 0));
        assertRefused("file:///srv/backups", "s3://", () -> Stores.open("file:///srv/backups", ALL));
    }

    private static void assertRefused(String message, String hint, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        StoreLocationException.class, e -> assertThat(e.hint()).contains(hint))
                .hasMessageContaining(message);
    }

    private static WriteSettings settings(String encryption, String key, boolean bucketKey, String storageClass) {
        return new WriteSettings(
                Optional.ofNullable(encryption),
                Optional.ofNullable(key),
                bucketKey,
                Optional.ofNullable(storageClass),
                Optional.empty());
    }

    private static void assertEncrypted(Headers headers) {
        assertThat(headers.getFirst("x-amz-server-side-encryption")).isEqualTo("aws:kms");
        assertThat(headers.getFirst("x-amz-server-side-encryption-aws-kms-key-id"))
                .isEqualTo("key-1");
        assertThat(headers.getFirst("x-amz-server-side-encryption-bucket-key-enabled"))
                .isEqualTo("true");
        assertThat(headers.getFirst("x-amz-storage-class")).isEqualTo("STANDARD_IA");
    }

    private static void throughTheRoute(S3Store store, Spooled object) throws Exception {
        Main main = new Main();
        main.configure().setRoutesIncludePattern("file:routes/stores/s3.camel.yaml");
        main.addInitialProperty("caravan.store.bucket", store.s3().bucket());
        main.addInitialProperty("caravan.store.prefix", store.s3().prefix());
        main.bind("store", store);
        main.bind("s3Client", store.client());
        main.bind("existingObject", new ExistingObject(store));
        main.start();
        try {
            Exchange stored = main.getCamelContext()
                    .createFluentProducerTemplate()
                    .to("direct:store-put")
                    .withBody(object)
                    .send();
            assertThat(stored.getException()).isNull();
            assertThat(stored.getProperty("CaravanPut")).isEqualTo("created");
        } finally {
            main.stop();
        }
    }

    private static void delete(TestS3 s3, String bucket, ObjectVersion version, boolean bypass) {
        s3.client().deleteObject(request -> request.bucket(bucket)
                .key(version.key())
                .versionId(version.versionId())
                .bypassGovernanceRetention(bypass ? true : null));
    }

    private static void point(URI endpoint, String accessKey, String secretKey) {
        System.setProperty("aws.endpointUrlS3", endpoint.toString());
        System.setProperty("aws.accessKeyId", accessKey);
        System.setProperty("aws.secretAccessKey", secretKey);
    }

    private static S3Store open(String location, WriteSettings settings) {
        return (S3Store) Stores.open(location, settings);
    }
}
