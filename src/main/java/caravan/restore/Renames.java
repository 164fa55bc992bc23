package caravan.restore;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Names that topics get when they are restored. */
public record Renames(Map<String, String> targets) {

    /**
     * @param text {@code old=new}, comma-separated; may be empty
     * @throws RestoreException where it is something else
     */
    public static Renames parse(String text) {
        Map<String, String> targets = new LinkedHashMap<>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            String[] names = entry.strip().split("=", -1);
            if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
                throw new RestoreException(
                        RestoreException.Kind.CHOICE_NEEDED,
                        "'" + entry + "' does not say which topic gets which name",
                        "write --rename old=new");
            }
            if (targets.put(names[0], names[1]) != null) {
                throw new RestoreException(
                        RestoreException.Kind.CHOICE_NEEDED, "two names for the topic " + names[0], "give it one");
            }
        }
        return new Renames(targets);
    }

    /** The topics of the archive that get another name. */
    Set<String> sources() {
        return targets.keySet();
    }

    /** The name in the cluster of a topic of the archive. */
    public String target(String source) {
        return targets.getOrDefault(source, source);
    }
}
