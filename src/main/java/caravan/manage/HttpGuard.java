package caravan.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Looks at every request to a server first, and refuses
 *
 * <ul>
 *   <li>where there is a token: what does not bear it, as {@code Authorization: Bearer TOKEN} or as the password of Basic
 *       (Jolokia's clients know no other way);
 *   <li>where there is none, and whoever reaches the port may use it: what names a host that is not this one, as a page in a
 *       browser does that had its own name resolve to this address (DNS rebinding);
 *   <li>what a browser says that it sends for another site's page (Origin, Sec-Fetch-Site);
 *   <li>at the API: a body that is not declared as JSON, which a page of another site could send unasked.
 * </ul>
 *
 * <p>The console's files bear no secret, and a browser can't send a token for them: only their host is looked at. Who asks the API's
 * root for a page is shown the way there.
 */
final class HttpGuard implements AuthenticationHandler {
    private static final HttpProblem TOKEN =
            new HttpProblem("the token is missing or wrong", "send it as 'Authorization: Bearer TOKEN'", 401);
    private static final HttpProblem HOST = new HttpProblem(
            "the request is addressed to another host", "use localhost, or set a token to use other names", 403);
    private static final HttpProblem SITE =
            new HttpProblem("a page of another site may not ask this", "use a client that is no browser", 403);
    private static final HttpProblem BODY =
            new HttpProblem("the body is not declared as JSON", "send 'Content-Type: application/json'", 415);

    private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}|\\[?::1]?");

    private final Listeners listeners;
    private final String host;
    private final Predicate<String> open;
    private final boolean api;

    private HttpGuard(Listeners listeners, String host, Predicate<String> open, boolean api) {
        this.listeners = listeners;
        this.host = host;
        this.open = open;
        this.api = api;
    }

    /** Of the API: only its description is open to all. */
    static HttpGuard ofApi(Listeners listeners) {
        return new HttpGuard(
                listeners,
                listeners.httpHost(),
                path -> path.equals("/openapi.yaml") || path.equals("/openapi.json"),
                true);
    }

    /** Of the management port: health and metrics are open to all. */
    static HttpGuard ofManagement(Listeners listeners) {
        return new HttpGuard(
                listeners,
                listeners.managementHost(),
                path -> path.equals("/observe/metrics")
                        || path.equals("/observe/health")
                        || path.startsWith("/observe/health/"),
                false);
    }

    @Override
    public void handle(RoutingContext request) {
        request.response().putHeader("Cache-Control", "no-store").putHeader("X-Content-Type-Options", "nosniff");
        if (api && ConsoleFiles.askedAtTheRoot(request)) {
            ConsoleFiles.lead(request);
            return;
        }
        Optional<HttpProblem> problem = open.test(request.normalizedPath()) ? Optional.empty() : refuse(request);
        if (problem.isEmpty()) {
            request.next();
            return;
        }
        if (problem.get() == TOKEN) {
            // Not Basic: a browser would ask for it, keep it, and send it along with requests of other sites' pages.
            request.response().putHeader("WWW-Authenticate", "Bearer realm=\"caravan\"");
        }
        problem.get().answer(request);
    }

    private Optional<HttpProblem> refuse(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (api && ConsoleFiles.within(context.normalizedPath())) {
            return listeners.token().isPresent() || addressedHere(request) ? Optional.empty() : Optional.of(HOST);
        }
        if (listeners.token().isPresent()) {
            if (!authorized(
                    request.getHeader("Authorization"), listeners.token().get())) {
                return Optional.of(TOKEN);
            }
        } else if (!addressedHere(request)) {
            return Optional.of(HOST);
        }
        if (ofAnotherSite(request)) {
            return Optional.of(SITE);
        }
        return api && takesBody(request) && !json(request.getHeader("Content-Type"))
                ? Optional.of(BODY)
                : Optional.empty();
    }

    private static boolean authorized(String header, String token) {
        if (header == null) {
            return false;
        }
        String[] parts = header.strip().split(" +", 2);
        if (parts.length < 2) {
            return false;
        }
        if (parts[0].equalsIgnoreCase("Bearer")) {
            return same(parts[1], token);
        }
        return parts[0].equalsIgnoreCase("Basic") && same(password(parts[1]), token);
    }

    private static String password(String basic) {
        try {
            String credentials = new String(Base64.getDecoder().decode(basic), UTF_8);
            return credentials.substring(credentials.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** In a time that does not tell how much of it is right. */
    private static boolean same(String given, String token) {
        return MessageDigest.isEqual(given.getBytes(UTF_8), token.getBytes(UTF_8));
    }

    private boolean addressedHere(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        if (authority == null) {
            // A client of HTTP/1.0, which no browser is; a name that can't be read is another matter.
            return request.getHeader("Host") == null;
        }
        String name = authority.host();
        return name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase(host) || loopback(name);
    }

    private boolean ofAnotherSite(HttpServerRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return true;
        }
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return false;
        }
        // A console such as hawtio hands its own origin on. With a token, no page of another site gets this far.
        return api ? !own(origin, request) : listeners.token().isEmpty() && !local(origin) && !own(origin, request);
    }

    private static boolean own(String origin, HttpServerRequest request) {
        HostAndPort addressed = request.authority();
        return addressed != null && origin.replaceFirst("^[a-z]+://", "").equalsIgnoreCase(addressed.toString());
    }

    private static boolean local(String origin) {
        try {
            String name = URI.create(origin).getHost();
            return name != null && (name.equals("localhost") || loopback(name));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** An address, not a name: whoever owns a name can have it resolve to any address. */
    private static boolean loopback(String address) {
        return LOOPBACK.matcher(address).matches();
    }

    private static boolean takesBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.method().equals(HttpMethod.POST)
                || request.getHeader("Transfer-Encoding") != null
                || length != null && !length.equals("0");
    }

    private static boolean json(String contentType) {
        return contentType != null && contentType.split(";", 2)[0].strip().equalsIgnoreCase("application/json");
    }
}
