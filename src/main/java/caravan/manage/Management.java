package caravan.manage;

import caravan.kafka.KafkaSettings;
import caravan.kafka.Tasks;
import caravan.store.Store;
import caravan.store.StoreException;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that watches and controls the tasks of a service: MBeans, meters, health, and what is kept of tasks in the archive. */
public final class Management implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Management.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 5_000;
    private static final long MAX_BODY_BYTES = 1 << 20;

    private final Main main;
    private final Tasks tasks;
    private final TaskMeters meters;
    private final TaskStates states;
    private final TaskControl control;
    private final StatusEvents events;
    private final Verifications verifications;
    private TaskWatch watch;
    private Thread loading;

    /**
     * Sets the service up before it starts.
     *
     * @param main not started yet
     * @param tasks empty yet
     */
    public Management(Main main, Tasks tasks, Store store, KafkaSettings kafka, Listeners listeners) {
        // Vert.x would unpack files of the class path into a directory that nobody deletes.
        System.setProperty("vertx.disableFileCPResolving", "true");
        System.setProperty("vertx.disableFileCaching", "true");
        this.main = main;
        this.tasks = tasks;
        TaskTemplates templates =
                new TaskTemplates(text -> main.getCamelContext().resolvePropertyPlaceholders(text));
        TaskFiles files = new TaskFiles(templates);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new UptimeMetrics(),
                        new FileDescriptorMetrics())
                .forEach(vitals -> vitals.bindTo(registry));
        TaskRoutes routes = new TaskRoutes(main::getCamelContext, tasks);
        states = routes::state;
        meters = new TaskMeters(registry, states);
        TaskControl[] made = new TaskControl[1];
        TaskJournal journal = new TaskJournal(store, kafka, tasks, name -> made[0].definition(name));
        control = new TaskControl(tasks, routes, files, templates, journal);
        made[0] = control;
        events = new StatusEvents(
                control::all, () -> main.getCamelContext().isStopping(), StatusEvents.INTERVAL, StatusEvents.MOST);

        tasks.listen(new TaskBeans(states, ManagementFactory.getPlatformMBeanServer()));
        tasks.listen(meters);
        main.bind("taskFiles", files);
        main.bind("restoreJournal", journal);
        main.bind("taskControl", control);
        main.bind(MicrometerConstants.METRICS_REGISTRY_NAME, registry);
        main.bind("tasksReady", new TaskHealth(states, tasks, TaskHealth.Kind.READINESS));
        main.bind("tasksAlive", new TaskHealth(states, tasks, TaskHealth.Kind.LIVENESS));
        main.bind("httpServers", new HttpServers(listeners));
        verifications = new Verifications(store, kafka);
        main.bind("api", new Api(control, store, kafka, verifications));
        configure(listeners);
    }

    private void configure(Listeners listeners) {
        main.configure()
                .health()
                .withEnabled(true)
                // A route that somebody stopped is no illness; the tasks' own checks tell.
                .withRoutesEnabled(false)
                .withExposureLevel("full");
        main.addInitialProperty("camel.health.consumersEnabled", "false");
        main.addInitialProperty("camel.health.producersEnabled", "false");
        main.configure().metrics().withEnabled(true);
        main.configure()
                .httpServer()
                .withEnabled(true)
                .withHost(listeners.httpHost())
                .withPort(listeners.httpPort())
                .withFileUploadEnabled(false)
                .withMaxBodySize(MAX_BODY_BYTES);
        HttpManagementServerConfigurationProperties server = main.configure().httpManagementServer();
        server.withEnabled(true)
                .withHost(listeners.managementHost())
                .withPort(listeners.managementPort())
                .withHealthCheckEnabled(true)
                .withMetricsEnabled(true)
                .withJolokiaEnabled(true);
    }

    /** Begins to watch, and adds the tasks that are kept in the archive as soon as the store answers. */
    public void started() {
        HttpServers.serve(main.getCamelContext(), events);
        HttpServers.explain(main.getCamelContext());
        watch = new TaskWatch(tasks, meters, states, LOOK);
        loading = new Thread(this::load, "caravan-tasks");
        loading.setDaemon(true);
        loading.start();
    }

    private void load() {
        while (true) {
            try {
                control.load();
                return;
            } catch (StoreException e) {
                LOG.warn("the tasks in the archive are not known yet, trying again: {}", e.getMessage());
            }
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    public TaskControl control() {
        return control;
    }

    @Override
    public void close() {
        events.close();
        verifications.close();
        if (loading != null) {
            loading.interrupt();
        }
        if (watch != null) {
            watch.close();
        }
    }
}
