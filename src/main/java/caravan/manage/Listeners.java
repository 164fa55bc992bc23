package caravan.manage;

import java.net.InetAddress;
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
     * @throws IllegalArgumentException where a token is needed and there is none
     */
    public Listeners {
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

    @Override
    public String toString() {
        return "http " + httpHost + ":" + httpPort + ", management " + managementHost + ":" + managementPort;
    }
}
