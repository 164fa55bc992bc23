package caravan.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Credentials of which at least one is in a file, as Docker and Kubernetes hand out secrets: {@code AWS_ACCESS_KEY_ID_FILE},
 * {@code AWS_SECRET_ACCESS_KEY_FILE}, {@code AWS_SESSION_TOKEN_FILE}; the others may be plain variables. The files are read for
 * each request, so that they can be replaced at any time.
 */
final class FileCredentials implements AwsCredentialsProvider {
    private static final String ID = "AWS_ACCESS_KEY_ID";
    private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
    private static final String TOKEN = "AWS_SESSION_TOKEN";

    private final Map<String, String> variables;

    private FileCredentials(Map<String, String> variables) {
        this.variables = variables;
    }

    /**
     * Empty where no variable names a file.
     *
     * @throws StoreException if one does, and the credentials are not complete or not readable
     */
    static Optional<AwsCredentialsProvider> of(Map<String, String> variables) {
        if (List.of(ID, SECRET, TOKEN).stream().noneMatch(name -> variables.containsKey(name + "_FILE"))) {
            return Optional.empty();
        }
        FileCredentials credentials = new FileCredentials(variables);
        try {
            credentials.resolveCredentials();
        } catch (SdkClientException e) {
            throw new StoreException(
                    StoreException.Kind.DENIED,
                    "no S3 credentials: " + e.getMessage(),
                    "set " + ID + " or " + ID + "_FILE, and " + SECRET + " or " + SECRET + "_FILE",
                    e);
        }
        return Optional.of(credentials);
    }

    @Override
    public AwsCredentials resolveCredentials() {
        String id = required(ID);
        String secret = required(SECRET);
        return value(TOKEN)
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, secret, token))
                .orElseGet(() -> AwsBasicCredentials.create(id, secret));
    }

    private String required(String name) {
        return value(name).orElseThrow(() -> SdkClientException.create(name + " is not set"));
    }

    private Optional<String> value(String name) {
        String file = variables.get(name + "_FILE");
        if (file == null) {
            return Optional.ofNullable(variables.get(name));
        }
        try {
            return Optional.of(Files.readString(Path.of(file)).strip()).filter(value -> !value.isEmpty());
        } catch (IOException | IllegalArgumentException e) {
            throw SdkClientException.create("the file " + file + " (" + name + "_FILE) can't be read: " + e, e);
        }
    }
}
