package caravan.manage;

import caravan.archive.TaskDocument.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.TemplatedRouteDefinition;

/**
 * The tasks of the route files, as they were written there. Bound in Camel's registry, it sees each file after it was read and
 * before routes are made of it, and refuses a task that its template can't take.
 */
public final class TaskFiles implements RouteBuilderLifecycleStrategy {
    private final TaskTemplates templates;
    private final Map<String, TaskDefinition> tasks = new ConcurrentHashMap<>();

    public TaskFiles(TaskTemplates templates) {
        this.templates = templates;
    }

    @Override
    public void afterConfigure(RouteBuilder file) {
        file.getRouteTemplateCollection().getRouteTemplates().forEach(templates::add);
        for (TemplatedRouteDefinition route : file.getTemplatedRouteCollection().getTemplatedRoutes()) {
            TaskDefinition task = task(route);
            templates.check(task);
            if (tasks.putIfAbsent(task.name(), task) != null) {
                throw new TaskException(
                        TaskException.Kind.CONFLICT,
                        "two tasks are called " + task.name(),
                        "give each templatedRoute a routeId of its own");
            }
        }
    }

    private static TaskDefinition task(TemplatedRouteDefinition route) {
        Map<String, String> parameters = new TreeMap<>();
        Optional.ofNullable(route.getParameters())
                .orElse(List.of())
                .forEach(parameter -> parameters.put(parameter.getName(), parameter.getValue()));
        String template = route.getRouteTemplateRef();
        if (route.getRouteId() == null) {
            throw new TaskException(
                    TaskException.Kind.INVALID,
                    "a task of " + template + " has no name",
                    "give the templatedRoute a routeId");
        }
        return new TaskDefinition(route.getRouteId(), template, Origin.FILE, parameters);
    }

    /** The task of this name; empty where no file has it. */
    Optional<TaskDefinition> named(String name) {
        return Optional.ofNullable(tasks.get(name));
    }
}
