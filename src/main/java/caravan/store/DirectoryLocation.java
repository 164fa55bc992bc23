package caravan.store;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store in a directory, as a user names it: {@code file:///directory}. The path is taken as it is, without %-escapes.
 *
 * @param root absolute
 */
public record DirectoryLocation(Path root) {
    private static final String SCHEME = "file://";
    private static final String FORM = "write it as file:///directory, with its absolute path";
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");

    /** Reads {@code file:///some/directory}; a '/' at the end means nothing. */
    public static DirectoryLocation parse(String text) {
        if (!text.startsWith(SCHEME)) {
            throw new StoreLocationException("'" + text + "' is not a directory's URL", FORM);
        }
        String path = text.substring(SCHEME.length());
        if (!path.startsWith("/")) {
            throw new StoreLocationException(
                    path.isEmpty()
                            ? "'" + text + "' names no directory"
                            : "'" + text + "' names a host, '" + path.replaceAll("/.*", "") + "', or a relative path",
                    FORM);
        }
        Matcher escape = ESCAPE.matcher(path);
        if (escape.find()) {
            throw new StoreLocationException(
                    "'" + text + "' has the escape " + escape.group(), "write the directory's name as it is");
        }
        try {
            Path root = Path.of(path).normalize();
            if (root.getNameCount() == 0) {
                throw new StoreLocationException("'" + text + "' is the root of the file system", FORM);
            }
            return new DirectoryLocation(root);
        } catch (InvalidPathException e) {
            throw new StoreLocationException("'" + text + "' can't be a directory: " + e.getReason(), FORM);
        }
    }

    @Override
    public String toString() {
        return SCHEME + root;
    }
}
