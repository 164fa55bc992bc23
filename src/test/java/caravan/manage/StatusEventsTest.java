package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Those who listen hear how the tasks are, again and again, and cost no more than one of them would. */
class StatusEventsTest {
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private final Vertx vertx = Vertx.vertx();
    /** As browsers speak it without TLS. */
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final StatusEvents events = new StatusEvents(
            () -> {
                looks.incrementAndGet();
                return List.of();
            },
            stopping::get,
            INTERVAL,
            3);
    private HttpServer server;

    @BeforeEach
    void serve() {
        Router router = Router.router(vertx);
        router.get("/events").handler(events);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() {
        events.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpResponse<InputStream> listen() {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/events"))
                            .build(),
                    BodyHandlers.ofInputStream());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aListenerHearsAtOnceAndAgainAndAgain() throws IOException {
        HttpResponse<InputStream> answer = listen();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        long before = 0;
        for (int event = 0; event < 3; event++) {
            assertThat(lines.readLine()).isEqualTo("event: status");
            JsonNode status = new ObjectMapper().readTree(lines.readLine().substring("data: ".length()));
            assertThat(lines.readLine()).isEmpty();
            assertThat(status.path("tasks").isArray()).isTrue();
            assertThat(status.path("at").asLong()).isGreaterThanOrEqualTo(before);
            before = status.path("at").asLong();
        }
        answer.body().close();
        Awaitility.await().until(() -> events.listening() == 0);
    }

    @Test
    void nobodyLooksWhereNobodyListensAndOnceForAllWhereSomeDo() throws IOException {
        assertThat(looks).hasValue(0);
        List<HttpResponse<InputStream>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(listen());
        }
        int heard = 0;
        for (HttpResponse<InputStream> answer : answers) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            for (int line = 0; line < 3 * 6; line++) {
                heard += lines.readLine().startsWith("data:") ? 1 : 0;
            }
        }

        assertThat(heard).isEqualTo(18);
        assertThat(looks.get()).isLessThan(18);
        for (HttpResponse<InputStream> answer : answers) {
            answer.body().close();
        }
    }

    @Test
    void oneTooManyIsSentAwayUntilAnotherLeaves() throws IOException {
        List<HttpResponse<InputStream>> answers = List.of(listen(), listen(), listen());

        assertThat(listen().statusCode()).isEqualTo(503);

        answers.get(0).body().close();
        Awaitility.await().until(() -> events.listening() < 3);
        assertThat(listen().statusCode()).isEqualTo(200);
    }

    @Test
    void aServiceThatStopsEndsThem() throws IOException {
        HttpResponse<InputStream> answer = listen();

        stopping.set(true);

        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("\n\n");
        assertThat(listen().statusCode()).isEqualTo(503);
    }
}
