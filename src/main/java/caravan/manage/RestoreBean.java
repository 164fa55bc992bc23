package caravan.manage;

import caravan.restore.RestoreTask;
import java.util.function.Supplier;

/** What {@link RestoreMXBean} shows, read from the task each time. */
final class RestoreBean implements RestoreMXBean {
    private final RestoreTask task;
    private final Supplier<TaskState> state;

    RestoreBean(RestoreTask task, Supplier<TaskState> state) {
        this.task = task;
        this.state = state;
    }

    @Override
    public String getState() {
        return state.get().text();
    }

    @Override
    public String getLastFailure() {
        return TaskFailure.of(task).orElse("");
    }

    @Override
    public long getMaxRate() {
        return task.rate().bytesPerSecond();
    }

    @Override
    public void setMaxRate(long bytesPerSecond) {
        task.rate().limit(bytesPerSecond);
    }

    @Override
    public String getRestoreId() {
        return task.restoreId();
    }

    @Override
    public long getRecords() {
        return task.progress().records();
    }

    @Override
    public long getPlannedRecords() {
        return task.progress().plan().records();
    }

    @Override
    public long getBytes() {
        return task.progress().bytes();
    }

    @Override
    public long getPlannedBytes() {
        return task.progress().plan().bytes();
    }

    @Override
    public long getObjects() {
        return task.progress().objects();
    }

    @Override
    public String[] getAttention() {
        return task.report()
                .map(report -> report.attention().toArray(String[]::new))
                .orElse(new String[0]);
    }
}
