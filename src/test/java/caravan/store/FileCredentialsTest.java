package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** S3 credentials in files, as Docker and Kubernetes hand them out. */
class FileCredentialsTest {
    @TempDir
    private Path directory;

    private Path secret;

    @BeforeEach
    void aSecret() throws IOException {
        secret = Files.writeString(directory.resolve("secret"), "s3cret\n");
    }

    @Test
    void theIdMayBeAVariable() {
        assertThat(credentials(Map.of("AWS_ACCESS_KEY_ID", "me", "AWS_SECRET_ACCESS_KEY_FILE", secret.toString()))
                        .resolveCredentials())
                .isEqualTo(AwsBasicCredentials.create("me", "s3cret"));
    }

    @Test
    void aSecretThatIsReplacedIsReadAgain() throws IOException {
        // Given
        Path token = Files.writeString(directory.resolve("token"), "t");
        AwsCredentialsProvider credentials = credentials(Map.of(
                "AWS_ACCESS_KEY_ID_FILE",
                Files.writeString(directory.resolve("id"), "me").toString(),
                "AWS_SECRET_ACCESS_KEY_FILE",
                secret.toString(),
                "AWS_SESSION_TOKEN_FILE",
                token.toString()));

        // When
        Files.writeString(secret, "new");

        // Then
        assertThat(credentials.resolveCredentials()).isEqualTo(AwsSessionCredentials.create("me", "new", "t"));
    }

    @Test
    void withoutFilesTheSdkLooksForItself() {
        assertThat(FileCredentials.of(Map.of("AWS_ACCESS_KEY_ID", "me"))).isEmpty();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> credentials(Map.of("AWS_SECRET_ACCESS_KEY_FILE", secret.toString())))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("AWS_ACCESS_KEY_ID is not set");
        assertThatThrownBy(() ->
                        credentials(Map.of("AWS_ACCESS_KEY_ID", "me", "AWS_SECRET_ACCESS_KEY_FILE", "/no/such/file")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("/no/such/file");
    }

    private static AwsCredentialsProvider credentials(Map<String, String> variables) {
        return FileCredentials.of(variables).orElseThrow();
    }
}
