package caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.store.Store.Entry;
import caravan.store.Store.Page;
import caravan.store.Store.PutOutcome;
import caravan.store.StoreException.Kind;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

@ExtendWith(TestServers.class)
class S3StoreTest {
    private static TestS3 s3;

    private StoreLocation location;
    private S3Store store;

    @TempDir
    private Path directory;

    @BeforeAll
    static void point(TestS3 server) {
        s3 = server;
        s3.systemProperties().forEach(System::setProperty);
    }

    @AfterAll
    static void forget() {
        s3.systemProperties().keySet().forEach(System::clearProperty);
    }

    @BeforeEach
    void emptyStore() {
        location = StoreLocation.parse(s3.newStore());
        store = S3Store.open(location);
    }

    @Test
    void readsBackWhatItStored() {
        // When
        boolean created = store.putIfAbsent("archive.json", "{}".getBytes(UTF_8));

        // Then
        assertThat(created).isTrue();
        assertThat(store.read("archive.json")).asString(UTF_8).isEqualTo("{}");
        assertThat(s3.keys(location.bucket(), "")).containsExactly("archive/archive.json");
    }

    @Test
    void neverChangesAnObject() {
        // Given
        store.putIfAbsent("a", "first".getBytes(UTF_8));

        // When
        boolean created = store.putIfAbsent("a", "second".getBytes(UTF_8));

        // Then
        assertThat(created).isFalse();
        assertThat(store.read("a")).asString(UTF_8).isEqualTo("first");
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        // Given
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Future<Boolean>> outcomes = new ArrayList<>();

        // When
        for (int writer = 0; writer < 16; writer++) {
            byte[] body = ("writer " + writer).getBytes(UTF_8);
            outcomes.add(writers.submit(() -> store.putIfAbsent("contested", body)));
        }
        int winner = -1;
        for (int writer = 0; writer < outcomes.size(); writer++) {
            if (outcomes.get(writer).get()) {
                assertThat(winner).as("only one wins").isEqualTo(-1);
                winner = writer;
            }
        }
        writers.shutdown();

        // Then
        assertThat(store.read("contested")).asString(UTF_8).isEqualTo("writer " + winner);
    }

    @Test
    void replacesAMutableDocument() {
        // Given
        store.put("tasks/a.json", "1".getBytes(UTF_8));

        // When
        store.put("tasks/a.json", "2".getBytes(UTF_8));

        // Then
        assertThat(store.read("tasks/a.json")).asString(UTF_8).isEqualTo("2");
    }

    @Test
    void listsMoreThanOnePageOfKeysInOrder() throws Exception {
        // Given
        List<String> keys = IntStream.range(0, 1_005)
                .mapToObj(n -> "many/%05d".formatted(n))
                .toList();
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Future<Boolean>> stored = new ArrayList<>();
        keys.forEach(key -> stored.add(writers.submit(() -> store.putIfAbsent(key, new byte[] {1}))));
        for (Future<Boolean> each : stored) {
            each.get();
        }
        writers.shutdown();

        // When
        List<String> all = store.list("many/").map(Entry::key).toList();
        Page first = store.list("many/", "", Store.PAGE);
        Page rest = store.list("many/", "many/00999", Store.PAGE);
        Page behindTheLast = store.list("many/", "many/01004", Store.PAGE);

        // Then
        assertThat(all).isEqualTo(keys);
        assertThat(first.entries()).hasSize(1_000);
        assertThat(first.more()).isTrue();
        assertThat(rest.entries()).extracting(Entry::key).isEqualTo(keys.subList(1_000, 1_005));
        assertThat(rest.more()).isFalse();
        assertThat(behindTheLast.entries()).isEmpty();
    }

    @Test
    void listsFromAKeyThatDoesNotExist() {
        // Given
        List.of("p/a", "p/c", "q/a").forEach(key -> store.putIfAbsent(key, new byte[0]));

        // When
        Page page = store.list("p/", "p/b", 10);

        // Then
        assertThat(page.entries()).extracting(Entry::key).containsExactly("p/c");
        assertThat(page.entries().get(0).size()).isZero();
        assertThat(page.entries().get(0).lastModified()).isNotNull();
    }

    @Test
    void takesOddKeysAsTheyAre() {
        // Given
        List<String> odd = List.of(
                "odd/a b+c", "odd/a%2Fb", "odd/a&b=c?d#e", "odd/ключ-鍵-🔑", "odd/quote'\"<xml>", "odd/tilde~!$(),;:@");
        odd.forEach(key -> store.putIfAbsent(key, key.getBytes(UTF_8)));

        // When
        List<String> listed = store.list("odd/").map(Entry::key).toList();

        // Then
        assertThat(listed).containsExactlyInAnyOrderElementsOf(odd);
        odd.forEach(key -> assertThat(store.read(key)).asString(UTF_8).isEqualTo(key));
        assertThat(store.list("odd/a%", "", 10).entries()).hasSize(1);
    }

    @Test
    void namesTheFoldersBelowAPrefix() {
        // Given
        List.of("topics/a/1/x", "topics/b/1/x", "topics/b/2/x", "topics/foreign.txt", "archive.json")
                .forEach(key -> store.putIfAbsent(key, new byte[0]));

        // Then
        assertThat(store.folders("topics/")).containsExactly("a", "b");
        assertThat(store.folders("topics/b/")).containsExactly("1", "2");
        assertThat(store.folders("")).containsExactly("topics");
        assertThat(store.folders("nothing/")).isEmpty();
    }

    @Test
    void tellsSizeAndMetadataWithoutReading() throws IOException {
        // Given
        Path file = Files.write(directory.resolve("object"), new byte[12]);
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
    void storesAFileOnce() throws IOException {
        // Given
        byte[] body = random(300_000);
        Path file = Files.write(directory.resolve("object"), body);

        // When
        PutOutcome first = store.putIfAbsent("object.zip", file, Map.of(), crc32c(body));
        PutOutcome second = store.putIfAbsent("object.zip", file, Map.of(), crc32c(body));

        // Then
        assertThat(first).isEqualTo(PutOutcome.CREATED);
        assertThat(second).isEqualTo(PutOutcome.EXISTED);
        assertThat(store.read("object.zip")).isEqualTo(body);
    }

    @Test
    void theServerRefusesAFileThatRottedOnDisk() throws IOException {
        // Given
        byte[] body = random(300_000);
        long asWritten = crc32c(body);
        body[123_456] ^= 1;
        Path rotted = Files.write(directory.resolve("object"), body);

        // Then
        assertThatThrownBy(() -> store.putIfAbsent("object.zip", rotted, Map.of(), asWritten))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("object.zip");
        assertThat(store.head("object.zip")).isEmpty();
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
    void readsRanges() throws IOException {
        // Given
        byte[] body = random(100_000);
        store.putIfAbsent("object", body);

        // Then
        for (long[] range : new long[][] {{0, 1}, {0, 100_000}, {99_999, 1}, {4_711, 50_000}, {10, 0}}) {
            try (InputStream part = store.open("object", range[0], range[1])) {
                assertThat(part.readAllBytes())
                        .isEqualTo(Arrays.copyOfRange(body, (int) range[0], (int) (range[0] + range[1])));
            }
        }
        try (InputStream beyondTheEnd = store.open("object", 99_000, 5_000)) {
            assertThat(beyondTheEnd.readAllBytes()).hasSize(1_000);
        }
    }

    @Test
    void aStreamClosedEarlyDoesNotReadTheRest() throws IOException {
        // Given
        store.putIfAbsent("object", random(5_000_000));

        // When
        for (int n = 0; n < 300; n++) {
            try (InputStream part = store.open("object")) {
                assertThat(part.read()).isNotNegative();
            }
        }

        // Then: more streams than there are connections were opened
        assertThat(store.open("object").readAllBytes()).hasSize(5_000_000);
    }

    @Test
    void aMissingKeyIsNotFound() {
        assertFails(() -> store.read("missing"), Kind.NOT_FOUND, "/archive/missing");
        assertFails(() -> store.open("missing", 5, 5), Kind.NOT_FOUND, "/archive/missing");
    }

    @Test
    void aMissingBucketIsNamed() {
        // Given
        S3Store nowhere = S3Store.open(StoreLocation.parse("s3://caravan-no-such-bucket/archive"));

        // Then
        assertFails(nowhere::check, Kind.NO_BUCKET, "caravan-no-such-bucket");
        assertFails(() -> nowhere.list("topics/").toList(), Kind.NO_BUCKET, "caravan-no-such-bucket");
        assertFails(() -> nowhere.read("a"), Kind.NO_BUCKET, "caravan-no-such-bucket");
        assertFails(() -> nowhere.putIfAbsent("a", new byte[1]), Kind.NO_BUCKET, "caravan-no-such-bucket");
    }

    @Test
    void createsTheBucketWhereAskedTo() {
        // Given
        String bucket = s3.newBucket();
        s3.client().deleteBucket(request -> request.bucket(bucket));
        S3Store created = S3Store.open(StoreLocation.parse("s3://" + bucket));

        // When
        created.createBucket();
        created.createBucket();

        // Then
        assertThat(created.putIfAbsent("a", new byte[1])).isTrue();
        assertThat(created.list("").map(Entry::key)).containsExactly("a");
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

    private static void assertFails(Runnable action, Kind kind, String message) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.kind()).isEqualTo(kind);
                    assertThat(e.hint()).isNotBlank();
                })
                .hasMessageContaining(message);
    }

    private static long crc32c(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return crc.getValue();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
