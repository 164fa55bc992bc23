package caravan.manage;

import caravan.archive.TaskDocument;
import caravan.archive.TaskDocument.Origin;
import caravan.archive.TaskDocument.State;
import caravan.kafka.ChunkClients;
import caravan.kafka.Tasks;
import caravan.manage.TaskException.Kind;
import caravan.restore.RestoreTask;
import caravan.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of a service: what they are, how they are, and what their operators do with them. What is done is kept in the archive,
 * so that it outlives this process. Calls change one task at a time.
 */
public final class TaskControl {
    private static final Logger LOG = LoggerFactory.getLogger(TaskControl.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

    private final Supplier<CamelContext> camel;
    private final Tasks tasks;
    private final TaskFiles files;
    private final TaskTemplates templates;
    private final TaskJournal journal;
    private final Map<String, TaskDefinition> made = new ConcurrentHashMap<>();
    private boolean loaded;

    TaskControl(
            Supplier<CamelContext> camel, Tasks tasks, TaskFiles files, TaskTemplates templates, TaskJournal journal) {
        this.camel = camel;
        this.tasks = tasks;
        this.files = files;
        this.templates = templates;
        this.journal = journal;
    }

    // ---- what there is ----

    /** All tasks, in the order of their names. */
    public List<TaskStatus> all() {
        return tasks.all().entrySet().stream()
                .map(task -> status(task.getKey(), task.getValue()))
                .toList();
    }

    /** @throws TaskException {@link Kind#NOT_FOUND} */
    public TaskStatus status(String name) {
        return tasks.named(name).map(task -> status(name, task)).orElseThrow(() -> unknown(name));
    }

    private TaskStatus status(String name, ChunkClients.Task task) {
        return TaskReading.of(
                definition(name).orElseGet(() -> new TaskDefinition(name, "", Origin.FILE, Map.of())),
                task,
                TaskState.of(task, route(name)));
    }

    Optional<TaskDefinition> definition(String name) {
        return files.named(name).or(() -> Optional.ofNullable(made.get(name)));
    }

    /** The templates that tasks are made of. */
    List<TemplateSummary> templates() {
        return templates.all();
    }

    /**
     * How a restore goes, or how it ended, by its id.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}, {@link Kind#UNAVAILABLE}
     */
    RestoreStatus restore(String restoreId) {
        if (!NAME.matcher(restoreId).matches()) {
            throw noRestore(restoreId);
        }
        Optional<RestoreStatus> mine = tasks.all().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof RestoreTask restore
                        && restore.restoreId().equals(restoreId))
                .map(entry -> RestoreStatus.of(
                        entry.getKey(),
                        (RestoreTask) entry.getValue(),
                        TaskState.of(entry.getValue(), route(entry.getKey()))))
                .findFirst();
        if (mine.isPresent() && !ended(mine.get())) {
            return mine.get();
        }
        // The report says more; it may not be stored yet, or never be where the store is away.
        return asked(() -> journal.report(restoreId))
                .map(RestoreStatus::of)
                .or(() -> mine)
                .orElseThrow(() -> noRestore(restoreId));
    }

    private static boolean ended(RestoreStatus restore) {
        return restore.state().equals(TaskState.FINISHED.text())
                || restore.state().equals(TaskState.FAILED.text());
    }

    private static TaskException noRestore(String restoreId) {
        return new TaskException(
                Kind.NOT_FOUND,
                "there is no report of a restore " + restoreId,
                "a report is written when a restore ends; GET /tasks shows the ids of those that run");
    }

    // ---- what is done with it ----

    /**
     * Makes a task, keeps it in the archive, and starts it.
     *
     * @throws TaskException {@link Kind#INVALID}, {@link Kind#CONFLICT} where there is one of that name, {@link Kind#UNAVAILABLE}
     *     where it could not be kept
     */
    public synchronized TaskStatus create(String name, String template, Map<String, String> parameters) {
        TaskDefinition task = new TaskDefinition(name, template, Origin.API, parameters);
        check(task);
        if (tasks.named(name).isPresent() || camel.get().getRoute(name) != null) {
            throw new TaskException(
                    Kind.CONFLICT, "there is a task or route " + name + " already", "choose another name");
        }
        if (!loaded) {
            throw new TaskException(
                    Kind.UNAVAILABLE,
                    "the tasks in the archive are not known yet",
                    "try again when the store answers; the log tells why it does not");
        }
        keep(task, State.ACTIVE);
        try {
            add(task);
        } catch (TaskException e) {
            // Else it would be tried again at every start.
            keep(task, State.DELETED);
            throw e;
        }
        return status(name);
    }

    private void check(TaskDefinition task) {
        if (!NAME.matcher(task.name()).matches()) {
            throw new TaskException(
                    Kind.INVALID,
                    "'" + task.name() + "' is no name for a task",
                    "use at most 200 letters, digits, '.', '_' and '-', and no dot at its begin");
        }
        // First: what the templates make of a value may be in their error.
        RemoteParameters.check(task);
        templates.check(task);
    }

    private void add(TaskDefinition task) {
        made.put(task.name(), task);
        try {
            TemplatedRouteBuilder builder = TemplatedRouteBuilder.builder(camel.get(), task.template())
                    .routeId(task.name())
                    .prefixId(task.name() + "-");
            task.parameters().forEach(builder::parameter);
            builder.add();
        } catch (Exception e) {
            forget(task);
            throw new TaskException(
                    Kind.INVALID, "the task " + task.name() + " can't be made: " + deepest(e), "check its parameters");
        }
        if (tasks.named(task.name()).isEmpty()) {
            forget(task);
            throw new TaskException(
                    Kind.INVALID,
                    task.template() + " is no template of a backup or a restore",
                    "its route needs the policy of a task: see routes/templates");
        }
    }

    /** Removes what there is of a task that could not be made. */
    private void forget(TaskDefinition task) {
        made.remove(task.name());
        try {
            camel.get().getRouteController().stopRoute(task.name());
            camel.get().removeRoute(task.name());
        } catch (Exception e) {
            LOG.warn("{}: its route could not be removed: {}", task.name(), deepest(e));
        }
    }

    /**
     * Stops a task that was made over HTTP, storing what is open, and removes it. What it backed up stays.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}, {@link Kind#CONFLICT} for a task of a route file, {@link Kind#UNAVAILABLE}
     */
    public synchronized void delete(String name) {
        require(name);
        TaskDefinition task = made.get(name);
        if (task == null) {
            throw new TaskException(
                    Kind.CONFLICT,
                    "the task " + name + " is in a route file",
                    "remove it there, and restart the service");
        }
        keep(task, State.DELETED);
        change(name, "remove", context -> {
            context.getRouteController().stopRoute(name);
            context.removeRoute(name);
        });
        made.remove(name);
    }

    /** Suspends a task's route: a backup stores what is open, and keeps its place and its membership. */
    public synchronized void pause(String name) {
        require(name);
        refuseFinished(name);
        definition(name).ifPresent(task -> keep(task, State.PAUSED));
        change(name, "pause", context -> context.getRouteController().suspendRoute(name));
    }

    /** Goes on with a task that was paused or stopped. */
    public synchronized void resume(String name) {
        require(name);
        definition(name).ifPresent(task -> keep(task, State.ACTIVE));
        ServiceStatus route = route(name);
        change(name, "resume", context -> {
            if (route != null && route.isSuspended()) {
                context.getRouteController().resumeRoute(name);
            } else {
                context.getRouteController().startRoute(name);
            }
        });
    }

    /** Stops a task and starts it anew: a backup where the archive ends, a restore from its beginning. */
    public synchronized void restart(String name) {
        require(name);
        definition(name).ifPresent(task -> keep(task, State.ACTIVE));
        change(name, "restart", context -> {
            context.getRouteController().stopRoute(name);
            context.getRouteController().startRoute(name);
        });
    }

    private void refuseFinished(String name) {
        TaskStatus now = status(name);
        if (now.restore() != null && !now.state().equals(TaskState.RUNNING.text())) {
            throw new TaskException(
                    Kind.CONFLICT,
                    "the restore " + name + " is " + now.state(),
                    "start it anew with PUT /tasks/" + name + "/restart");
        }
    }

    // ---- what is kept ----

    /**
     * Adds the tasks that are kept in the archive, and pauses those that were paused. Called once, when the store answers.
     *
     * @throws StoreException where it does not
     */
    synchronized void load() {
        for (TaskDocument kept : journal.readAll()) {
            try {
                load(kept);
            } catch (TaskException e) {
                LOG.error("the task {} is left out: {} ({})", kept.name(), e.getMessage(), e.hint());
            }
        }
        loaded = true;
    }

    private void load(TaskDocument kept) {
        boolean file = files.named(kept.name()).isPresent();
        if (kept.origin() == Origin.API && kept.state() != State.DELETED && !file && !made.containsKey(kept.name())) {
            TaskDefinition task = new TaskDefinition(kept.name(), kept.template(), Origin.API, kept.parameters());
            check(task);
            add(task);
        }
        if (kept.state() == State.PAUSED && tasks.named(kept.name()).isPresent()) {
            change(kept.name(), "pause", context -> context.getRouteController().suspendRoute(kept.name()));
        }
    }

    private void keep(TaskDefinition task, State state) {
        asked(() -> {
            journal.write(task.document(System.currentTimeMillis()).with(state, System.currentTimeMillis()));
            return null;
        });
    }

    // ----

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

    private void require(String name) {
        if (tasks.named(name).isEmpty()) {
            throw unknown(name);
        }
    }

    private TaskException unknown(String name) {
        return new TaskException(
                Kind.NOT_FOUND,
                "there is no task " + name,
                TaskTemplates.nearest(name, List.copyOf(tasks.all().keySet()))
                        .map(nearest -> "did you mean " + nearest + "?")
                        .orElse("GET /tasks shows all"));
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (StoreException e) {
            throw new TaskException(Kind.UNAVAILABLE, e.getMessage(), e.hint());
        }
    }

    private static String deepest(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.toString() : at.getMessage();
    }
}
