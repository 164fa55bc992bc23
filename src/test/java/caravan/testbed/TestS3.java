package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The S3 server of the tests: the one at {@code CARAVAN_TEST_S3_ENDPOINT} (with {@code AWS_ACCESS_KEY_ID},
 * {@code AWS_SECRET_ACCESS_KEY} and {@code AWS_REGION}), else an s3proxy in this JVM that keeps its objects in memory. The
 * system property {@code caravan.test.s3=embedded} forces the latter.
 *
 * <p>Each start appends a line, {@code <server> <endpoint>}, to {@code target/s3-servers.txt}, so that a build can check
 * which servers its tests really used.
 */
public final class TestS3 implements AutoCloseable {
    /** The environment variable with the URL of an S3 server to test against. */
    public static final String ENDPOINT_VARIABLE = "CARAVAN_TEST_S3_ENDPOINT";

    private static final Path USED = Path.of("target", "s3-servers.txt");

    private final Optional<S3Proxy> embedded;
    private final String server;
    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;
    private final String region;
    private final S3Client client;
    private final List<String> buckets = new CopyOnWriteArrayList<>();

    private TestS3(
            Optional<S3Proxy> embedded,
            String server,
            URI endpoint,
            String accessKey,
            String secretKey,
            String region) {
        this.embedded = embedded;
        this.server = server;
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.region = region;
        this.client = S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.of(region))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .build();
    }

    /** The server that the environment names, else a new embedded one. Fails if the named one does not answer. */
    public static TestS3 started() {
        String outside = System.getenv(ENDPOINT_VARIABLE);
        boolean forced = "embedded".equals(System.getProperty("caravan.test.s3"));
        TestS3 s3 = forced || outside == null || outside.isBlank() ? embedded() : outside(URI.create(outside));
        s3.client.listBuckets();
        s3.noteUse();
        return s3;
    }

    /** A new embedded server, whatever the environment names. */
    public static TestS3 embedded() {
        try {
            String accessKey = "caravan-test";
            String secretKey = "caravan-test-secret";
            S3Proxy proxy = S3Proxy.builder()
                    .blobStore(BlobStores.create("transient-nio2", new Properties()))
                    .endpoint(URI.create("http://127.0.0.1:0"))
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .stopTimeout(0)
                    .build();
            proxy.start();
            URI endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
            return new TestS3(Optional.of(proxy), "s3proxy (embedded)", endpoint, accessKey, secretKey, "us-east-1");
        } catch (Exception e) {
            throw new IllegalStateException("the embedded S3 server did not start", e);
        }
    }

    private static TestS3 outside(URI endpoint) {
        return new TestS3(
                Optional.empty(),
                serverHeader(endpoint),
                endpoint,
                variable("AWS_ACCESS_KEY_ID"),
                variable("AWS_SECRET_ACCESS_KEY"),
                Optional.ofNullable(System.getenv("AWS_REGION")).orElse("us-east-1"));
    }

    /** What the server calls itself: {@code MinIO}, {@code s3proxy (embedded)}, … */
    public String server() {
        return server;
    }

    /** Whether the server runs in this JVM. */
    public boolean isEmbedded() {
        return embedded.isPresent();
    }

    /** Where the server listens, {@code http://host:port}. */
    public URI endpoint() {
        return endpoint;
    }

    /** A client with this server's endpoint and credentials, closed with it. */
    public S3Client client() {
        return client;
    }

    /** Creates a bucket with a name of its own; deleted, with its objects, by {@link #close()}. */
    public String newBucket() {
        return createBucket("caravan-" + UUID.randomUUID());
    }

    /** Creates a bucket of this name, which no other may have; returns the name. */
    public String createBucket(String bucket) {
        client.createBucket(request -> request.bucket(bucket));
        buckets.add(bucket);
        return bucket;
    }

    /** The URL of an empty store in a bucket of its own: {@code s3://bucket/archive}. */
    public String newStore() {
        return "s3://" + newBucket() + "/archive";
    }

    /** All keys of a bucket that start with {@code prefix}, in S3's order. */
    public List<String> keys(String bucket, String prefix) {
        return client.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /** An object's body. */
    public byte[] read(String bucket, String key) {
        return client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asByteArray();
    }

    /** Stores an object, over an older one of that key. */
    public void write(String bucket, String key, byte[] body) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(body));
    }

    /** The environment variables by which a child process finds this server. */
    public Map<String, String> environment() {
        return Map.of(
                "AWS_ENDPOINT_URL_S3", endpoint.toString(),
                "AWS_ACCESS_KEY_ID", accessKey,
                "AWS_SECRET_ACCESS_KEY", secretKey,
                "AWS_REGION", region);
    }

    /** The system properties by which an AWS client in this JVM finds this server. */
    public Map<String, String> systemProperties() {
        return Map.of(
                "aws.endpointUrlS3", endpoint.toString(),
                "aws.accessKeyId", accessKey,
                "aws.secretAccessKey", secretKey,
                "aws.region", region);
    }

    @Override
    public void close() {
        if (!isEmbedded()) {
            buckets.forEach(this::deleteBucket);
        }
        client.close();
        embedded.ifPresent(proxy -> {
            try {
                proxy.stop();
            } catch (Exception e) {
                throw new IllegalStateException("the embedded S3 server did not stop", e);
            }
        });
    }

    private void deleteBucket(String bucket) {
        try {
            keys(bucket, "")
                    .forEach(key -> client.deleteObject(
                            request -> request.bucket(bucket).key(key)));
            client.deleteBucket(request -> request.bucket(bucket));
        } catch (S3Exception e) {
            System.err.println("left behind: bucket " + bucket + ": " + e.getMessage());
        }
    }

    private void noteUse() {
        try {
            Files.createDirectories(USED.getParent());
            Files.writeString(
                    USED, server + " " + endpoint + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String serverHeader(URI endpoint) {
        try {
            HttpResponse<Void> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(endpoint).build(), HttpResponse.BodyHandlers.discarding());
            return answer.headers().firstValue("Server").orElse("unnamed server");
        } catch (IOException e) {
            throw new UncheckedIOException("no S3 server at " + endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String variable(String name) {
        return Optional.ofNullable(System.getenv(name))
                .orElseThrow(() -> new IllegalStateException(ENDPOINT_VARIABLE + " is set, but not " + name));
    }
}
