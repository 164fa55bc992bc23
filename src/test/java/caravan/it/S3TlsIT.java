package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.catalog.Catalog;
import caravan.store.S3Location;
import caravan.store.S3Store;
import caravan.testbed.CaravanProcess;
import caravan.testbed.Certificates;
import caravan.testbed.CommandResult;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.utils.AttributeMap;

/** An S3 server whose certificate is signed by an authority of the user's own. */
class S3TlsIT {
    private static final String STORE = "s3://backups/kafka";

    @TempDir
    private Path directory;

    private Certificates certificates;
    private S3Proxy server;
    private Map<String, String> environment;

    @BeforeEach
    void aSecuredServerWithAnArchive() throws Exception {
        certificates = new Certificates(directory, "changeit");
        server = S3Proxy.builder()
                .blobStore(BlobStores.create("transient-nio2", new Properties()))
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(certificates.issue("s3").toString(), certificates.password())
                .awsAuthentication(AuthenticationType.AWS_V4, "user", "secret")
                .stopTimeout(0)
                .build();
        server.start();
        URI endpoint = URI.create("https://127.0.0.1:" + server.getSecurePort());
        environment = Map.of(
                "AWS_ENDPOINT_URL_S3", endpoint.toString(),
                "AWS_ACCESS_KEY_ID", "user",
                "AWS_SECRET_ACCESS_KEY", "secret");
        S3Client client = S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("user", "secret")))
                .httpClient(ApacheHttpClient.builder()
                        .buildWithDefaults(AttributeMap.builder()
                                .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                                .build()))
                .build();
        try (S3Store store = new S3Store(client, S3Location.parse(STORE))) {
            store.create();
            new Catalog(store).openOrCreate();
        }
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void isTrustedByTheAuthoritysCertificate() {
        list("AWS_CA_BUNDLE", certificates.authority().toString()).expect(0);
    }

    @Test
    void isTrustedByTheTrustStoreOfTheJvm() {
        list(
                        "JAVA_TOOL_OPTIONS",
                        "-Djavax.net.ssl.trustStore=" + certificates.trustStore()
                                + " -Djavax.net.ssl.trustStorePassword=" + certificates.password())
                .expect(0);
    }

    @Test
    void isNotTrustedUnlessTold() throws Exception {
        // Given
        Certificates strangers = new Certificates(Files.createDirectory(directory.resolve("strangers")), "changeit");

        // When
        CommandResult untold = list("AWS_CA_BUNDLE", "").expect(1);
        CommandResult wrong =
                list("AWS_CA_BUNDLE", strangers.authority().toString()).expect(1);
        CommandResult none = list(
                        "AWS_CA_BUNDLE", directory.resolve("missing.pem").toString())
                .expect(1);

        // Then
        assertThat(untold.err())
                .contains("error: ")
                .contains("certification path")
                .contains("AWS_CA_BUNDLE");
        assertThat(wrong.err())
                .contains("error: ")
                .contains("certification path")
                .contains("AWS_CA_BUNDLE");
        assertThat(none.err()).contains("missing.pem").contains("AWS_CA_BUNDLE").contains("hint: ");
    }

    private CommandResult list(String name, String value) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put(name, value);
        return CaravanProcess.run(variables, "list", "--store", STORE);
    }
}
