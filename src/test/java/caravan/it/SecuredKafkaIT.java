package caravan.it;

import static caravan.testbed.TopicContents.assertSameRecords;
import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.AwkwardRecords;
import caravan.testbed.CaravanCommands;
import caravan.testbed.Certificates;
import caravan.testbed.CommandResult;
import caravan.testbed.SecuredBroker;
import caravan.testbed.SecuredBroker.Listener;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kafka over TLS, with client certificates, and with SASL/SCRAM: the right settings, and what is said of wrong ones. */
@ExtendWith(TestServers.class)
class SecuredKafkaIT {
    private static final String USER = "caravan";
    private static final String PASSWORD = "pass=word with # and ${braces}";
    private static final Duration AT_ONCE = Duration.ofSeconds(15);

    /** A server that speaks another protocol just hangs up, so that nothing is known before the time is up. */
    private static final Map<String, String> IMPATIENT =
            Map.of("default.api.timeout.ms", "3000", "request.timeout.ms", "2000");

    private static SecuredBroker secured;

    @TempDir
    private Path directory;

    private static TestS3 s3;
    private static String topic;
    private static String store;

    @BeforeAll
    static void backedUp(TestS3 server, TestServers.Names names) {
        secured = SecuredBroker.started();
        secured.addUser(USER, PASSWORD);
        s3 = server;
        topic = names.topic("orders");
        store = s3.newStore();
        TestData data = new TestData(secured.broker());
        data.createTopic(topic, 2, Map.of("retention.ms", "-1"));
        data.send("none", AwkwardRecords.ordinary(topic, 0, 200, 100));
        new CaravanCommands(secured.broker().bootstrapServers(), s3)
                .backup(store, topic)
                .expect(0);
    }

    @AfterAll
    static void close() {
        secured.close();
    }

    @ParameterizedTest
    @EnumSource
    void aTopicGoesThereAndBack(Listener listener) throws IOException {
        // Given
        String config = file(settings(listener));
        String copy = topic + "-" + listener;
        String store = s3.newStore();

        // When
        commands(listener).backup(store, topic, "--kafka-config", config).expect(0);
        commands(listener)
                .restore(store, "--kafka-config", config, "--rename", topic + "=" + copy)
                .expect(0);

        // Then
        assertSameRecords(read(topic), read(copy));
        for (String renamed : List.of(topic, copy)) {
            CommandResult compared = commands(listener)
                    .onCluster("verify", store, new String[] {
                        "--against", "--kafka-config", config, "--rename", topic + "=" + renamed
                    })
                    .expect(0);
            assertThat(compared.out()).contains("200 records compared");
        }
    }

    @Test
    void settingsCanBeGivenOneByOne() {
        commands(Listener.SCRAM)
                .backup(s3.newStore(), topic, options(secured.scram(USER, PASSWORD)))
                .expect(0);
    }

    @Test
    void aWrongPassword() {
        refused(Listener.SCRAM, secured.scram(USER, "wrong"), "Authentication failed", "user, password");
    }

    @Test
    void anUnknownUser() {
        refused(Listener.SCRAM, secured.scram("nobody", PASSWORD), "Authentication failed", "user, password");
    }

    @Test
    void aMechanismThatTheBrokerDoesNotHave() {
        Map<String, String> settings = secured.scram(USER, PASSWORD);
        settings.put("sasl.mechanism", "SCRAM-SHA-256");
        refused(Listener.SCRAM, settings, "SCRAM-SHA-256", "sasl.mechanism");
    }

    @Test
    void noClientCertificate() {
        refused(Listener.MTLS, secured.tls(), "certificate", "ssl.keystore.location");
    }

    @Test
    void aClientCertificateOfAnotherAuthority() {
        Certificates others = new Certificates(directory, "others-secret");
        Map<String, String> settings = secured.mutualTls();
        settings.put("ssl.keystore.location", others.issue("caravan").toString());
        settings.put("ssl.keystore.password", others.password());
        refused(Listener.MTLS, settings, "certificate", "ssl.keystore.location");
    }

    @Test
    void aBrokerOfAnotherAuthority() {
        Certificates others = new Certificates(directory, "others-secret");
        Map<String, String> settings = secured.tls();
        settings.put("ssl.truststore.location", others.trustStore().toString());
        settings.put("ssl.truststore.password", others.password());
        refused(Listener.TLS, settings, "PKIX", "ssl.truststore.location");
    }

    @Test
    void aBrokerThatIsNotTheOneNamed() {
        String port = secured.bootstrapServers(Listener.TLS).split(":")[1];
        refused("localhost:" + port, secured.tls(), "localhost", "certificate is for the host");
    }

    @Test
    void aTrustStoreThatIsNotThere() {
        Map<String, String> settings = secured.tls();
        settings.put("ssl.truststore.location", "/no/such/trust.p12");
        refused(Listener.TLS, settings, "/no/such/trust.p12", "ssl.truststore");
    }

    @Test
    void aWrongPasswordOfAStore() {
        Map<String, String> settings = secured.tls();
        settings.put("ssl.truststore.password", "wrong-wrong");
        refused(Listener.TLS, settings, "password was incorrect", "ssl.truststore");
    }

    @Test
    void plainTextWhereTlsIsSpoken() {
        refused(Listener.TLS, IMPATIENT, "", "security.protocol");
    }

    @Test
    void tlsWherePlainTextIsSpoken() {
        Map<String, String> settings = secured.tls();
        settings.putAll(IMPATIENT);
        refused(secured.broker().bootstrapServers(), settings, "", "security.protocol");
    }

    private void refused(Listener listener, Map<String, String> settings, String error, String hint) {
        refused(secured.bootstrapServers(listener), settings, error, hint);
    }

    /** Backup and restore fail alike, though the archive is there. */
    private void refused(String bootstrapServers, Map<String, String> settings, String error, String hint) {
        CaravanCommands caravan = new CaravanCommands(bootstrapServers, s3);
        for (String command : List.of("backup", "restore")) {
            long begin = System.nanoTime();
            CommandResult result = caravan.onCluster(command, store, options(settings), "--topics", topic)
                    .expect(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
            assertThat(result.err())
                    .containsPattern("(?m)^error: .*" + error)
                    .containsPattern("(?m)^hint: .*" + hint)
                    .doesNotContain(PASSWORD);
        }
    }

    private CaravanCommands commands(Listener listener) {
        return new CaravanCommands(secured.bootstrapServers(listener), s3);
    }

    private static Map<String, String> settings(Listener listener) {
        return switch (listener) {
            case TLS -> secured.tls();
            case MTLS -> secured.mutualTls();
            case SCRAM -> secured.scram(USER, PASSWORD);
        };
    }

    private static String[] options(Map<String, String> settings) {
        List<String> options = new ArrayList<>();
        settings.forEach((name, value) -> options.addAll(List.of("--kafka-property", name + "=" + value)));
        return options.toArray(String[]::new);
    }

    private String file(Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(new LinkedHashMap<>(settings));
        Path file = Files.createTempFile(directory, "client", ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file.toString();
    }

    private static TopicContents read(String topic) {
        return TopicContents.read(secured.broker().bootstrapServers(), topic);
    }
}
