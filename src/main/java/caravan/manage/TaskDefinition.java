package caravan.manage;

import caravan.archive.TaskDocument;
import caravan.archive.TaskDocument.Origin;
import java.util.Map;

/**
 * A task as it is configured.
 *
 * @param name letters, digits, {@code .}, {@code _} and {@code -}; also its route's id
 * @param template the route template that it is made of
 * @param origin a route file, or the archive where it was made over HTTP
 * @param parameters of the template, as they were given; what is left out has its default
 */
public record TaskDefinition(String name, String template, Origin origin, Map<String, String> parameters) {
    public TaskDefinition {
        parameters = Map.copyOf(parameters);
    }

    /** To be kept in the archive. */
    TaskDocument document(long now) {
        return TaskDocument.active(name, template, parameters, origin, now);
    }
}
