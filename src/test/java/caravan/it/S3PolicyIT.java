package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanProcess;
import caravan.testbed.CaravanService;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The shipped IAM policies are enough, and no more than enough. Needs a server with policies, such as MinIO. */
@ExtendWith(TestServers.class)
@Tag("s3-subset")
class S3PolicyIT {
    /** Actions that the policies grant, each with one that takes its place and helps nobody. */
    private static final Map<String, String> OTHERS = Map.of(
            "s3:ListBucket", "s3:ListBucketVersions",
            "s3:GetObject", "s3:GetObjectTagging",
            "s3:PutObject", "s3:PutObjectTagging");

    private EmbeddedBroker broker;
    private TestS3 s3;
    private TestData data;
    private String bucket;
    private String store;
    private String topic;
    private String copy;

    @BeforeEach
    void servers(EmbeddedBroker broker, TestS3 s3, TestServers.Names names) {
        assumeThat(s3.isEmbedded())
                .as("the embedded server has no policies: set " + TestS3.ENDPOINT_VARIABLE)
                .isFalse();
        this.broker = broker;
        this.s3 = s3;
        data = new TestData(broker);
        bucket = s3.newBucket();
        store = "s3://" + bucket + "/kafka";
        topic = names.topic("orders");
        copy = names.topic("copy");
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 100, 100));
    }

    @Test
    void theyAreEnough() throws IOException {
        // Given
        Map<String, String> writer = allowed(policy("backup"));
        Map<String, String> reader = allowed(policy("restore"));

        // When: the second run has an archive to go on with
        backup(writer).expect(0);
        data.send("none", AwkwardRecords.ordinary(topic, 1, 50, 100));
        backup(writer).expect(0);

        // Then
        run(reader, "list").expect(0);
        run(reader, "info", "--topic", topic).expect(0);
        run(reader, "verify", "--data").expect(0);
        run(reader, "restore", "--bootstrap-servers", broker.bootstrapServers(), "--rename", topic + "=" + copy)
                .expect(0);
        assertSameRecords(read(topic), read(copy));
    }

    @Test
    void aRestoreWritesNothingThatItCannotDoWithout(@TempDir Path routes) throws Exception {
        // Given: who may only read
        backup(allowed(policy("backup"))).expect(0);
        Map<String, String> reader = allowed(policy("restore").replace("s3:PutObject", "s3:PutObjectTagging"));
        List<String> before = s3.keys(bucket, "");

        // When
        run(reader, "restore", "--bootstrap-servers", broker.bootstrapServers(), "--rename", topic + "=" + copy)
                .expect(0);
        String second = copy + "-2";
        Files.writeString(
                routes.resolve("drill.camel.yaml"),
                """
                - templatedRoute:
                    routeTemplateRef: kafka-restore
                    routeId: drill
                    parameters:
                      - name: rename
                        value: %s=%s
                """
                        .formatted(topic, second));
        reader.put("CARAVAN_STORE", store);
        reader.put("CARAVAN_BOOTSTRAP_SERVERS", broker.bootstrapServers());
        reader.put("CARAVAN_ROUTES", routes.toString());
        try (CaravanService service = CaravanService.started(reader)) {
            service.until(() -> service.management("/observe/metrics")
                    .body()
                    .contains("caravan_restore_finished{task=\"drill\"} 1"));
            service.process().terminate();
            String log = service.process().await().expect(0).err();

            // Then
            assertThat(log).contains("so it begins again after a restart");
        }
        assertSameRecords(read(topic), read(copy));
        assertSameRecords(read(topic), read(second));
        assertThat(s3.keys(bucket, "")).isEqualTo(before);
    }

    @Test
    void nothingCanBeDeletedWithThem() throws IOException {
        // Given
        backup(allowed(policy("backup"))).expect(0);
        String key = s3.keys(bucket, "kafka/topics/").get(0);

        for (String name : List.of("backup", "restore")) {
            // When
            try (S3Client client = client(allowed(policy(name)))) {
                assertThatThrownBy(() -> client.deleteObject(
                                request -> request.bucket(bucket).key(key)))
                        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode())
                                .isEqualTo(403));
                assertThatThrownBy(() -> client.getObject(
                                request -> request.bucket(bucket).key("other/object")))
                        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode())
                                .isEqualTo(403));
            }
        }

        // Then
        assertThat(s3.keys(bucket, "kafka/topics/")).contains(key);
    }

    @Test
    void onlyWhoMayPruneCanDeleteAndNothingButObjectsAndGaps() throws IOException {
        // Given: two old objects of a partition
        Map<String, String> writer = allowed(policy("backup"));
        backup(writer).expect(0);
        data.send("none", AwkwardRecords.ordinary(topic, 0, 50, 100));
        backup(writer).expect(0);
        List<String> before = s3.keys(bucket, "kafka/topics/");

        // When: somebody with one action less tries
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            CommandResult denied = run(
                            allowed(policy("prune").replace(other.getKey(), other.getValue())),
                            "prune",
                            "--older-than",
                            "1d")
                    .expect(1);
            assertThat(denied.err()).contains("denied").contains("hint: ");
            assertThat(s3.keys(bucket, "kafka/topics/")).isEqualTo(before);
        }

        // When: somebody without the right to delete tries
        CommandResult refused = run(writer, "prune", "--older-than", "1d").expect(1);

        // Then: every object is there, and whoever looks is told
        assertThat(refused.err()).contains("denied", "hint: ", "s3:DeleteObject");
        assertThat(s3.keys(bucket, "kafka/topics/")).containsAll(before);
        assertThat(run(writer, "verify").expect(3).out()).contains("1 of its objects is still there");

        // When
        Map<String, String> pruner = allowed(policy("prune"));
        run(pruner, "prune", "--older-than", "1d", "--dry-run").expect(0);
        run(pruner, "prune", "--older-than", "1d").expect(0);

        // Then
        assertThat(s3.keys(bucket, "kafka/topics/")).hasSameSizeAs(before).isNotEqualTo(before);
        run(writer, "restore", "--bootstrap-servers", broker.bootstrapServers(), "--rename", topic + "=" + copy)
                .expect(3);
        try (S3Client client = client(pruner)) {
            for (String key : List.of("kafka/archive.json", snapshot())) {
                assertThatThrownBy(() -> client.deleteObject(
                                request -> request.bucket(bucket).key(key)))
                        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode())
                                .isEqualTo(403));
            }
        }
    }

    private String snapshot() {
        return s3.keys(bucket, "kafka/topics/").stream()
                .filter(key -> key.endsWith(".json"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void withOneActionLessItIsDenied() throws IOException {
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            // When
            CommandResult refused = backup(allowed(policy("backup").replace(other.getKey(), other.getValue())))
                    .expect(1);

            // Then
            assertThat(refused.err()).contains("denied").contains("hint: ");
        }
        assertThat(s3.keys(bucket, "")).isEmpty();
    }

    private String policy(String name) throws IOException {
        return Files.readString(Path.of("src/main/deploy/iam-policy-" + name + ".json"))
                .replace("BUCKET", bucket)
                .replace("PREFIX", "kafka");
    }

    /** The environment of somebody who has the server's rights as far as the policy grants them. */
    private Map<String, String> allowed(String policy) {
        Map<String, String> environment = new HashMap<>(s3.environment());
        try (StsClient sts = StsClient.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.of(environment.get("AWS_REGION")))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))))
                .build()) {
            Credentials session = sts.assumeRole(request -> request.policy(policy)
                            .roleArn("arn:aws:iam::0:role/caravan")
                            .roleSessionName("caravan"))
                    .credentials();
            environment.put("AWS_ACCESS_KEY_ID", session.accessKeyId());
            environment.put("AWS_SECRET_ACCESS_KEY", session.secretAccessKey());
            environment.put("AWS_SESSION_TOKEN", session.sessionToken());
            return environment;
        }
    }

    private S3Client client(Map<String, String> environment) {
        return S3Client.builder()
                .endpointOverride(s3.endpoint())
                .forcePathStyle(true)
                .region(Region.of(environment.get("AWS_REGION")))
                .credentialsProvider(StaticCredentialsProvider.create(AwsSessionCredentials.create(
                        environment.get("AWS_ACCESS_KEY_ID"),
                        environment.get("AWS_SECRET_ACCESS_KEY"),
                        environment.get("AWS_SESSION_TOKEN"))))
                .build();
    }

    private CommandResult backup(Map<String, String> environment) {
        return run(
                environment,
                "backup",
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--topics",
                topic,
                "--until-now",
                "--store-timeout",
                "5s");
    }

    private CommandResult run(Map<String, String> environment, String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, "--store", store));
        arguments.addAll(List.of(options));
        return CaravanProcess.run(environment, arguments.toArray(String[]::new));
    }

    private TopicContents read(String name) {
        return TopicContents.read(broker.bootstrapServers(), name);
    }
}
