package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3ClientsTest {
    private static final List<String> SETTINGS = List.of("aws.endpointUrl", "aws.endpointUrlS3", "aws.region");

    private final Map<String, String> before = new HashMap<>();

    @BeforeEach
    void forgetSettings() {
        SETTINGS.forEach(name -> before.put(name, System.clearProperty(name)));
    }

    @AfterEach
    void putSettingsBack() {
        before.forEach((name, value) -> {
            if (value == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, value);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"aws.endpointUrl", "aws.endpointUrlS3"})
    void bucketsOfAnotherServerAreAddressedByPathAndNeedNoRegion(String setting) {
        System.setProperty(setting, "http://127.0.0.1:9000");

        try (S3Client client = S3Clients.create()) {
            assertThat(url(client)).isEqualTo(URI.create("http://127.0.0.1:9000/bucket/key"));
            assertThat(client.serviceClientConfiguration().region())
                    .isEqualTo(Region.of(
                            Optional.ofNullable(System.getenv("AWS_REGION")).orElse("us-east-1")));
        }
    }

    @Test
    void bucketsOfAmazonAreAddressedByHost() {
        System.setProperty("aws.region", "eu-central-1");

        try (S3Client client = S3Clients.create()) {
            assertThat(url(client)).isEqualTo(URI.create("https://bucket.s3.eu-central-1.amazonaws.com/key"));
        }
    }

    private static URI url(S3Client client) {
        return URI.create(client.utilities()
                .getUrl(request -> request.bucket("bucket").key("key"))
                .toString());
    }
}
