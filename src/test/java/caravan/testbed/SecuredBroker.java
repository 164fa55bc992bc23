package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * An {@link EmbeddedBroker} that listens over TLS, TLS with client certificates, and TLS with SASL/SCRAM-SHA-512, too. Who
 * comes by the plain listener may do everything; others, where ACLs are on, only what they were allowed to.
 */
public final class SecuredBroker implements AutoCloseable {

    /** How a client connects. */
    public enum Listener {
        /** The broker shows a certificate. */
        TLS("SSL"),
        /** Broker and client show one. */
        MTLS("SSL"),
        /** The broker shows one, the client a user and a password. */
        SCRAM("SASL_SSL");

        private final String protocol;

        Listener(String protocol) {
            this.protocol = protocol;
        }
    }

    private final Path directory;
    private final Certificates certificates;
    private final Path clientKeys;
    private final EmbeddedBroker broker;

    private SecuredBroker(Path directory, boolean acls) throws IOException {
        this.directory = directory;
        certificates = new Certificates(directory, "store-" + UUID.randomUUID());
        clientKeys = certificates.issue("caravan");
        Map<String, String> settings = new HashMap<>();
        settings.put("ssl.keystore.location", certificates.issue("broker").toString());
        settings.put("ssl.keystore.password", certificates.password());
        settings.put("ssl.truststore.location", certificates.trustStore().toString());
        settings.put("ssl.truststore.password", certificates.password());
        settings.put("listener.name.mtls.ssl.client.auth", "required");
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put(
                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        if (acls) {
            settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
            settings.put("super.users", "User:ANONYMOUS");
        }
        Map<String, String> protocols = new HashMap<>();
        for (Listener listener : Listener.values()) {
            protocols.put(listener.name(), listener.protocol);
        }
        broker = EmbeddedBroker.started(protocols, settings);
    }

    /** A running broker that lets every client do everything. */
    public static SecuredBroker started() {
        return started(false);
    }

    /** A running broker that lets clients do what ACLs allow ({@code StandardAuthorizer}). */
    public static SecuredBroker withAcls() {
        return started(true);
    }

    private static SecuredBroker started(boolean acls) {
        try {
            return new SecuredBroker(Files.createTempDirectory("caravan-secured"), acls);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The broker, by its plain listener. */
    public EmbeddedBroker broker() {
        return broker;
    }

    public Certificates certificates() {
        return certificates;
    }

    /** Where clients of this kind connect. */
    public String bootstrapServers(Listener listener) {
        return broker.bootstrapServers(listener.name());
    }

    /** Lets a user in, with this password; returns when the broker knows it. */
    public void addUser(String user, String password) {
        try {
            broker.admin()
                    .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)))
                    .all()
                    .get();
            broker.admin().describeUserScramCredentials(List.of(user)).all().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Client settings that trust the broker. */
    public Map<String, String> tls() {
        Map<String, String> client = new LinkedHashMap<>();
        client.put("security.protocol", "SSL");
        client.put("ssl.truststore.location", certificates.trustStore().toString());
        client.put("ssl.truststore.password", certificates.password());
        return client;
    }

    /** Client settings that trust the broker, and show a certificate. */
    public Map<String, String> mutualTls() {
        Map<String, String> client = tls();
        client.put("ssl.keystore.location", clientKeys.toString());
        client.put("ssl.keystore.password", certificates.password());
        return client;
    }

    /** Client settings that trust the broker, and name a user. */
    public Map<String, String> scram(String user, String password) {
        Map<String, String> client = tls();
        client.put("security.protocol", "SASL_SSL");
        client.put("sasl.mechanism", "SCRAM-SHA-512");
        client.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
        return client;
    }

    @Override
    public void close() {
        broker.close();
        EmbeddedBroker.deleteRecursively(directory);
    }
}
