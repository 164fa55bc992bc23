package caravan.torture;

import caravan.testbed.ProcessSignal;
import caravan.testbed.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The backup processes of one group, on one archive. */
final class Backups implements AutoCloseable {
    static final String GROUP = "torture";

    private static final long WATCH_MILLIS = 250;

    /** How each of them makes its objects: two that back up the same records never cut them in the same way. */
    private static final List<List<String>> KINDS = List.of(
            List.of("--max-age", "2s"),
            List.of("--max-age", "1s", "--compression", "zstd", "--zstd-level", "1"),
            List.of("--max-age", "3s", "--compression", "deflate", "--max-bytes", "150000"),
            List.of("--max-age", "1s", "--max-bytes", "20000"));

    private final CaravanCommand caravan;
    private final Workspace workspace;
    private final List<String> common;
    private final Weather weather;
    private final Counts counts;
    private final Failures failures;
    private final List<BackupProcess> processes = new ArrayList<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private int joined;

    Backups(
            CaravanCommand caravan,
            Workspace workspace,
            String bootstrapServers,
            String store,
            int number,
            Weather weather,
            Counts counts,
            Failures failures) {
        this.caravan = caravan;
        this.workspace = workspace;
        this.weather = weather;
        this.counts = counts;
        this.failures = failures;
        this.common = arguments(bootstrapServers, store);
        for (int i = 1; i <= number; i++) {
            processes.add(process("backup-" + i, KINDS.get((i - 1) % KINDS.size())));
        }
    }

    /** The command that all of them run; a run with {@code --until-now} besides ends by itself. */
    static List<String> arguments(String bootstrapServers, String store) {
        return List.of(
                "backup",
                "--bootstrap-servers",
                bootstrapServers,
                "--topics",
                Subject.PREFIX + ".*",
                "--store",
                store,
                "--group",
                GROUP,
                // Whoever is held is missed soon.
                "--kafka-property",
                "session.timeout.ms=6000",
                "--kafka-property",
                "heartbeat.interval.ms=1500",
                "--kafka-property",
                "request.timeout.ms=8000");
    }

    private BackupProcess process(String name, List<String> kind) {
        List<String> arguments = new ArrayList<>(common);
        arguments.addAll(kind);
        arguments.addAll(
                List.of("--spool-dir", workspace.file(name).resolve("spool").toString()));
        return new BackupProcess(name, caravan, workspace.directory(name), arguments, weather, counts, failures);
    }

    void start() {
        processes.forEach(process -> process.attack(process::start));
        watch.scheduleWithFixedDelay(
                () -> processes.forEach(BackupProcess::watch), WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Does what was planned; ends when it is over. */
    void attack(Fault fault) {
        BackupProcess victim = processes.get(fault.target() % processes.size());
        if (fault.kind() != FaultKind.PROCESS_JOINED) {
            Console.step("          the victim is %s", victim.name());
        }
        switch (fault.kind()) {
            case PROCESS_KILLED ->
                victim.attack(() -> {
                    victim.kill();
                    Attack.pause(fault.seconds());
                    victim.start();
                });
            case PROCESS_STOPPED ->
                victim.attack(() -> {
                    victim.stop(false);
                    Attack.pause(fault.seconds());
                    victim.start();
                });
            case PROCESS_HELD ->
                victim.attack(() -> {
                    victim.signal(ProcessSignal.STOP);
                    Attack.pause(fault.seconds());
                    victim.signal(ProcessSignal.CONT);
                });
            case PROCESS_JOINED -> {
                BackupProcess more = process("joined-" + ++joined, KINDS.get(fault.target() % KINDS.size()));
                more.start();
                more.awaitWork();
                Attack.pause(fault.seconds());
                more.stop(false);
            }
            default -> throw new IllegalArgumentException(fault.toString());
        }
    }

    /** Stops all, with nothing in their way: everything must be stored then. */
    void stop() {
        endWatch();
        processes.forEach(process -> process.attack(() -> process.stop(true)));
    }

    private void endWatch() {
        watch.shutdown();
        try {
            watch.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
