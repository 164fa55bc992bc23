package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A certificate authority and what it signs, as PKCS#12 stores in a directory; made with the JDK's keytool. */
public final class Certificates {
    private final Path directory;
    private final String password;

    /**
     * Makes an authority.
     *
     * @param directory an empty one
     * @param password of all its stores; six characters or more
     */
    public Certificates(Path directory, String password) {
        this.directory = directory;
        this.password = password;
        keytool(
                "authority",
                "-genkeypair",
                "-alias",
                "ca",
                "-keyalg",
                "EC",
                "-dname",
                "CN=Authority " + UUID.randomUUID(),
                "-ext",
                "bc:c");
        Path certificate = directory.resolve("ca.pem");
        keytool("authority", "-exportcert", "-alias", "ca", "-rfc", "-file", certificate.toString());
        keytool("trust", "-importcert", "-alias", "ca", "-noprompt", "-file", certificate.toString());
    }

    /** The store with the authority's own certificate: who has it trusts all that is issued here. */
    public Path trustStore() {
        return store("trust");
    }

    /** The authority's own certificate, as PEM. */
    public Path authority() {
        return directory.resolve("ca.pem");
    }

    /** The password of all stores. */
    public String password() {
        return password;
    }

    /** A store with a new key and a certificate for it, for the host 127.0.0.1. */
    public Path issue(String commonName) {
        keytool(
                "authority",
                "-genkeypair",
                "-alias",
                commonName,
                "-keyalg",
                "EC",
                "-signer",
                "ca",
                "-dname",
                "CN=" + commonName,
                "-ext",
                "san=ip:127.0.0.1");
        keytool(
                commonName,
                "-importkeystore",
                "-srckeystore",
                store("authority").toString(),
                "-srcstorepass",
                password,
                "-srcalias",
                commonName);
        return store(commonName);
    }

    private Path store(String name) {
        return directory.resolve(name + ".p12");
    }

    private void keytool(String store, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        String prefix = List.of(arguments).contains("-importkeystore") ? "-dest" : "-";
        command.addAll(List.of(prefix + "keystore", store(store).toString(), prefix + "storepass", password));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + "\n" + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
