package caravan.store;

import caravan.store.StoreException.Kind;
import java.net.UnknownHostException;
import java.util.List;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Says in a user's words what an S3 server or the SDK complained about. */
final class S3Errors {
    private final String where;
    private final String bucket;

    /**
     * @param endpoint the server's URL; "" for Amazon's own
     */
    S3Errors(S3Location location, String endpoint) {
        this.bucket = location.bucket();
        this.where = endpoint.isEmpty() ? "S3" : "S3 at " + endpoint;
    }

    /**
     * @param action what was tried, as in "can't {@code read s3://bucket/key}"
     */
    StoreException of(String action, SdkException cause) {
        if (cause instanceof S3Exception answer) {
            return ofAnswer(action, answer);
        }
        String reason = deepest(cause);
        if (reason.contains("Unable to load credentials")
                || cause.getMessage().contains("Unable to load credentials")) {
            return new StoreException(
                    Kind.DENIED,
                    "can't " + action + ": no S3 credentials",
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile (AWS_PROFILE)",
                    cause);
        }
        if (isTls(cause)) {
            return new StoreException(
                    Kind.UNREACHABLE,
                    "can't " + action + ": no TLS connection to " + where + ": " + reason,
                    "name the file with the certificate of the server's authority (PEM) in AWS_CA_BUNDLE, and the server in"
                            + " AWS_ENDPOINT_URL_S3 as its certificate does",
                    cause);
        }
        if (cause instanceof SdkClientException) {
            return new StoreException(
                    Kind.UNREACHABLE,
                    "can't " + action + ": " + where + " can't be reached: " + reason,
                    "check AWS_ENDPOINT_URL_S3 and the network",
                    cause);
        }
        return new StoreException(Kind.OTHER, "can't " + action + ": " + reason, "see --debug", cause);
    }

    /**
     * The same where something was to be deleted: what forbids that is more than what an account may do.
     *
     * @param action as above
     */
    StoreException ofDeletion(String action, SdkException cause) {
        StoreException explained = of(action, cause);
        boolean refused =
                cause instanceof S3Exception answer && List.of(403, 405, 409).contains(answer.statusCode());
        return refused
                ? new StoreException(
                        Kind.DENIED,
                        explained.getMessage(),
                        "who prunes needs the right s3:DeleteObject in the bucket '" + bucket
                                + "'; an object under object lock, or a legal hold, can't be deleted before its time",
                        cause)
                : explained;
    }

    private StoreException ofAnswer(String action, S3Exception answer) {
        String code =
                answer.awsErrorDetails() == null || answer.awsErrorDetails().errorCode() == null
                        ? ""
                        : answer.awsErrorDetails().errorCode();
        int status = answer.statusCode();
        String said = where + " answered " + status + (code.isEmpty() ? "" : " " + code);
        if (code.equals("NoSuchBucket")) {
            return new StoreException(
                    Kind.NO_BUCKET,
                    "the bucket '" + bucket + "' does not exist (" + where + ")",
                    "create it, or let a command that writes do so with --create-bucket",
                    answer);
        }
        if (status == 401 || status == 403) {
            return new StoreException(
                    Kind.DENIED,
                    "can't " + action + ": denied: " + said,
                    "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do in the bucket '" + bucket
                            + "'",
                    answer);
        }
        if (status == 404) {
            return new StoreException(
                    Kind.NOT_FOUND,
                    "can't " + action + ": it does not exist",
                    "list what is there with 'list'",
                    answer);
        }
        if (status == 301 || code.equals("AuthorizationHeaderMalformed") || code.equals("PermanentRedirect")) {
            return new StoreException(
                    Kind.OTHER,
                    "can't " + action + ": the bucket '" + bucket + "' is in another region: " + said,
                    "set AWS_REGION to the bucket's region",
                    answer);
        }
        if (code.equals("InvalidBucketName")) {
            return new StoreException(
                    Kind.OTHER,
                    "can't " + action + ": '" + bucket + "' can't be a bucket's name: " + said,
                    "names have 3 to 63 characters: lower-case letters, digits, '-' and '.'",
                    answer);
        }
        if (status >= 500 || status == 429) {
            return new StoreException(
                    Kind.UNREACHABLE,
                    "can't " + action + ": " + said,
                    "look at the server's own log, or try again later",
                    answer);
        }
        String reason = answer.awsErrorDetails() == null
                ? answer.getMessage()
                : answer.awsErrorDetails().errorMessage();
        return new StoreException(Kind.OTHER, "can't " + action + ": " + said + ": " + reason, "see --debug", answer);
    }

    private static boolean isTls(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        if (cause instanceof UnknownHostException) {
            return "unknown host " + message;
        }
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
