package caravan.testbed;

import java.io.IOException;

/** The embedded S3 server in a JVM of its own: prints its environment, and ends when standard input does. */
public final class S3Main {
    private S3Main() {}

    /** Takes no arguments. */
    public static void main(String[] args) throws IOException {
        try (TestS3 s3 = TestS3.embedded()) {
            System.out.println(s3.environment().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .reduce((one, other) -> one + " " + other)
                    .orElseThrow());
            while (System.in.read() >= 0) {
                // until its end
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
