package caravan.manage;

import caravan.backup.BackupTask;
import caravan.backup.PartitionLag;
import caravan.catalog.ArchiveCheck;
import caravan.catalog.Finding;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What {@link BackupMXBean} shows, read from the task each time. */
final class BackupBean implements BackupMXBean {
    private static final Duration FLUSH_TIMEOUT = Duration.ofMinutes(1);

    private final BackupTask task;
    private final Supplier<TaskState> state;

    BackupBean(BackupTask task, Supplier<TaskState> state) {
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
    public long getLagRecords() {
        return task.lag().stream().mapToLong(PartitionLag::records).sum();
    }

    @Override
    public double getLagSeconds() {
        return task.lag().stream()
                .map(PartitionLag::waiting)
                .mapToDouble(BackupBean::seconds)
                .max()
                .orElse(0);
    }

    @Override
    public Map<String, Long> getStoredOffsets() {
        Map<String, Long> offsets = new TreeMap<>();
        task.lag().forEach(lag -> offsets.put(lag.partition().toString(), lag.stored()));
        return offsets;
    }

    @Override
    public long getStoredRecords() {
        return task.progress().recordsStored();
    }

    @Override
    public long getStoredObjects() {
        return task.progress().objectsStored();
    }

    @Override
    public long getStoredBytes() {
        return task.progress().bytesStored();
    }

    @Override
    public long getStoredLogBytes() {
        return task.progress().logBytesStored();
    }

    @Override
    public long getUploadFailures() {
        return task.progress().uploadFailures();
    }

    @Override
    public long getGaps() {
        return task.progress().gaps();
    }

    @Override
    public long getTruncations() {
        return task.progress().truncations();
    }

    @Override
    public double getSecondsSinceLastSuccess() {
        return seconds(task.progress().sinceLastSuccess());
    }

    @Override
    public double getSecondsSinceLastPoll() {
        return seconds(task.progress().sinceLastPoll());
    }

    @Override
    public long getSpoolBytes() {
        return task.spoolBytes();
    }

    @Override
    public String getVerification() {
        return task.verification().map(ArchiveCheck::verdict).orElse("");
    }

    @Override
    public String[] getFindings() {
        return task.verification().stream()
                .flatMap(check -> check.findings().stream())
                .map(Finding::message)
                .toArray(String[]::new);
    }

    @Override
    public String[] getMissingTopics() {
        return task.missingTopics().toArray(String[]::new);
    }

    @Override
    public boolean flush() throws InterruptedException {
        return task.flush(FLUSH_TIMEOUT);
    }

    @Override
    public String verify() {
        return task.verify().verdict();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
