package caravan.cli;

import caravan.manage.Listeners;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where the service listens. */
final class ListenerOptions {

    @Option(
            names = "--http-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address that the HTTP API listens on; any but this host's own needs --http-token"
                    + " (default: ${DEFAULT-VALUE}).")
    private String httpHost;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8083",
            description = "Port of the HTTP API (default: ${DEFAULT-VALUE}).")
    private int httpPort;

    @Option(
            names = "--management-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address that health, metrics and Jolokia listen on; any but this host's own needs"
                    + " --http-token, which Jolokia then asks for (default: ${DEFAULT-VALUE}).")
    private String managementHost;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "9876",
            description = "Port of health, metrics and Jolokia (default: ${DEFAULT-VALUE}).")
    private int managementPort;

    @Option(
            names = "--http-token",
            paramLabel = "TOKEN",
            description =
                    "Token that callers of the HTTP API and of Jolokia send: 'Authorization: Bearer TOKEN'. Better"
                            + " given as CARAVAN_HTTP_TOKEN, as other users of a host see command lines.")
    private String token;

    Listeners listeners() {
        try {
            return new Listeners(
                    httpHost,
                    httpPort,
                    managementHost,
                    managementPort,
                    Optional.ofNullable(token).filter(given -> !given.isBlank()));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    e.getMessage(), "set CARAVAN_HTTP_TOKEN, or listen on 127.0.0.1 only, which is the default");
        }
    }
}
