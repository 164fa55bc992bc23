package caravan.manage;

import caravan.archive.TaskDocument;
import caravan.archive.TaskDocument.Origin;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A task as it is configured.
 *
 * @param name letters, digits, {@code .}, {@code _} and {@code -}; also its route's id
 * @param template the route template that it is made of
 * @param origin a route file, or the archive where it was made over HTTP
 * @param parameters of the template, as they were given; what is left out has its default
 */
public record TaskDefinition(String name, String template, Origin origin, Map<String, String> parameters) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

    public TaskDefinition {
        parameters = Map.copyOf(parameters);
    }

    /** Whether its name can be part of a key, a metric and an MBean's name. */
    boolean wellNamed() {
        return NAME.matcher(name).matches();
    }

    /** To be kept in the archive. */
    TaskDocument document(long now) {
        return TaskDocument.active(name, template, parameters, origin, now);
    }
}
