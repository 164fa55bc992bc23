package caravan.kafka;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The tasks that run in this process. Route templates make them; each enters itself here. */
public final class Tasks implements AutoCloseable {
    private final List<ChunkClients.Task> tasks = new CopyOnWriteArrayList<>();

    public void enter(ChunkClients.Task task) {
        tasks.add(task);
    }

    /** Those of one kind, in the order in which they were made. */
    public <T extends ChunkClients.Task> List<T> of(Class<T> kind) {
        return tasks.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Ends what the tasks hold beside their routes. */
    @Override
    public void close() {
        tasks.forEach(ChunkClients.Task::close);
    }
}
