package caravan.manage;

import caravan.archive.DamagedObjectException;
import caravan.archive.TaskDocument;
import caravan.archive.TaskDocument.Origin;
import caravan.archive.TaskDocument.State;
import caravan.archive.UnsupportedFormatException;
import caravan.backup.BackupTask;
import caravan.kafka.ChunkClients;
import caravan.kafka.Tasks;
import caravan.manage.TaskException.Kind;
import caravan.restore.RestoreTask;
import caravan.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of a service: what they are, how they are, and what their operators do with them. What is done is kept in the archive,
 * so that it outlives this process. The changes of one task follow each other.
 */
public final class TaskControl {
    private static final Logger LOG = LoggerFactory.getLogger(TaskControl.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

    private static final String IN_A_FILE = "change it there, and restart the service";

    private final Tasks tasks;
    private final TaskRoutes routes;
    private final TaskFiles files;
    private final TaskTemplates templates;
    private final TaskJournal journal;
    private final Map<String, TaskDefinition> made = new ConcurrentHashMap<>();

    /** Kept in the archive, and not what this service can take. */
    private final Set<String> leftOut = ConcurrentHashMap.newKeySet();

    private final Turns turns = new Turns();

    private volatile boolean loaded;

    TaskControl(Tasks tasks, TaskRoutes routes, TaskFiles files, TaskTemplates templates, TaskJournal journal) {
        this.tasks = tasks;
        this.routes = routes;
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
                routes.state(name, task));
    }

    /** The backups among the tasks, by name, in the order of their names. */
    Map<String, BackupTask> backups() {
        Map<String, BackupTask> backups = new TreeMap<>();
        tasks.all().forEach((name, task) -> {
            if (task instanceof BackupTask backup) {
                backups.put(name, backup);
            }
        });
        return backups;
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
                        entry.getKey(), (RestoreTask) entry.getValue(), routes.state(entry.getKey(), entry.getValue())))
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
     * What a task of these parameters would be, and all that is wrong with them. Nothing is made or kept.
     *
     * @throws TaskException {@link Kind#NOT_FOUND} where there is no such template
     */
    Validation validate(String template, Map<String, String> parameters) {
        Map<String, String> completed = templates.completed(template, parameters);
        List<TaskProblem> problems =
                problems(new TaskDefinition("task", template, Origin.API, parameters), "a task of " + template);
        // What was refused may be a secret under another name.
        problems.stream()
                .map(TaskProblem::parameter)
                .filter(Objects::nonNull)
                .map(TaskTemplates::parameter)
                .forEach(completed::remove);
        return new Validation(template, Secrets.hidden(completed), problems);
    }

    /**
     * The parameters of a task of this template, as given or by default.
     *
     * @throws TaskException {@link Kind#NOT_FOUND} where there is no such template, {@link Kind#INVALID} where one of them is wrong
     */
    Map<String, String> checked(String template, Map<String, String> parameters) {
        Map<String, String> completed = templates.completed(template, parameters);
        problems(new TaskDefinition("task", template, Origin.API, parameters), "a task of " + template).stream()
                .findFirst()
                .ifPresent(problem -> {
                    throw problem.exception();
                });
        return completed;
    }

    /**
     * A task as the route file that makes the same one.
     *
     * @param format {@code yaml} or {@code xml}
     * @throws TaskException {@link Kind#NOT_FOUND}, {@link Kind#INVALID}
     */
    String route(String name, String format) {
        TaskStatus status = status(name);
        return RouteText.of(new TaskDefinition(name, status.template(), Origin.FILE, status.parameters()), format);
    }

    /**
     * A task that could be made, as the route file that makes it. Nothing is made.
     *
     * @param format {@code yaml} or {@code xml}
     * @throws TaskException {@link Kind#NOT_FOUND} where there is no such template, {@link Kind#INVALID}
     */
    String route(String name, String template, Map<String, String> parameters, String format) {
        TaskDefinition task = new TaskDefinition(name, template, Origin.API, parameters);
        templates.completed(template, parameters);
        check(task);
        return RouteText.of(task, format);
    }

    private List<TaskProblem> problems(TaskDefinition task, String called) {
        // What the templates make of a value may be in their error.
        List<TaskProblem> problems = new ArrayList<>(RemoteParameters.problems(task));
        Set<String> refused = problems.stream().map(TaskProblem::parameter).collect(Collectors.toSet());
        problems.addAll(templates.problems(task, called, refused));
        return problems;
    }

    /**
     * Makes a task, keeps it in the archive, and starts it.
     *
     * @param paused whether it is only started when it is resumed
     * @throws TaskException {@link Kind#INVALID}, {@link Kind#CONFLICT} where there is one of that name, {@link Kind#UNAVAILABLE}
     *     where it could not be kept
     */
    public TaskStatus create(String name, String template, Map<String, String> parameters, boolean paused) {
        return turns.in(name, () -> make(name, template, parameters, paused));
    }

    private TaskStatus make(String name, String template, Map<String, String> parameters, boolean paused) {
        TaskDefinition task = new TaskDefinition(name, template, Origin.API, parameters);
        check(task);
        if (tasks.named(name).isPresent() || routes.has(name)) {
            throw new TaskException(
                    Kind.CONFLICT, "there is a task or route " + name + " already", "choose another name");
        }
        requireLoaded();
        Optional<TaskDocument> there = kept(name).filter(TaskControl::madeOverHttp);
        if (there.isPresent() && !leftOut.contains(name) && !same(there.get(), task)) {
            throw new TaskException(
                    Kind.CONFLICT,
                    "another service on this archive has made another task " + name,
                    "choose another name; this service takes that one up when it is restarted");
        }
        // A restore that another service has done is done for this one, too.
        boolean done = there.filter(kept -> same(kept, task) && kept.state() == State.FINISHED)
                .isPresent();
        if (!done) {
            keep(task, paused ? State.PAUSED : State.ACTIVE);
        }
        try {
            add(task, paused);
        } catch (TaskException e) {
            // Else it would be tried again at every start.
            keep(task, State.DELETED);
            throw e;
        }
        return status(name);
    }

    private static boolean madeOverHttp(TaskDocument kept) {
        return kept.origin() == Origin.API && kept.state() != State.DELETED;
    }

    private static boolean same(TaskDocument kept, TaskDefinition task) {
        return kept.template().equals(task.template()) && kept.parameters().equals(task.parameters());
    }

    /** Else a task that is kept under that name would be lost. */
    private void requireLoaded() {
        if (!loaded) {
            throw new TaskException(
                    Kind.UNAVAILABLE,
                    "the tasks in the archive are not known yet",
                    "try again when the store answers; the log tells why it does not");
        }
    }

    /**
     * Makes a task, or gives the one of that name these parameters: the same call again changes nothing.
     *
     * @param paused whether one that is made waits to be resumed
     * @return whether it was made
     * @throws TaskException as {@link #create} and {@link #configure}; {@link Kind#CONFLICT} where it has another template
     */
    boolean put(String name, String template, Map<String, String> parameters, boolean paused) {
        return turns.in(name, () -> {
            requireLoaded();
            Optional<TaskDefinition> there = definition(name);
            if (there.isEmpty()) {
                make(name, template, parameters, paused);
                return true;
            }
            if (!there.get().template().equals(template)) {
                throw new TaskException(
                        Kind.CONFLICT,
                        "the task " + name + " is a " + there.get().template(),
                        "delete it, or choose another name");
            }
            if (!there.get().parameters().equals(parameters)) {
                change(name, parameters);
            }
            return false;
        });
    }

    /**
     * Gives a task that was made over HTTP these parameters in place of all that it had. One that runs is stopped, storing what is
     * open, and started with them; one that is paused stays so. Where they can't be, it goes on as it was.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}, {@link Kind#INVALID}, {@link Kind#CONFLICT} for a task of a route file and a
     *     restore that is not at its end, {@link Kind#UNAVAILABLE}
     */
    TaskStatus configure(String name, Map<String, String> parameters) {
        return turns.in(name, () -> change(name, parameters));
    }

    /** The parameters of a task as they were given, but for plain secrets. */
    Map<String, String> parameters(String name) {
        return status(name).parameters();
    }

    /**
     * Changes some parameters of a task that was made over HTTP, as {@link #configure} changes all.
     *
     * @param changes new values; empty for one that shall have its default again
     */
    TaskStatus amend(String name, Map<String, Optional<String>> changes) {
        return turns.in(name, () -> {
            require(name);
            Map<String, String> before = ofApi(name, IN_A_FILE).parameters();
            Map<String, String> after = new TreeMap<>(before);
            changes.forEach((parameter, value) -> {
                after.keySet().removeIf(known -> TaskTemplates.same(known, parameter));
                value.ifPresent(given -> after.put(parameter, given));
            });
            return after.equals(before) ? status(name) : change(name, after);
        });
    }

    private TaskStatus change(String name, Map<String, String> parameters) {
        require(name);
        TaskDefinition before = ofApi(name, IN_A_FILE);
        TaskDefinition after = new TaskDefinition(name, before.template(), Origin.API, parameters);
        check(after);
        TaskStatus status = status(name);
        boolean ended = status.is(TaskState.FINISHED) || status.is(TaskState.FAILED);
        boolean paused = status.is(TaskState.PAUSED) || status.is(TaskState.STOPPED);
        if (status.restore() != null && !ended && !routes.heldBack(name)) {
            throw new TaskException(
                    Kind.CONFLICT,
                    "the restore " + name + " has begun",
                    "let it end, or delete it and make another one");
        }
        State state = paused ? State.PAUSED : State.ACTIVE;
        keep(after, state);
        try {
            routes.remove(name);
        } catch (TaskException e) {
            keep(before, state);
            throw e;
        }
        try {
            add(after, paused);
        } catch (TaskException e) {
            keep(before, state);
            add(before, paused);
            throw e;
        }
        return status(name);
    }

    private TaskDefinition ofApi(String name, String hint) {
        TaskDefinition task = made.get(name);
        if (task == null) {
            throw new TaskException(Kind.CONFLICT, "the task " + name + " is in a route file", hint);
        }
        return task;
    }

    private void check(TaskDefinition task) {
        problems(task, "the task " + task.name()).stream().findFirst().ifPresent(problem -> {
            throw problem.exception();
        });
    }

    private void add(TaskDefinition task, boolean paused) {
        made.put(task.name(), task);
        try {
            routes.add(task, paused);
        } catch (TaskException e) {
            made.remove(task.name());
            throw e;
        }
    }

    /**
     * Stops a task that was made over HTTP, storing what is open, and removes it. What it backed up stays.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}, {@link Kind#CONFLICT} for a task of a route file and one that can't be stopped,
     *     {@link Kind#UNAVAILABLE}
     */
    public void delete(String name) {
        turns.run(name, () -> {
            require(name);
            TaskDefinition task = ofApi(name, "remove it there, and restart the service");
            boolean paused = status(name).is(TaskState.PAUSED);
            keep(task, State.DELETED);
            try {
                routes.remove(name);
            } catch (TaskException e) {
                keep(task, paused ? State.PAUSED : State.ACTIVE);
                throw e;
            }
            made.remove(name);
        });
    }

    /** Suspends a task's route: a backup stores what is open, and keeps its place and its membership. */
    public void pause(String name) {
        turns.run(name, () -> {
            require(name);
            refuseFinished(name);
            definition(name).ifPresent(task -> keep(task, State.PAUSED));
            routes.suspend(name);
        });
    }

    /**
     * Stops a backup, storing what is open: it leaves the consumer group, and keeps its place. After a restart of the process it is
     * paused.
     */
    public void stop(String name) {
        turns.run(name, () -> {
            require(name);
            if (status(name).restore() != null) {
                throw new TaskException(Kind.CONFLICT, "a restore is not stopped on its way", "pause it, or delete it");
            }
            definition(name).ifPresent(task -> keep(task, State.PAUSED));
            routes.stop(name);
        });
    }

    /** Goes on with a task that was paused or stopped. */
    public void resume(String name) {
        turns.run(name, () -> {
            require(name);
            definition(name).ifPresent(task -> keep(task, State.ACTIVE));
            routes.resume(name);
        });
    }

    /**
     * Stops a task and starts it anew: a backup where the archive ends, a restore from its beginning.
     *
     * @param onlyFailed whether one that has not failed is left alone
     */
    public void restart(String name, boolean onlyFailed) {
        turns.run(name, () -> {
            require(name);
            TaskStatus now = status(name);
            boolean failed = now.is(TaskState.FAILED);
            if (onlyFailed && !failed) {
                return;
            }
            // A restore that failed here because another service was doing it, and has done it, is done.
            boolean done = failed
                    && now.restore() != null
                    && kept(name).filter(kept -> kept.state() == State.FINISHED).isPresent();
            if (!done) {
                definition(name).ifPresent(task -> keep(task, State.ACTIVE));
            }
            routes.restart(name);
        });
    }

    /**
     * How fast a task moves, at most.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}
     */
    TaskRate rate(String name) {
        return new TaskRate(
                tasks.named(name).orElseThrow(() -> unknown(name)).rate().bytesPerSecond());
    }

    /**
     * Makes a task faster or slower at once, until it is made anew: then its parameter holds again.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}
     */
    TaskRate limit(String name, TaskRate rate) {
        tasks.named(name).orElseThrow(() -> unknown(name)).rate().limit(rate.bytesPerSecond());
        LOG.info("{}: at most {} bytes a second (0: no limit)", name, rate.bytesPerSecond());
        return rate(name);
    }

    private void refuseFinished(String name) {
        TaskStatus now = status(name);
        if (now.is(TaskState.FINISHED) || now.restore() != null && now.is(TaskState.FAILED)) {
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
    void load() {
        for (TaskDocument kept : journal.readAll()) {
            try {
                turns.run(kept.name(), () -> load(kept));
            } catch (TaskException e) {
                leftOut.add(kept.name());
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
            add(task, kept.state() == State.PAUSED);
        } else if (kept.state() == State.PAUSED && tasks.named(kept.name()).isPresent()) {
            routes.suspend(kept.name());
        }
    }

    /** What the archive keeps of a task; empty where there is nothing, or nothing that can be read. */
    private Optional<TaskDocument> kept(String name) {
        try {
            return asked(() -> journal.read(name));
        } catch (DamagedObjectException | UnsupportedFormatException e) {
            return Optional.empty();
        }
    }

    private void keep(TaskDefinition task, State state) {
        asked(() -> {
            journal.write(task.document(System.currentTimeMillis()).with(state, System.currentTimeMillis()));
            return null;
        });
    }

    // ----

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
}
