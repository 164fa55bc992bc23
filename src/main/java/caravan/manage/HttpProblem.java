package caravan.manage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What a request is answered that could not be served: always in JSON, and never with a stack trace.
 *
 * @param error what is wrong
 * @param hint what to do
 * @param status of HTTP
 */
@JsonPropertyOrder({"error", "hint", "status"})
record HttpProblem(String error, String hint, int status) {
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a server itself answers, with the status and what is wrong. */
    private static final Map<Integer, String> STANDARD = Map.of(
            400, "the request can't be read",
            404, "there is nothing at this path",
            405, "this path has no such method",
            413, "the body is larger than 1 MiB",
            500, "something unforeseen went wrong; the log tells what",
            503, "the service is starting or stopping");

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers a request with it. */
    void answer(RoutingContext request) {
        HttpServerResponse response = request.response();
        if (!response.ended()) {
            response.setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(json());
        }
    }

    /**
     * From now on, this router, which must be a server's own, answers in JSON where no route of it does.
     *
     * @param allowed the methods that a path has, for the header that 405 needs, and its hint; empty where they are not known
     */
    static void explain(Router root, String hint, Function<String, Set<String>> allowed) {
        STANDARD.forEach((status, error) -> root.errorHandler(status, request -> {
            if (status == METHOD_NOT_ALLOWED) {
                String methods = String.join(", ", allowed.apply(request.normalizedPath()));
                request.response().putHeader("Allow", methods);
                new HttpProblem(error, methods.isEmpty() ? hint : "it has " + methods + "; " + hint, status)
                        .answer(request);
            } else {
                new HttpProblem(error, hint, status).answer(request);
            }
        }));
    }
}
