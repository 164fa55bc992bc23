package caravan.manage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where a service listens. Whoever reaches these ports controls the backups, so they are this host's alone unless configured.
 *
 * @param httpHost of the API: {@code /tasks}, {@code /archive}, {@code /restores}
 * @param httpPort 1 to 65535
 * @param managementHost of health, metrics and Jolokia
 * @param managementPort 1 to 65535
 * @param token that callers of the API and of Jolokia have to send; needed where one of the two hosts is not this host's loopback
 */
public record Listeners(
        String httpHost, int httpPort, String managementHost, int managementPort, Optional<String> token) {

    /**
     * @throws IllegalArgumentException where a token is needed and there is none, or both ports are one
     */
    public Listeners {
        if (httpPort == managementPort) {
            throw new IllegalArgumentException(
                    "the API and the management can't share the port " + httpPort + ": who may use them differs");
        }
        if (token.isEmpty() && !(loopback(httpHost) && loopback(managementHost))) {
            throw new IllegalArgumentException("a listener that other hosts can reach needs a token");
        }
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Why one of the two addresses can't be listened on, in one sentence; empty where both are free. */
    public Optional<String> obstacle() {
        return obstacle(httpHost, httpPort).or(() -> obstacle(managementHost, managementPort));
    }

    private static Optional<String> obstacle(String host, int port) {
        // The HTTP server itself only logs that it could not listen, and the service would run without it.
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("can't listen on " + host + ":" + port + ": " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "http " + httpHost + ":" + httpPort + ", management " + managementHost + ":" + managementPort;
    }
}
