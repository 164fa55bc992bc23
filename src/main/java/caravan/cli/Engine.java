package caravan.cli;

import caravan.archive.FrameCodecs;
import caravan.backup.ExistingObject;
import caravan.backup.Spool;
import caravan.backup.SpoolWriters;
import caravan.kafka.ChunkClients;
import caravan.kafka.KafkaSettings;
import caravan.kafka.Tasks;
import caravan.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.ShutdownStrategy;

/** Camel with the route files, and what they refer to: the store, the cluster, the spool, the pools of threads. */
final class Engine implements AutoCloseable {
    private static final int UPLOAD_THREADS = 4;
    private static final int RESTORE_THREADS = 8;

    private final Main main = new Main();
    private final Tasks tasks = new Tasks();
    private final List<ExecutorService> pools = new ArrayList<>();
    private final SpoolWriters spoolWriters =
            new SpoolWriters(Runtime.getRuntime().availableProcessors());
    private final Optional<Spool> spool;
    private final RouteFiles files;

    /**
     * @param routes the user's directory of route files
     * @param spool where objects grow; empty where nothing is backed up
     */
    Engine(Optional<Path> routes, boolean userTasks, Store store, KafkaSettings kafka, Optional<Spool> spool) {
        this.spool = spool;
        StoreRoutes storeRoutes = StoreRoutes.of(store);
        files = new RouteFiles(routes, userTasks, storeRoutes);
        main.setRoutesCollector(files);
        main.addMainListener(new StrayVariables());
        main.configure().setName("caravan");
        main.configure().setStartupSummaryLevel(StartupSummaryLevel.Off);
        // Its attempts wait where they can be ended: see ChunkClients.
        main.addInitialProperty("camel.component.kafka.createConsumerBackoffInterval", "1");
        main.addInitialProperty("caravan.bootstrap.servers", kafka.bootstrapServers());
        storeRoutes.properties().forEach(main::addInitialProperty);
        storeRoutes.beans().forEach(main::bind);
        main.bind("store", store);
        main.bind("kafka", kafka);
        main.bind("tasks", tasks);
        main.bind("existingObject", new ExistingObject(store));
        main.bind("frameCodecs", new FrameCodecs(Runtime.getRuntime().availableProcessors()));
        spool.ifPresent(directory -> main.bind("spool", directory));
        main.bind("spoolWriters", spoolWriters);
        main.bind("uploads", pool("caravan-upload", UPLOAD_THREADS));
        main.bind("restores", pool("caravan-restore", RESTORE_THREADS));
    }

    /**
     * A variable of the environment, or a system property, fills a placeholder only where nothing else has a value for it. Camel asks
     * them first unless told otherwise, and CARAVAN_STORE_BUCKET would send a backup elsewhere.
     */
    private static final class StrayVariables extends MainListenerSupport {
        @Override
        public void beforeInitialize(BaseMainSupport main) {
            PropertiesComponent properties =
                    (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
            properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
        }
    }

    private ExecutorService pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads, runnable -> {
            Thread thread = new Thread(runnable, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pools.add(pool);
        return pool;
    }

    /** Before it is started: what else is configured. */
    Main main() {
        return main;
    }

    /** Before it is started, by a command that comes to its end: to register routes and all their parts takes time. */
    void withoutJmx() {
        main.configure().setJmxEnabled(false);
    }

    Tasks tasks() {
        return tasks;
    }

    /** @throws CommandException where a route file is not what it should be; nothing is started then */
    void start() throws Exception {
        try {
            main.start();
        } catch (RuntimeException e) {
            throw files.explained(e);
        }
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    /** Adds a task and starts it. */
    void add(String template, String routeId, Map<String, String> parameters) throws Exception {
        TemplatedRouteBuilder builder = TemplatedRouteBuilder.builder(context(), template)
                .routeId(routeId)
                .prefixId(routeId + "-");
        parameters.forEach(builder::parameter);
        builder.add();
        context().getRouteController().startRoute(routeId);
    }

    /** The task of the route that was added. */
    <T extends ChunkClients.Task> T task(Class<T> kind) {
        return tasks(kind).get(0);
    }

    /** All tasks of a kind. */
    <T extends ChunkClients.Task> List<T> tasks(Class<T> kind) {
        return tasks.of(kind);
    }

    /** Drains and stops: open objects are stored, as long as the timeout lasts. Whether that was long enough. */
    boolean stop(long seconds) {
        ShutdownStrategy shutdown = context().getShutdownStrategy();
        shutdown.setTimeout(seconds);
        main.stop();
        return !shutdown.isTimeoutOccurred();
    }

    @Override
    public void close() {
        main.stop();
        tasks.close();
        pools.forEach(ExecutorService::shutdownNow);
        spoolWriters.close();
        spool.ifPresent(Spool::close);
    }
}
