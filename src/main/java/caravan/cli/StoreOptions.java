package caravan.cli;

import caravan.store.Store;
import caravan.store.Stores;
import caravan.store.WriteSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the archive is. */
class StoreOptions {

    @Option(
            names = "--store",
            paramLabel = "URI",
            required = true,
            description =
                    "The archive: s3://bucket/prefix or file:///directory. For S3, credentials, region and endpoint by the"
                            + " AWS SDK's own variables (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, …).")
    private String store;

    /** Opens the store, which must exist. */
    Store open() {
        Store opened = later();
        opened.check();
        return opened;
    }

    /** Opens the store, whether it answers or not. */
    Store later() {
        return Stores.open(store, settings());
    }

    /** How objects are stored. */
    WriteSettings settings() {
        return WriteSettings.NONE;
    }

    String location() {
        return store;
    }

    /** For commands that store something in an archive that is there. */
    static final class Existing extends StoreOptions {

        @Mixin
        private S3WriteOptions s3;

        @Override
        WriteSettings settings() {
            return s3.settings();
        }
    }

    /** For commands that write. */
    static final class Writable extends StoreOptions {

        @Option(names = "--create-bucket", description = "Create the bucket, or the directory, if it does not exist.")
        private boolean createBucket;

        /** Whether the bucket is to be created where it does not exist. */
        boolean createsBucket() {
            return createBucket;
        }

        @Mixin
        private S3WriteOptions s3;

        @Override
        WriteSettings settings() {
            return s3.settings();
        }

        @Override
        Store open() {
            Store opened = super.later();
            if (createBucket) {
                opened.create();
            }
            opened.check();
            opened.checkWritable();
            return opened;
        }
    }
}
