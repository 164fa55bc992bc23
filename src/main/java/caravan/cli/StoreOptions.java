package caravan.cli;

import caravan.store.S3Store;
import caravan.store.StoreLocation;
import picocli.CommandLine.Option;

/** Where the archive is. */
class StoreOptions {

    @Option(
            names = "--store",
            paramLabel = "URI",
            required = true,
            description =
                    "The archive: s3://bucket/prefix. Credentials, region and endpoint by the AWS SDK's own variables"
                            + " (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, …).")
    private String store;

    /** Opens the store, which must exist. */
    S3Store open() {
        S3Store opened = S3Store.open(StoreLocation.parse(store));
        opened.check();
        return opened;
    }

    /** Opens the store, whether it answers or not. */
    S3Store later() {
        return S3Store.open(StoreLocation.parse(store));
    }

    String location() {
        return store;
    }

    /** For commands that write. */
    static final class Writable extends StoreOptions {

        @Option(names = "--create-bucket", description = "Create the bucket if it does not exist.")
        private boolean createBucket;

        /** Whether the bucket is to be created where it does not exist. */
        boolean createsBucket() {
            return createBucket;
        }

        @Override
        S3Store open() {
            S3Store opened = S3Store.open(StoreLocation.parse(location()));
            if (createBucket) {
                opened.createBucket();
            }
            opened.check();
            return opened;
        }
    }
}
