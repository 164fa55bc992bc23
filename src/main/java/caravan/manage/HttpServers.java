package caravan.manage;

import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationConfigEntry;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationHandlerFactory;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;
import org.apache.camel.model.ModelCamelContext;

/** Makes Camel's two HTTP servers, each with its {@link HttpGuard} before all else. Bound in the registry, Camel's Main finds it. */
final class HttpServers extends DefaultMainHttpServerFactory {
    private final Listeners listeners;

    HttpServers(Listeners listeners) {
        this.listeners = listeners;
    }

    @Override
    public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties properties) {
        MainHttpServer server = (MainHttpServer) super.newHttpServer(context, properties);
        guard(server.getConfiguration().getAuthenticationConfig(), HttpGuard.ofApi(listeners));
        return server;
    }

    @Override
    public Service newHttpManagementServer(
            CamelContext context, HttpManagementServerConfigurationProperties properties) {
        ManagementHttpServer server = (ManagementHttpServer) super.newHttpManagementServer(context, properties);
        guard(server.getConfiguration().getAuthenticationConfig(), HttpGuard.ofManagement(listeners));
        return server;
    }

    private static void guard(AuthenticationConfig config, HttpGuard guard) {
        AuthenticationConfigEntry everything = new AuthenticationConfigEntry();
        everything.setPath("/*");
        everything.setAuthenticationProviderFactory(vertx -> null);
        everything.setAuthenticationHandlerFactory(new AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return guard;
            }
        });
        config.setEnabled(true);
        config.getEntries().add(everything);
    }

    /**
     * Lets the API's server, which was started, also serve what is no answer of a route: the console's files, and what goes on and
     * on. Nothing where the API is turned off.
     */
    static void serve(CamelContext context, StatusEvents events) {
        if (((ModelCamelContext) context).getRestDefinitions().isEmpty()) {
            return;
        }
        for (VertxPlatformHttpRouter router : context.getRegistry().findByType(VertxPlatformHttpRouter.class)) {
            if (router.isMainServer()) {
                // Also at the path without the slash.
                router.get(ConsoleFiles.ROOT + "*").handler(new ConsoleFiles());
                router.get(StatusEvents.PATH).handler(events);
            }
        }
    }

    /** Lets both servers, which were started, answer in JSON also where no route does. */
    static void explain(CamelContext context) {
        OpenApi document = new OpenApi();
        for (VertxPlatformHttpRouter router : context.getRegistry().findByType(VertxPlatformHttpRouter.class)) {
            Router root = (Router) router.getServer().getServer().requestHandler();
            if (router.isMainServer()) {
                HttpProblem.explain(root, "GET /openapi.yaml describes all there is", document::methods);
            } else {
                HttpProblem.explain(
                        root,
                        "there are /observe/health, /observe/metrics and /observe/jolokia",
                        path -> Set.of("GET"));
            }
        }
    }
}
