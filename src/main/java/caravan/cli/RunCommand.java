package caravan.cli;

import caravan.backup.BackupTask;
import caravan.backup.Spool;
import caravan.kafka.KafkaSettings;
import caravan.manage.Listeners;
import caravan.manage.Management;
import caravan.store.Store;
import caravan.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: the service. Loads the route files, and runs their tasks until it is stopped. */
@Command(name = "run", description = "Runs the tasks of the route files, until it is stopped.")
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
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

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            defaultValue = "45s",
            description = "How long it stores what is open when it is stopped (default: ${DEFAULT-VALUE}).")
    private String drainTimeout;

    @Mixin
    private ListenerOptions listenerOptions;

    @Override
    public Integer call() throws Exception {
        Duration drain = Times.duration("--drain-timeout", drainTimeout);
        if (drain.toSeconds() < 1) {
            throw CommandException.usage("--drain-timeout is shorter than a second", "write it as 45s or 5m");
        }
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
            if (storeOptions.createsBucket()) {
                createBucket(store);
            }
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
            common.err().println("stopping: storing what is open");
            boolean drained = engine.stop(drain.toSeconds());
            common.err()
                    .println(
                            drained
                                    ? "stopped: all that was taken is stored"
                                    : "stopped: not all could be stored within " + drainTimeout
                                            + "; it is not committed, and comes again at the next start");
            return drained && signals.terminated() ? ExitCode.DONE : signals.exitCode();
        }
    }

    /** As soon as the store answers. */
    private static void createBucket(Store store) {
        Thread creating = new Thread(
                () -> {
                    while (true) {
                        try {
                            store.create();
                            return;
                        } catch (StoreException e) {
                            LOG.debug("the bucket could not be created", e);
                        }
                        try {
                            Thread.sleep(WAIT_MILLIS);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                },
                "caravan-bucket");
        creating.setDaemon(true);
        creating.start();
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
