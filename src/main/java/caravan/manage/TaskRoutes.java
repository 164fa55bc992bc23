package caravan.manage;

import caravan.kafka.ChunkClients;
import caravan.kafka.Tasks;
import caravan.manage.TaskException.Kind;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of tasks, which have the tasks' names: adds, removes and steers them. What can't be done is a {@link TaskException}. */
final class TaskRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRoutes.class);

    private final Supplier<CamelContext> camel;
    private final Tasks tasks;
    /** Added without being started; a route that was never started can't be suspended. */
    private final Set<String> heldBack = ConcurrentHashMap.newKeySet();

    TaskRoutes(Supplier<CamelContext> camel, Tasks tasks) {
        this.camel = camel;
        this.tasks = tasks;
    }

    /** Whether there is a route of that name, of a task or not. */
    boolean has(String name) {
        return camel.get().getRoute(name) != null;
    }

    /** Whether it was added paused, and has not been resumed. */
    boolean heldBack(String name) {
        return heldBack.contains(name);
    }

    /** What a task is doing. */
    TaskState state(String name, ChunkClients.Task task) {
        TaskState state = TaskState.of(task, route(name));
        return state == TaskState.STOPPED && heldBack(name) ? TaskState.PAUSED : state;
    }

    /**
     * Makes a route of the task's template. Where it can't be, nothing of it stays. One at a time: the template is changed for it.
     *
     * @param paused whether it waits to be resumed
     */
    synchronized void add(TaskDefinition task, boolean paused) {
        RouteDefinition route = ((ModelCamelContext) camel.get())
                .getRouteTemplateDefinition(task.template())
                .getRoute();
        String autoStartup = route.getAutoStartup();
        if (paused) {
            heldBack.add(task.name());
        }
        try {
            // The new route is a copy of the template's, and Camel starts it as it is added, unless this says
            // otherwise.
            route.setAutoStartup(paused ? "false" : autoStartup);
            TemplatedRouteBuilder builder = TemplatedRouteBuilder.builder(camel.get(), task.template())
                    .routeId(task.name())
                    .prefixId(task.name() + "-");
            task.parameters().forEach(builder::parameter);
            builder.add();
        } catch (Exception e) {
            forget(task.name());
            throw new TaskException(
                    Kind.INVALID, "the task " + task.name() + " can't be made: " + deepest(e), "check its parameters");
        } finally {
            route.setAutoStartup(autoStartup);
        }
        if (tasks.named(task.name()).isEmpty()) {
            forget(task.name());
            throw new TaskException(
                    Kind.INVALID,
                    task.template() + " is no template of a backup or a restore",
                    "its route needs the policy of a task: see routes/templates");
        }
        LOG.info("{}: {} of {}", task.name(), paused ? "add, paused," : "add", task.template());
    }

    private void forget(String name) {
        heldBack.remove(name);
        try {
            camel.get().getRouteController().stopRoute(name);
            camel.get().removeRoute(name);
        } catch (Exception e) {
            LOG.warn("{}: its route could not be removed: {}", name, deepest(e));
        }
    }

    /** Stops a route, so that a backup stores what is open, and removes it. */
    void remove(String name) {
        change(name, "remove", context -> {
            context.getRouteController().stopRoute(name);
            context.removeRoute(name);
        });
        heldBack.remove(name);
    }

    /** Suspends a route: a backup stores what is open. One that was never started stays so. */
    void suspend(String name) {
        if (!heldBack(name)) {
            change(name, "pause", context -> context.getRouteController().suspendRoute(name));
        }
    }

    /** Stops a route. One that was never started stays so. */
    void stop(String name) {
        if (!heldBack(name)) {
            change(name, "stop", context -> context.getRouteController().stopRoute(name));
        }
    }

    /** Goes on with a route that was suspended or stopped, or never started. */
    void resume(String name) {
        ServiceStatus route = route(name);
        change(name, "resume", context -> {
            if (route != null && route.isSuspended()) {
                context.getRouteController().resumeRoute(name);
            } else {
                context.getRouteController().startRoute(name);
            }
        });
        heldBack.remove(name);
    }

    /** Stops a route and starts it. */
    void restart(String name) {
        change(name, "restart", context -> {
            context.getRouteController().stopRoute(name);
            context.getRouteController().startRoute(name);
        });
        heldBack.remove(name);
    }

    @FunctionalInterface
    private interface Change {
        void on(CamelContext context) throws Exception;
    }

    private void change(String name, String verb, Change change) {
        try {
            change.on(camel.get());
            LOG.info("{}: {}", name, verb);
        } catch (Exception e) {
            throw new TaskException(Kind.CONFLICT, "can't " + verb + " " + name + ": " + deepest(e), "see the log");
        }
    }

    private ServiceStatus route(String name) {
        return camel.get().getRouteController().getRouteStatus(name);
    }

    private static String deepest(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.toString() : at.getMessage();
    }
}
