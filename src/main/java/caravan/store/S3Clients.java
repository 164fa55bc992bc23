package caravan.store;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * S3 clients set up by what the AWS SDK itself reads: environment variables ({@code AWS_ACCESS_KEY_ID},
 * {@code AWS_SECRET_ACCESS_KEY}, {@code AWS_REGION}, {@code AWS_ENDPOINT_URL_S3}, {@code AWS_ENDPOINT_URL}), Java system
 * properties, profiles and roles; by files that {@code AWS_SECRET_ACCESS_KEY_FILE} and the like name; and by the
 * certificates that {@code AWS_CA_BUNDLE} names. Where an endpoint is set, buckets are addressed by path, and the region need not be given.
 */
public final class S3Clients {
    private static final int CONNECTIONS = 128;

    private S3Clients() {}

    /** A new client; close it. No request is made yet. */
    public static S3Client create() {
        return create(WriteSettings.NONE);
    }

    /** A new client, all of whose PUTs have these settings; close it. No request is made yet. */
    public static S3Client create(WriteSettings settings) {
        boolean ownEndpoint = hasEndpoint();
        S3ClientBuilder builder = builder();
        FileCredentials.of(System.getenv()).ifPresent(builder::credentialsProvider);
        return builder.region(region(ownEndpoint))
                .forcePathStyle(ownEndpoint)
                // Objects carry their own checksums, which are checked with better words.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override ->
                        override.addExecutionInterceptor(new ChecksumHeader()).addExecutionInterceptor(settings))
                .httpClientBuilder(http())
                .build();
    }

    private static ApacheHttpClient.Builder http() {
        ApacheHttpClient.Builder http = ApacheHttpClient.builder()
                .maxConnections(CONNECTIONS)
                .connectionTimeout(Duration.ofSeconds(10))
                .connectionAcquisitionTimeout(Duration.ofSeconds(30))
                // Between two reads, not for the whole body.
                .socketTimeout(Duration.ofSeconds(60))
                .tcpKeepAlive(true);
        CertificateBundle.of(System.getenv()).ifPresent(http::tlsTrustManagersProvider);
        return http;
    }

    /** The SDK has many places for an endpoint; a client knows whether one of them named it. */
    private static boolean hasEndpoint() {
        try (S3Client client =
                builder().region(Region.US_EAST_1).httpClient(new Unconnected()).build()) {
            return client.serviceClientConfiguration().endpointOverride().isPresent();
        }
    }

    /** For a client that is only asked for its settings: a real one reads the authorities that are trusted. */
    private static final class Unconnected implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            throw new UnsupportedOperationException("this client connects to nothing");
        }

        @Override
        public void close() {}
    }

    private static S3ClientBuilder builder() {
        return S3Client.builder();
    }

    private static Region region(boolean ownEndpoint) {
        try {
            // The default chain would ask the metadata service of a machine that need not be Amazon's.
            return ownEndpoint
                    ? new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                            .getRegion()
                    : new DefaultAwsRegionProviderChain().getRegion();
        } catch (SdkClientException e) {
            if (ownEndpoint) {
                return Region.US_EAST_1;
            }
            throw new StoreException(
                    StoreException.Kind.OTHER,
                    "no AWS region is set",
                    "set AWS_REGION, or AWS_ENDPOINT_URL_S3 where the store is not Amazon's",
                    e);
        }
    }
}
