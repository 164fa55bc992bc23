package caravan.kafka;

import org.apache.camel.Route;
import org.apache.camel.RouteAware;
import org.apache.camel.StatefulService;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Ties a task to its route: the task bears the route's name, and ends with it. Bound as the route's {@code routePolicy}, which is
 * where Camel tells a bean of a route template what its route is called.
 */
public final class TaskRoute extends RoutePolicySupport implements RouteAware {
    private ChunkClients.Task task;
    private Route route;

    /** Set by the route template. */
    public void setTask(ChunkClients.Task task) {
        this.task = task;
    }

    @Override
    public Route getRoute() {
        return route;
    }

    @Override
    public void setRoute(Route route) {
        this.route = route;
        tasks().enter(route.getRouteId(), task);
    }

    /** Whether the route's consumer is told to end. */
    boolean stopping() {
        return route != null
                && route.getConsumer() instanceof StatefulService consumer
                && consumer.getStatus() != null
                && (consumer.getStatus().isStopping() || consumer.getStatus().isStopped());
    }

    @Override
    public void onRemove(Route removed) {
        tasks().leave(removed.getRouteId(), task);
    }

    private Tasks tasks() {
        return CamelContextHelper.mandatoryLookup(route.getCamelContext(), "tasks", Tasks.class);
    }
}
