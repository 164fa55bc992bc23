package caravan.manage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever listens how all tasks are, as server-sent events: at once, and then at intervals. Looks once for all listeners, and
 * not at all where there is none. One that does not take what it is sent is left out until it does, and let go where it does not for
 * long.
 */
final class StatusEvents implements Handler<RoutingContext>, AutoCloseable {
    /** Where they are heard. */
    static final String PATH = "/events";

    /** From one event to the next. */
    static final Duration INTERVAL = Duration.ofSeconds(2);

    /** Listeners at a time. */
    static final int MOST = 32;

    /** Events in a row that a listener may miss as it is slow. */
    private static final int PATIENCE = 15;

    private static final Logger LOG = LoggerFactory.getLogger(StatusEvents.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpProblem FULL = new HttpProblem(
            "too many listen already", "close another page of the console, or ask GET /tasks?expand=status", 503);
    private static final HttpProblem STOPPING = new HttpProblem("the service is stopping", "start it again", 503);

    /**
     * What an event says.
     *
     * @param at epoch millis
     */
    @JsonPropertyOrder({"at", "tasks"})
    record Status(long at, List<TaskStatus> tasks) {}

    /** Somebody who listens; used on the thread of its connection only. */
    private static final class Listener {
        private final Context context;
        private final HttpServerResponse response;
        private int missed;

        private Listener(Context context, HttpServerResponse response) {
            this.context = context;
            this.response = response;
        }

        void tell(String event) {
            context.runOnContext(now -> {
                if (response.ended() || response.closed()) {
                    return;
                }
                if (!response.writeQueueFull()) {
                    missed = 0;
                    response.write(event);
                } else if (++missed > PATIENCE) {
                    response.reset();
                }
            });
        }

        void end() {
            context.runOnContext(now -> {
                if (!response.ended() && !response.closed()) {
                    response.end();
                }
            });
        }
    }

    private final Supplier<List<TaskStatus>> tasks;
    private final BooleanSupplier stopping;
    private final long intervalMillis;
    private final int most;
    private final Map<HttpServerResponse, Listener> listeners = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(runnable -> {
        Thread thread = new Thread(runnable, "caravan-events");
        thread.setDaemon(true);
        return thread;
    });

    /** Of the clock's thread. */
    private Optional<String> last = Optional.empty();

    private long lastNanos;

    /**
     * @param tasks how all tasks are
     * @param stopping whether the service is about to end: then nobody is listened to any more
     * @param most listeners at a time
     */
    StatusEvents(Supplier<List<TaskStatus>> tasks, BooleanSupplier stopping, Duration interval, int most) {
        this.tasks = tasks;
        this.stopping = stopping;
        this.intervalMillis = interval.toMillis();
        this.most = most;
        clock.scheduleWithFixedDelay(this::tellAll, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handle(RoutingContext request) {
        HttpServerResponse response = request.response();
        Listener listener = new Listener(request.vertx().getOrCreateContext(), response);
        synchronized (this) {
            if (clock.isShutdown() || stopping.getAsBoolean()) {
                STOPPING.answer(request);
                return;
            }
            if (listeners.size() >= most) {
                FULL.answer(request);
                return;
            }
            listeners.put(response, listener);
        }
        request.addEndHandler(gone -> listeners.remove(response));
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                // A proxy would keep events back until it has many.
                .putHeader("X-Accel-Buffering", "no");
        clock.execute(() -> event().ifPresent(listener::tell));
    }

    /** How many listen. */
    int listening() {
        return listeners.size();
    }

    private void tellAll() {
        if (stopping.getAsBoolean()) {
            endAll();
        } else if (!listeners.isEmpty()) {
            event().ifPresent(event -> listeners.values().forEach(listener -> listener.tell(event)));
        }
    }

    /** The last event, or a new one where that is old; empty where nobody can tell. */
    private Optional<String> event() {
        long now = System.nanoTime();
        // A little less than the interval, or every second event would be one that was told already.
        if (last.isEmpty() || now - lastNanos > TimeUnit.MILLISECONDS.toNanos(intervalMillis) / 2) {
            try {
                last = Optional.of("event: status\ndata: "
                        + JSON.writeValueAsString(new Status(System.currentTimeMillis(), tasks.get())) + "\n\n");
                lastNanos = now;
            } catch (JsonProcessingException | RuntimeException e) {
                LOG.warn("how the tasks are can't be told: {}", e.toString());
                return Optional.empty();
            }
        }
        return last;
    }

    private void endAll() {
        listeners.values().forEach(Listener::end);
    }

    @Override
    public synchronized void close() {
        clock.shutdownNow();
        endAll();
    }
}
