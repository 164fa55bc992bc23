package caravan.store;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store in a bucket, as a user names it: {@code s3://bucket/prefix}.
 *
 * @param prefix what all its keys start with: "" or ending in '/'
 */
public record S3Location(String bucket, String prefix) {
    private static final Pattern S3 = Pattern.compile("s3://([A-Za-z0-9._-]+)(?:/(.*))?");
    private static final String FORM = "write it as s3://bucket/prefix";

    /** Reads {@code s3://bucket}, {@code s3://bucket/} or {@code s3://bucket/some/prefix}; a '/' at the end means nothing. */
    public static S3Location parse(String text) {
        Matcher s3 = S3.matcher(text);
        if (!s3.matches()) {
            throw new StoreLocationException("'" + text + "' is not a bucket and a prefix", FORM);
        }
        String path = s3.group(2) == null ? "" : s3.group(2).replaceAll("/+$", "");
        if (path.isEmpty()) {
            return new S3Location(s3.group(1), "");
        }
        // Servers that keep objects in a file system refuse such names, or take them for others.
        if (List.of(path.split("/", -1)).stream().anyMatch(part -> part.matches("|\\.|\\.\\."))) {
            throw new StoreLocationException(
                    "the prefix '" + path + "' has an empty part, or one that is '.' or '..'", FORM);
        }
        return new S3Location(s3.group(1), path + "/");
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
    }
}
