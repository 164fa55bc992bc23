package caravan.store;

import caravan.store.StoreException.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import software.amazon.awssdk.http.TlsTrustManagersProvider;

/**
 * The certificates of authorities in a PEM file, trusted besides those that the JVM trusts. {@code AWS_CA_BUNDLE} names the
 * file, as it does for the AWS command line; the AWS SDK for Java does not know it.
 */
final class CertificateBundle implements TlsTrustManagersProvider {
    private static final String VARIABLE = "AWS_CA_BUNDLE";

    private final TrustManager[] managers;

    private CertificateBundle(TrustManager[] managers) {
        this.managers = managers;
    }

    /**
     * Empty where the variable is not set.
     *
     * @throws StoreException where the file can't be read, or has no certificate
     */
    static Optional<TlsTrustManagersProvider> of(Map<String, String> variables) {
        return Optional.ofNullable(variables.get(VARIABLE))
                .filter(file -> !file.isBlank())
                .map(CertificateBundle::read);
    }

    private static TlsTrustManagersProvider read(String file) {
        // Certificates are read byte by byte.
        try (InputStream pem = new BufferedInputStream(Files.newInputStream(Path.of(file)))) {
            List<Certificate> trusted = new ArrayList<>(defaults());
            Collection<? extends Certificate> own =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (own.isEmpty()) {
                throw new IOException("it has no certificate");
            }
            trusted.addAll(own);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : trusted) {
                store.setCertificateEntry(Integer.toString(store.size()), certificate);
            }
            return new CertificateBundle(managers(store));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new StoreException(
                    Kind.OTHER,
                    "the file " + file + " (" + VARIABLE + ") can't be used: " + e,
                    "name a file of certificates in PEM form",
                    e);
        }
    }

    private static List<X509Certificate> defaults() throws GeneralSecurityException {
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager x509) {
                return List.of(x509.getAcceptedIssuers());
            }
        }
        return List.of();
    }

    /**
     * @param store null: what the JVM trusts
     */
    private static TrustManager[] managers(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    @Override
    public TrustManager[] trustManagers() {
        return managers.clone();
    }
}
