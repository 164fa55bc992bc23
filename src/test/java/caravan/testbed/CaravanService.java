package caravan.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code caravan run} as a process of its own, with free ports, and a client of what it serves. */
public final class CaravanService implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final int httpPort = freePort();
    private final int managementPort = freePort();
    private final CaravanProcess process;

    private CaravanService(Map<String, String> environment, List<String> arguments) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("CARAVAN_HTTP_PORT", Integer.toString(httpPort));
        all.putIfAbsent("CARAVAN_MANAGEMENT_PORT", Integer.toString(managementPort));
        List<String> command = new ArrayList<>(List.of("run"));
        command.addAll(arguments);
        process = CaravanProcess.start(all, command.toArray(String[]::new));
    }

    /** Starts it; it may not answer yet. */
    public static CaravanService starting(Map<String, String> environment, String... arguments) {
        return new CaravanService(environment, List.of(arguments));
    }

    /** Starts it, and waits until its management port answers. */
    public static CaravanService started(Map<String, String> environment, String... arguments) {
        CaravanService service = starting(environment, arguments);
        try {
            return service.until(
                    () -> service.management("/observe/health/live").statusCode() > 0);
        } catch (AssertionError e) {
            service.close();
            throw e;
        }
    }

    public CaravanProcess process() {
        return process;
    }

    public CaravanService until(Callable<Boolean> condition) {
        process.until(condition);
        return this;
    }

    /** GET from the management port. */
    public HttpResponse<String> management(String path) {
        return send(request(managementPort, path).GET());
    }

    /** POST to the management port: for Jolokia. */
    public JsonNode jolokia(Map<String, ?> body) {
        try {
            return json(send(request(managementPort, "/observe/jolokia/")
                    .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** GET from the API. */
    public HttpResponse<String> get(String path) {
        return send(request(httpPort, path).GET());
    }

    /** Another method, with a body where there is one. */
    public HttpResponse<String> send(String method, String path, String body) {
        return send(request(httpPort, path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(ANSWER).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public int httpPort() {
        return httpPort;
    }

    public int managementPort() {
        return managementPort;
    }

    public static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    public static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(answer.body(), e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
