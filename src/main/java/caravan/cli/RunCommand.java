package caravan.cli;

import caravan.backup.BackupTask;
import caravan.backup.Spool;
import caravan.kafka.KafkaSettings;
import caravan.manage.Listeners;
import caravan.manage.Management;
import caravan.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: the service. Loads the route files, and runs their tasks until it is stopped. */
@Command(name = "run", description = "Runs the tasks of the route files, until it is stopped.")
final class RunCommand implements Callable<Integer> {
    private static final long DRAIN_SECONDS = 45;
    private static final long WAIT_MILLIS = 1_000;

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions.Writable storeOptions;

    @Mixin
    private KafkaOptions.Required kafkaOptions;

    @Mixin
    private RouteOptions routeOptions;

    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description =
                    "Where objects grow before they are stored (default: caravan-spool in the temporary directory).")
    private Path spoolDirectory = Path.of(System.getProperty("java.io.tmpdir"), "caravan-spool");

    @Option(
            names = "--spool-bytes",
            paramLabel = "BYTES",
            defaultValue = "2147483648",
            description = "Most bytes that the spool takes up (default: ${DEFAULT-VALUE}).")
    private long spoolBytes;

    @Mixin
    private ListenerOptions listenerOptions;

    @Override
    public Integer call() throws Exception {
        Signals signals = new Signals();
        Listeners listeners = listenerOptions.listeners();
        listeners.obstacle().ifPresent(obstacle -> {
            throw CommandException.couldNot(
                    obstacle, "end what listens there, or choose another with --http-port or --management-port");
        });
        KafkaSettings kafka = kafkaOptions.settings();
        try (Store store = storeOptions.later();
                Engine engine = new Engine(
                        routeOptions.directory(),
                        true,
                        store,
                        kafka,
                        Optional.of(new Spool(spoolDirectory, spoolBytes)));
                Management management = new Management(engine.main(), engine.tasks(), store, kafka, listeners)) {
            engine.start();
            management.started();
            common.err().println("running " + engine.tasks().all().size() + " tasks; " + listeners);
            while (!signals.await(WAIT_MILLIS)) {
                Optional<Error> broken = broken(engine);
                if (broken.isPresent()) {
                    throw CommandException.couldNot(
                            "this process can't go on: " + broken.get(),
                            "what is not stored is not committed: start it again");
                }
            }
            boolean drained = engine.stop(DRAIN_SECONDS);
            return drained && signals.terminated() ? ExitCode.DONE : signals.exitCode();
        }
    }

    /** What ended a thread of a backup, such as memory that ran out. */
    private static Optional<Error> broken(Engine engine) {
        return engine.tasks(BackupTask.class).stream()
                .flatMap(task -> task.progress().fatal().stream())
                .filter(Error.class::isInstance)
                .map(Error.class::cast)
                .findFirst();
    }
}
