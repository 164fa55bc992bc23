package caravan.store;

/** Opens stores by their names. */
public final class Stores {
    private static final String FORMS = "write it as s3://bucket/prefix, or file:///directory";

    private Stores() {}

    /** Opens a store to read it; see the other method. */
    public static Store open(String location) {
        return open(location, WriteSettings.NONE);
    }

    /**
     * Opens a store; nothing is asked of it yet.
     *
     * @param location {@code s3://bucket/prefix} or {@code file:///directory}
     * @param settings how objects are stored, where that is in a bucket
     * @throws StoreLocationException where it is neither, or has no such settings
     */
    public static Store open(String location, WriteSettings settings) {
        if (location.startsWith("s3:")) {
            return S3Store.open(S3Location.parse(location), settings);
        }
        if (location.startsWith("file:")) {
            DirectoryLocation directory = DirectoryLocation.parse(location);
            if (!settings.equals(WriteSettings.NONE)) {
                throw new StoreLocationException(
                        "'" + location + "' is no bucket: it has no encryption, storage class or object lock",
                        "leave the --s3 options out, or name a store as s3://bucket/prefix");
            }
            return new DirectoryStore(directory);
        }
        throw new StoreLocationException(
                "'" + location + "' is not a store",
                location.startsWith("/") ? "write a directory as file://" + location : FORMS);
    }
}
