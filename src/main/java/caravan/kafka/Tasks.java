package caravan.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The tasks that run in this process, by the names of their routes. Route templates make them. Safe for any thread. */
public final class Tasks implements AutoCloseable {

    /** Hears of tasks as they come and go. */
    public interface Listener {
        void entered(String name, ChunkClients.Task task);

        void left(String name, ChunkClients.Task task);
    }

    private final Map<String, ChunkClients.Task> tasks = new ConcurrentSkipListMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** From now on, this listener hears of tasks that come and go; those that are there already are not told. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    void enter(String name, ChunkClients.Task task) {
        tasks.put(name, task);
        listeners.forEach(listener -> listener.entered(name, task));
    }

    /** Ends what the task holds beside its route. */
    void leave(String name, ChunkClients.Task task) {
        if (tasks.remove(name, task)) {
            listeners.forEach(listener -> listener.left(name, task));
            task.close();
        }
    }

    public Optional<ChunkClients.Task> named(String name) {
        return Optional.ofNullable(tasks.get(name));
    }

    /** What a task is called; empty where it is not one of these. */
    public Optional<String> nameOf(ChunkClients.Task task) {
        return tasks.entrySet().stream()
                .filter(entry -> entry.getValue() == task)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** All tasks by name, in the order of their names. */
    public Map<String, ChunkClients.Task> all() {
        return new TreeMap<>(tasks);
    }

    /** Those of one kind, in the order of their names. */
    public <T extends ChunkClients.Task> List<T> of(Class<T> kind) {
        return tasks.values().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Ends what the tasks hold beside their routes. */
    @Override
    public void close() {
        all().forEach(this::leave);
    }
}
