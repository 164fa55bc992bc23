package caravan.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What a client that tries nothing twice meets. */
@ExtendWith(TestServers.class)
class FaultyS3Test {
    /** So large that the client asks whether the server wants the body before it sends it. */
    private static final int LARGE = 3_000_000;

    private final byte[] body = new byte[LARGE];
    private TestS3 s3;
    private String bucket;
    private FaultyS3 proxy;
    private S3Client client;

    @BeforeEach
    void comeThroughTheProxy(TestS3 s3) {
        this.s3 = s3;
        new Random(3).nextBytes(body);
        bucket = s3.newBucket();
        proxy = new FaultyS3(s3.endpoint());
        client = S3Client.builder()
                .endpointOverride(proxy.endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        s3.environment().get("AWS_ACCESS_KEY_ID"),
                        s3.environment().get("AWS_SECRET_ACCESS_KEY"))))
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10_000, LARGE})
    void whatMeetsNoFaultPasses(int size) {
        // Given
        byte[] some = Arrays.copyOf(body, size);
        FaultyS3.Injection lists = proxy.watch(S3Requests.lists());

        // When, then: again and again over the connections that are there
        for (String key : new String[] {"a/b", "c d+e/ключ"}) {
            put(key, some);
            assertThat(s3.read(bucket, key)).isEqualTo(some);
            assertThat(get(key)).isEqualTo(some);
            assertThat(head(key).contentLength()).isEqualTo(size);
            assertThatThrownBy(() -> put(key, some))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
            assertThatThrownBy(() -> get("another/" + key)).isInstanceOf(NoSuchKeyException.class);
        }
        assertThat(client.listObjectsV2(request -> request.bucket(bucket)).contents())
                .hasSize(2);
        assertThat(lists.count()).isEqualTo(1);
    }

    @Test
    void anErrorMeetsAsManyRequestsAsWasSaidAndNoOthers() {
        // Given
        FaultyS3.Injection injection =
                proxy.inject(S3Fault.slowDown(), S3Requests.puts("\\.zip$").first(2));

        // When, then: with a body that waits for the server's word, and one that does not
        assertAnswered(503, () -> put("1.zip", body));
        put("1.json", body);
        assertAnswered(503, () -> put("1.zip", Arrays.copyOf(body, 100)));
        put("1.zip", body);
        assertThat(injection.count()).isEqualTo(2);
        assertThat(get("1.zip")).isEqualTo(body);
    }

    @Test
    void everyErrorHasItsStatusAndNothingReachesTheServer() {
        assertAnsweredOnce(S3Fault.internalError(), 500, "InternalError");
        assertAnsweredOnce(S3Fault.expiredCredentials(), 403, "ExpiredToken");
        assertAnsweredOnce(S3Fault.preconditionFailed(), 412, "PreconditionFailed");
        assertThat(s3.keys(bucket, "")).isEmpty();
    }

    @Test
    void aLostAnswerIsOneOfAPutThatIsDone() {
        proxy.inject(S3Fault.answerLost(), S3Requests.puts("lost").first(1));

        assertThatThrownBy(() -> put("lost", body)).isInstanceOf(SdkException.class);

        assertThat(s3.read(bucket, "lost")).isEqualTo(body);
        assertAnswered(412, () -> put("lost", body));
    }

    @Test
    void ofABodyThatIsCutOnTheWayNothingIsStored() {
        proxy.inject(S3Fault.requestCutAfter(LARGE / 2), S3Requests.puts("").first(1));

        assertThatThrownBy(() -> put("cut", body)).isInstanceOf(SdkException.class);

        assertThat(s3.keys(bucket, "")).isEmpty();
        put("cut", body);
    }

    @Test
    void anAnswerThatIsCutIsNotTakenForAWholeOne() {
        put("object", body);
        proxy.inject(
                S3Fault.answerCutAfter(LARGE / 2), S3Requests.gets("object").first(1));
        proxy.inject(S3Fault.answerResetAfter(10), S3Requests.gets("object").first(1));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> get("object")).isInstanceOf(SdkException.class);
        }

        assertThat(get("object")).isEqualTo(body);
    }

    @Test
    void aWrongEtagIsAllThatIsWrong() {
        proxy.inject(S3Fault.wrongEtag(), S3Requests.all().first(1));
        put("object", body);
        String etag = head("object").eTag();

        proxy.inject(S3Fault.wrongEtag(), S3Requests.all().first(1));

        assertThat(head("object").eTag()).isNotEqualTo(etag).matches("\"0{32}\"");
        assertThat(get("object")).isEqualTo(body);
    }

    @Test
    void chanceDecidesTheSameWayEachTime() {
        // Given
        S3Requests some = S3Requests.puts("").withChance(0.5, 17);

        // When
        FaultyS3.Injection first = proxy.inject(S3Fault.refused(), some);
        String oneWay = successes();
        first.end();
        proxy.inject(S3Fault.refused(), some);

        // Then
        assertThat(first.count()).isBetween(3, 17);
        assertThat(successes()).isEqualTo(oneWay).contains("+", "-");
    }

    @Test
    void aDelayTakesItsTimeAndAServerThatIsShutIsAway() {
        // Given
        proxy.inject(S3Fault.delayed(Duration.ofMillis(300)), S3Requests.all().first(1));
        long begin = System.nanoTime();

        // When
        put("late", body);

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));

        // When
        proxy.shut();

        // Then
        assertThatThrownBy(() -> get("late")).isInstanceOf(SdkException.class);
        proxy.open();
        assertThat(get("late")).isEqualTo(body);
    }

    /** One sign for each of 20 PUTs. */
    private String successes() {
        StringBuilder signs = new StringBuilder();
        IntStream.range(0, 20).forEach(i -> {
            try {
                client.putObject(request -> request.bucket(bucket).key("again"), RequestBody.fromString("again"));
                signs.append("+");
            } catch (SdkException e) {
                signs.append("-");
            }
        });
        return signs.toString();
    }

    private void assertAnsweredOnce(S3Fault fault, int status, String code) {
        proxy.inject(fault, S3Requests.all().first(1));
        assertThatThrownBy(() -> put("object", body)).isInstanceOfSatisfying(S3Exception.class, e -> {
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        });
    }

    private static void assertAnswered(int status, ThrowingCallable request) {
        assertThatThrownBy(request).isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode())
                .isEqualTo(status));
    }

    private void put(String key, byte[] content) {
        client.putObject(request -> request.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.fromBytes(content));
    }

    private byte[] get(String key) {
        return client.getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asByteArray();
    }

    private HeadObjectResponse head(String key) {
        return client.headObject(request -> request.bucket(bucket).key(key));
    }
}
