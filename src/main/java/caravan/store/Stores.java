package caravan.store;

/** Opens stores by their names. */
public final class Stores {
    private static final String FORMS = "write it as s3://bucket/prefix, or file:///directory";

    private Stores() {}

    /**
     * Opens a store; nothing is asked of it yet.
     *
     * @param location {@code s3://bucket/prefix} or {@code file:///directory}
     * @throws StoreLocationException where it is neither
     */
    public static Store open(String location) {
        if (location.startsWith("s3:")) {
            return S3Store.open(S3Location.parse(location));
        }
        if (location.startsWith("file:")) {
            return new DirectoryStore(DirectoryLocation.parse(location));
        }
        throw new StoreLocationException(
                "'" + location + "' is not a store",
                location.startsWith("/") ? "write a directory as file://" + location : FORMS);
    }
}
