package caravan.manage;

import caravan.archive.TaskDocument.Origin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.StringHelper;

/**
 * The tasks of the route files, as they were written there. Bound in Camel's registry, it sees each file after it was read and
 * before routes are made of it; when all were read, it refuses a task that its template can't take.
 */
public final class TaskFiles implements RouteBuilderLifecycleStrategy {
    private final TaskTemplates templates;
    private final Map<String, TaskDefinition> tasks = new ConcurrentSkipListMap<>();
    private final Map<String, String> files = new ConcurrentSkipListMap<>();

    public TaskFiles(TaskTemplates templates) {
        this.templates = templates;
    }

    @Override
    public void afterConfigure(RouteBuilder builder) {
        builder.getRouteTemplateCollection().getRouteTemplates().forEach(templates::add);
        builder.getRouteCollection().getRoutes().stream()
                .map(RouteDefinition::getInput)
                .map(FromDefinition::getEndpointUri)
                .forEach(uri -> templates.addInput(StringHelper.before(uri, "?", uri)));
        String file = Optional.ofNullable(builder.getResource())
                .map(Resource::getLocation)
                .map(location -> location.replaceFirst("^file:(//)?", ""))
                .orElse("a route file");
        for (TemplatedRouteDefinition route :
                builder.getTemplatedRouteCollection().getTemplatedRoutes()) {
            enter(route, file);
        }
    }

    private void enter(TemplatedRouteDefinition route, String file) {
        String template = route.getRouteTemplateRef();
        String name = route.getRouteId();
        if (name == null || name.isBlank()) {
            throw new TaskException(
                    TaskException.Kind.INVALID,
                    "a task of " + template + " in " + file + " has no name",
                    "give the templatedRoute a routeId");
        }
        if (files.putIfAbsent(name, file) != null) {
            throw new TaskException(
                    TaskException.Kind.CONFLICT,
                    "two tasks are called " + name + ": in " + files.get(name) + " and in " + file,
                    "give each templatedRoute a routeId of its own");
        }
        tasks.put(name, new TaskDefinition(name, template, Origin.FILE, parameters(route, called(name))));
        if (route.getPrefixId() == null) {
            // The ids of a route's steps are unique in a service.
            route.setPrefixId(name + "-");
        }
    }

    private static Map<String, String> parameters(TemplatedRouteDefinition route, String called) {
        Map<String, String> parameters = new TreeMap<>();
        Optional.ofNullable(route.getParameters()).orElse(List.of()).forEach(parameter -> {
            if (parameters.put(TaskTemplates.parameter(parameter.getName()), parameter.getValue()) != null) {
                throw new TaskException(
                        TaskException.Kind.INVALID,
                        called + ": '" + parameter.getName() + "' is given twice",
                        "give it once");
            }
        });
        return parameters;
    }

    private String called(String name) {
        return "the task " + name + " in " + files.get(name);
    }

    /**
     * Called when all files were read.
     *
     * @throws TaskException that names the task, its file, and what is wrong
     */
    public void check() {
        tasks.forEach((name, task) -> templates.check(task, called(name)));
    }

    /** The task of this name; empty where no file has it. */
    Optional<TaskDefinition> named(String name) {
        return Optional.ofNullable(tasks.get(name));
    }
}
