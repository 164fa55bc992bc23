package caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.testbed.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateBundleTest {

    @TempDir
    private Path directory;

    @Test
    void isAddedToWhatTheJvmTrusts() throws Exception {
        // Given
        Path pem = new Certificates(directory, "changeit").authority();
        TrustManagerFactory jvm = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        jvm.init((KeyStore) null);

        // When
        TrustManager[] managers = CertificateBundle.of(Map.of("AWS_CA_BUNDLE", pem.toString()))
                .orElseThrow()
                .trustManagers();

        // Then
        assertThat(issuers(managers)).isEqualTo(issuers(jvm.getTrustManagers()) + 1);
    }

    @Test
    void isOnlyWhatTheVariableNames() throws IOException {
        assertThat(CertificateBundle.of(Map.of())).isEmpty();
        assertThat(CertificateBundle.of(Map.of("AWS_CA_BUNDLE", ""))).isEmpty();
        for (String content : new String[] {"", "no certificate"}) {
            Path file = Files.writeString(directory.resolve("ca.pem"), content);
            assertThatThrownBy(() -> CertificateBundle.of(Map.of("AWS_CA_BUNDLE", file.toString())))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.hint()).contains("PEM"))
                    .hasMessageContaining(file.toString());
        }
    }

    private static int issuers(TrustManager... managers) {
        return ((X509TrustManager) managers[0]).getAcceptedIssuers().length;
    }
}
