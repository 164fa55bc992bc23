package caravan.testbed;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The S3 server: the one at {@code CARAVAN_TEST_S3_ENDPOINT} (with the SDK's variables for credentials), else MinIO, where its
 * binary is on the PATH or where Go installs it, else the embedded s3proxy, which keeps objects in memory. The latter two run in a
 * process of their own.
 */
public final class S3Server implements AutoCloseable {
    private static final String OUTSIDE = "CARAVAN_TEST_S3_ENDPOINT";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name;
    private final Map<String, String> environment;
    private final OptionalLong pid;
    private final Runnable stop;
    private final S3Client client;
    private final String bucket = "caravan-" + ProcessHandle.current().pid();

    private S3Server(String name, Map<String, String> environment, OptionalLong pid, Runnable stop) {
        this.name = name;
        this.environment = environment;
        this.pid = pid;
        this.stop = stop;
        this.client = client(endpoint());
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(SdkException.class)
                .until(() -> client.listBuckets() != null);
        client.createBucket(request -> request.bucket(bucket));
    }

    /** A server that answers, with an empty bucket. */
    public static S3Server start(Workspace workspace) {
        String outside = System.getenv(OUTSIDE);
        if (outside != null && !outside.isBlank()) {
            return new S3Server("S3 at " + outside, outsideEnvironment(outside), OptionalLong.empty(), () -> {});
        }
        return minio().map(binary -> minio(workspace, binary)).orElseGet(() -> embedded(workspace));
    }

    private static Map<String, String> outsideEnvironment(String endpoint) {
        Map<String, String> environment = System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("AWS_"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        environment.put("AWS_ENDPOINT_URL_S3", endpoint);
        environment.putIfAbsent("AWS_REGION", "us-east-1");
        return environment;
    }

    private static Optional<Path> minio() {
        Stream<String> path = Arrays.stream(System.getenv("PATH").split(":"));
        Stream<String> go = Stream.of(System.getenv("GOBIN"), System.getenv("GOPATH"))
                .filter(directory -> directory != null && !directory.isBlank())
                .flatMap(directory -> Stream.of(directory, directory + "/bin"));
        return Stream.of(path, go, Stream.of(System.getProperty("user.home") + "/go/bin"))
                .flatMap(directories -> directories)
                .map(directory -> Path.of(directory, "minio"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static S3Server minio(Workspace workspace, Path binary) {
        Path directory = workspace.directory("minio");
        int port = EmbeddedBroker.freePort();
        String key = "caravan-test";
        String secret = "caravan-test-secret";
        ProcessBuilder builder = new ProcessBuilder(
                        binary.toString(),
                        "server",
                        directory.resolve("data").toString(),
                        "--address",
                        "127.0.0.1:" + port,
                        "--console-address",
                        "127.0.0.1:0",
                        "--quiet")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().putAll(Map.of("MINIO_ROOT_USER", key, "MINIO_ROOT_PASSWORD", secret));
        Process process = workspace.start(builder);
        Map<String, String> environment = Map.of(
                "AWS_ENDPOINT_URL_S3",
                "http://127.0.0.1:" + port,
                "AWS_ACCESS_KEY_ID",
                key,
                "AWS_SECRET_ACCESS_KEY",
                secret,
                "AWS_REGION",
                "us-east-1");
        return new S3Server("MinIO", environment, OptionalLong.of(process.pid()), process::destroy);
    }

    private static S3Server embedded(Workspace workspace) {
        ServerProcess process =
                ServerProcess.start(workspace, workspace.directory("s3"), List.of("-Xmx6g"), S3Main.class, List.of());
        Map<String, String> environment = Arrays.stream(process.ready().split(" "))
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));
        return new S3Server(
                "s3proxy (embedded, in memory)", environment, OptionalLong.of(process.pid()), process::close);
    }

    /** What the server is. */
    public String name() {
        return name;
    }

    /** Where it listens, {@code http://host:port}. */
    public URI endpoint() {
        return URI.create(environment.get("AWS_ENDPOINT_URL_S3"));
    }

    /** The variables by which a process finds the server. */
    public Map<String, String> environment() {
        return environment;
    }

    /** A client that reaches the server at another address, a proxy's. */
    public S3Client client(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.of(environment.get("AWS_REGION")))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))))
                .build();
    }

    /** A client that is closed with this server. */
    public S3Client client() {
        return client;
    }

    /** The bucket of all archives. */
    public String bucket() {
        return bucket;
    }

    /** The URL of an archive of this name. */
    public String store(String archive) {
        return "s3://" + bucket + "/" + archive;
    }

    /** All objects of an archive. */
    public Stream<S3Object> objects(String archive) {
        return client
                .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix(archive)))
                .contents()
                .stream();
    }

    /** Deletes an archive. */
    public void delete(String archive) {
        client.listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix(archive))).stream()
                .map(page -> page.contents().stream()
                        .map(object ->
                                ObjectIdentifier.builder().key(object.key()).build())
                        .toList())
                .filter(keys -> !keys.isEmpty())
                .forEach(keys -> client.deleteObjects(request -> request.bucket(bucket)
                        .delete(Delete.builder().objects(keys).quiet(true).build())));
    }

    private static String prefix(String archive) {
        return archive.isEmpty() ? "" : archive + "/";
    }

    /** The server's process, where it is on this machine. */
    public OptionalLong pid() {
        return pid;
    }

    /** Stops what was started here; a bucket of a server that is somebody else's is deleted. */
    @Override
    public void close() {
        if (pid.isEmpty()) {
            delete("");
            client.deleteBucket(request -> request.bucket(bucket));
        }
        client.close();
        stop.run();
    }
}
