package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.backup.BackupTask;
import caravan.kafka.ChunkClients;
import caravan.kafka.TaskRoute;
import caravan.kafka.Tasks;
import caravan.restore.RestoreException;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreTask;
import caravan.store.StoreException;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What health says of a task in each of its states. */
class TaskHealthTest {
    private final CamelContext context = new DefaultCamelContext();
    private final Tasks tasks = new Tasks();
    private TaskState state = TaskState.RUNNING;

    @BeforeEach
    void camel() {
        context.getRegistry().bind("tasks", tasks);
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void aServiceWithoutTasksIsReadyAndAlive() {
        assertThat(check(TaskHealth.Kind.READINESS).getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(check(TaskHealth.Kind.LIVENESS).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void aRestoreThatFailedMakesTheServiceUnreadyAndSaysWhy() throws Exception {
        // Given
        RestoreTask restore = new RestoreTask();
        enter("drill", restore);
        assertThat(check(TaskHealth.Kind.READINESS).getState()).isEqualTo(HealthCheck.State.UP);

        // When
        restore.done()
                .completeExceptionally(new RestoreException(
                        RestoreException.Kind.NOT_POSSIBLE, "the topic orders has records", "delete it"));
        state = TaskState.FAILED;

        // Then
        HealthCheck.Result result = check(TaskHealth.Kind.READINESS);
        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(result.getDetails()).containsEntry("drill", "failed: the topic orders has records (delete it)");
        assertThat(check(TaskHealth.Kind.LIVENESS).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void aBackupThatHasNotBegunIsNotReady() throws Exception {
        enter("nightly", new BackupTask());

        HealthCheck.Result result = check(TaskHealth.Kind.READINESS);
        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(result.getDetails()).containsEntry("nightly", "running: it has not begun");
        assertThat(result.getMessage()).contains("nightly is running: it has not begun");
        assertThat(check(TaskHealth.Kind.LIVENESS).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void aRestoreThatWaitsForTheStoreIsNotReady() throws Exception {
        // Given
        RestoreTask restore = new RestoreTask();
        enter("drill", restore);
        state = TaskState.RETRYING;

        // When
        restore.hindered(new StoreException(StoreException.Kind.UNREACHABLE, "S3 is away", "wait", null));

        // Then
        HealthCheck.Result result = check(TaskHealth.Kind.READINESS);
        assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(result.getDetails()).containsEntry("drill", "retrying: S3 is away (wait)");
        assertThat(check(TaskHealth.Kind.LIVENESS).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void aRestoreThatFinishedIsNoIllness() throws Exception {
        RestoreTask restore = new RestoreTask();
        enter("drill", restore);
        restore.done().complete(new RestoreReport("a-restore", false, List.of(), 0, 0, 0, 0, List.of(), List.of()));
        state = TaskState.FINISHED;

        assertThat(check(TaskHealth.Kind.READINESS).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void whatSomebodyPausedOrStoppedIsNoIllness() throws Exception {
        RestoreTask restore = new RestoreTask();
        enter("drill", restore);
        restore.done().completeExceptionally(new IllegalStateException("cut off"));
        enter("nightly", new BackupTask());
        assertThat(check(TaskHealth.Kind.READINESS).getDetails()).containsKeys("drill", "nightly");
        assertThat(check(TaskHealth.Kind.READINESS).getState()).isEqualTo(HealthCheck.State.DOWN);
        for (TaskState calm : List.of(TaskState.PAUSED, TaskState.STOPPED)) {
            state = calm;
            HealthCheck.Result result = check(TaskHealth.Kind.READINESS);
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat(result.getDetails()).containsEntry("drill", calm.text()).containsEntry("nightly", calm.text());
        }
    }

    private void enter(String name, ChunkClients.Task task) throws Exception {
        TaskRoute route = new TaskRoute();
        route.setTask(task);
        context.getRegistry().bind("route-" + name, route);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name)
                        .routeId(name)
                        .routePolicyRef("route-" + name)
                        .stop();
            }
        });
        assertThat(tasks.named(name)).contains(task);
    }

    private HealthCheck.Result check(TaskHealth.Kind kind) {
        TaskHealth health = new TaskHealth((name, task) -> state, tasks, kind);
        health.setCamelContext(context);
        return health.call(Map.of());
    }
}
