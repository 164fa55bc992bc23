package caravan.manage;

import caravan.archive.Digests;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves the console: its files, which lie in the class path below {@code caravan/console/}, and the two libraries that they use,
 * below {@code lib/}, out of their WebJars. Nothing else of the class path.
 */
final class ConsoleFiles implements Handler<RoutingContext> {
    /** Where the console is. */
    static final String ROOT = "/console/";

    /** Nothing is loaded from elsewhere, and no script or style that stands in a page is run: text of records stays text. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /** No name begins with a dot, and none has a character that means something in a path. */
    private static final Pattern NAME =
            Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private static final HttpProblem NOTHING =
            new HttpProblem("the console has no such file", "it begins at " + ROOT, 404);

    private static final Pattern LIBRARY_FILE = Pattern.compile("lib/(lit-html|uplot)/(.+)");
    private static final Pattern EXTENSION = Pattern.compile(".+\\.([a-z0-9]+)");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2");

    /** A file as it is served; its tag tells one version of it from another. */
    private record Served(byte[] content, String type, String tag) {}

    /** Only those that there are: their number is that of the files in the jars. */
    private final Map<String, Served> files = new ConcurrentHashMap<>();

    /** Whether a path is the console's. */
    static boolean within(String path) {
        return (path + "/").startsWith(ROOT);
    }

    /** Whether somebody asks for the API's root and would rather see a page: a browser, not a script. */
    static boolean askedAtTheRoot(RoutingContext request) {
        return request.request().method().equals(HttpMethod.GET)
                && request.normalizedPath().equals("/")
                && prefersPages(request.request().getHeader("Accept"));
    }

    /** Browsers name pages first; other clients name them not at all, or take anything. */
    private static boolean prefersPages(String accepted) {
        return accepted != null && accepted.split("[,;]", 2)[0].strip().equalsIgnoreCase("text/html");
    }

    /** Shows the way to the console. */
    static void lead(RoutingContext request) {
        request.response()
                .setStatusCode(302)
                .putHeader("Location", ROOT)
                .putHeader("Vary", "Accept")
                .end();
    }

    @Override
    public void handle(RoutingContext request) {
        if (!request.normalizedPath().startsWith(ROOT)) {
            lead(request);
            return;
        }
        String path = request.normalizedPath().substring(ROOT.length());
        String name = path.isEmpty() ? "index.html" : path;
        // The class path is read, and maybe a jar opened: not on the thread that serves everybody.
        request.vertx()
                .executeBlocking(() -> file(name), false)
                .onFailure(request::fail)
                .onSuccess(found -> found.ifPresentOrElse(file -> send(request, file), () -> NOTHING.answer(request)));
    }

    private static void send(RoutingContext request, Served file) {
        HttpServerResponse response = request.response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Referrer-Policy", "no-referrer")
                // Kept, and asked for again each time: another version of the service has another console.
                .putHeader("Cache-Control", "no-cache")
                .putHeader("ETag", file.tag());
        if (file.tag().equals(request.request().getHeader("If-None-Match"))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader("Content-Type", file.type()).end(Buffer.buffer(file.content()));
        }
    }

    private Optional<Served> file(String name) {
        Served known = files.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Served> read = read(name);
        read.ifPresent(file -> files.put(name, file));
        return read;
    }

    private static Optional<Served> read(String name) {
        Matcher extension = EXTENSION.matcher(name);
        if (!NAME.matcher(name).matches() || !extension.matches() || !TYPES.containsKey(extension.group(1))) {
            return Optional.empty();
        }
        return resource(name)
                .flatMap(ConsoleFiles::content)
                .map(content -> new Served(
                        content,
                        TYPES.get(extension.group(1)),
                        '"' + Digests.hex(Digests.sha256().digest(content)).substring(0, 16) + '"'));
    }

    private static Optional<String> resource(String name) {
        Matcher library = LIBRARY_FILE.matcher(name);
        if (!library.matches()) {
            return Optional.of("caravan/console/" + name);
        }
        return version(library.group(1))
                .map(version ->
                        "META-INF/resources/webjars/" + library.group(1) + "/" + version + "/" + library.group(2));
    }

    /** As the library's own jar says. */
    private static Optional<String> version(String library) {
        return content("META-INF/maven/org.webjars.npm/" + library + "/pom.properties")
                .map(text -> {
                    Properties properties = new Properties();
                    try {
                        properties.load(new ByteArrayInputStream(text));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return properties.getProperty("version");
                });
    }

    private static Optional<byte[]> content(String resource) {
        try (InputStream in = ConsoleFiles.class.getClassLoader().getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
