package caravan.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.archive.ArchiveDocument;
import caravan.archive.DamagedObjectException;
import caravan.archive.UnsupportedFormatException;
import caravan.catalog.ArchiveSummary;
import caravan.catalog.Catalog;
import caravan.catalog.KeyCheck;
import caravan.catalog.TopicContents;
import caravan.catalog.TopicDetails;
import caravan.catalog.TopicDetails.Live;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.kafka.KafkaSettings;
import caravan.manage.TaskException.Kind;
import caravan.restore.FrozenPlans;
import caravan.restore.RestoreException;
import caravan.restore.RestorePreview;
import caravan.restore.RestorePreviewSummary;
import caravan.restore.RestoreRequest;
import caravan.store.Store;
import caravan.store.StoreException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of the HTTP API, one a method; {@code routes/service/api.camel.yaml} says at which path. Each reads its request off
 * the exchange and leaves its answer there, JSON also where it fails.
 */
public final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Whoever asks how the service is does not wait for a cluster that is away. */
    private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(2);

    private static final String JSON_TYPE = "application/json";
    private static final String TEXT_TYPE = "text/plain";
    private static final String RESTORE_TEMPLATE = "kafka-restore";
    private static final String CLUSTER_TIMEOUT_MILLIS = "5000";

    private final OpenApi document = new OpenApi();
    private final LogLevels levels = new LogLevels();
    private final TaskControl control;
    private final Store store;
    private final KafkaSettings kafka;
    private final Browsing browsing;
    private final Verifications verifications;

    Api(TaskControl control, Store store, KafkaSettings kafka, Verifications verifications) {
        this.control = control;
        this.verifications = verifications;
        this.store = store;
        Map<String, String> impatient = new HashMap<>(kafka.properties());
        impatient.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, CLUSTER_TIMEOUT_MILLIS);
        impatient.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CLUSTER_TIMEOUT_MILLIS);
        this.kafka = new KafkaSettings(kafka.bootstrapServers(), impatient);
        this.browsing = new Browsing(store, this.kafka);
    }

    /** What came of a request; {@code location} and {@code body} are empty where there is none. */
    private record Answer(int status, Optional<String> location, Optional<byte[]> body, String type) {
        static Answer ok(Object result) {
            return new Answer(200, Optional.empty(), Optional.of(print(result)), JSON_TYPE);
        }

        static Answer done() {
            return new Answer(204, Optional.empty(), Optional.empty(), JSON_TYPE);
        }

        static Answer of(HttpProblem problem) {
            return new Answer(problem.status(), Optional.empty(), Optional.of(print(problem)), JSON_TYPE);
        }

        static Answer text(String text) {
            return new Answer(200, Optional.empty(), Optional.of(text.getBytes(UTF_8)), TEXT_TYPE);
        }

        private static byte[] print(Object result) {
            try {
                return JSON.writeValueAsBytes(result);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    // ---- the service ----

    public void service(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(new ServiceSummary(
                        Optional.ofNullable(Api.class.getPackage().getImplementationVersion())
                                .orElse("unknown"),
                        store.location(),
                        archiveId().orElse(null),
                        clusterId().orElse(null))));
    }

    private Optional<String> archiveId() {
        try {
            return new Catalog(store).archive().map(ArchiveDocument::archiveId);
        } catch (StoreException e) {
            LOG.debug("the archive's id is not known", e);
            return Optional.empty();
        }
    }

    private Optional<String> clusterId() {
        try (Cluster cluster = new Cluster(kafka)) {
            return Optional.of(cluster.id(CLUSTER_PATIENCE));
        } catch (KafkaException e) {
            LOG.debug("the cluster's id is not known", e);
            return Optional.empty();
        }
    }

    public void openApiYaml(Exchange exchange) {
        answer(exchange, () -> new Answer(200, Optional.empty(), Optional.of(document.yaml()), "application/yaml"));
    }

    public void openApiJson(Exchange exchange) {
        answer(exchange, () -> Answer.ok(document.json()));
    }

    // ---- tasks ----

    public void tasks(Exchange exchange) {
        answer(exchange, () -> {
            String expand = query(exchange, "expand").text("expand").orElse("");
            return switch (expand) {
                case "" ->
                    Answer.ok(control.all().stream().map(TaskSummary::line).toList());
                case "status" -> Answer.ok(control.all());
                default ->
                    throw new TaskException(
                            Kind.INVALID, "expand can't be '" + expand + "'", "leave it out, or write expand=status");
            };
        });
    }

    public void task(Exchange exchange) {
        answer(exchange, () -> Answer.ok(TaskSummary.of(control.status(parameter(exchange, "name")))));
    }

    public void status(Exchange exchange) {
        answer(exchange, () -> Answer.ok(control.status(parameter(exchange, "name"))));
    }

    public void create(Exchange exchange) {
        answer(exchange, () -> {
            TaskRequest request = TaskRequest.parse(body(exchange));
            TaskStatus made =
                    control.create(request.name(), request.template(), request.parameters(), request.paused());
            return new Answer(
                    201,
                    Optional.of("/tasks/" + made.name()),
                    Optional.of(Answer.print(TaskSummary.of(made))),
                    JSON_TYPE);
        });
    }

    public void configure(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(TaskSummary.of(
                        control.configure(parameter(exchange, "name"), TaskRequest.parseParameters(body(exchange))))));
    }

    public void parameters(Exchange exchange) {
        answer(exchange, () -> Answer.ok(control.parameters(parameter(exchange, "name"))));
    }

    public void amend(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(TaskSummary.of(
                        control.amend(parameter(exchange, "name"), TaskRequest.parseChanges(body(exchange))))));
    }

    public void put(Exchange exchange) {
        answer(exchange, () -> {
            TaskRequest request = TaskRequest.parse(body(exchange), parameter(exchange, "name"));
            boolean made = control.put(request.name(), request.template(), request.parameters(), request.paused());
            byte[] task = Answer.print(TaskSummary.of(control.status(request.name())));
            return new Answer(made ? 201 : 200, Optional.of("/tasks/" + request.name()), Optional.of(task), JSON_TYPE);
        });
    }

    public void delete(Exchange exchange) {
        change(exchange, control::delete);
    }

    public void pause(Exchange exchange) {
        change(exchange, control::pause);
    }

    public void stop(Exchange exchange) {
        change(exchange, control::stop);
    }

    public void resume(Exchange exchange) {
        change(exchange, control::resume);
    }

    public void restart(Exchange exchange) {
        change(
                exchange,
                name -> control.restart(name, query(exchange, "onlyFailed").flag("onlyFailed")));
    }

    @FunctionalInterface
    private interface Change {
        void of(String task);
    }

    private static void change(Exchange exchange, Change change) {
        answer(exchange, () -> {
            change.of(parameter(exchange, "name"));
            return Answer.done();
        });
    }

    public void rate(Exchange exchange) {
        answer(exchange, () -> Answer.ok(control.rate(parameter(exchange, "name"))));
    }

    public void limit(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(control.limit(parameter(exchange, "name"), TaskRequest.parseRate(body(exchange)))));
    }

    public void templates(Exchange exchange) {
        answer(exchange, () -> Answer.ok(control.templates()));
    }

    public void validate(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(control.validate(
                        parameter(exchange, "template"), TaskRequest.parseParameters(body(exchange)))));
    }

    public void taskRoute(Exchange exchange) {
        answer(exchange, () -> Answer.text(control.route(parameter(exchange, "name"), format(exchange))));
    }

    public void templateRoute(Exchange exchange) {
        answer(exchange, () -> {
            TaskRequest request = TaskRequest.parseOf(body(exchange), parameter(exchange, "template"));
            return Answer.text(
                    control.route(request.name(), request.template(), request.parameters(), format(exchange)));
        });
    }

    private static String format(Exchange exchange) {
        return query(exchange, "format").text("format").orElse("yaml");
    }

    // ---- the log ----

    public void loggers(Exchange exchange) {
        answer(exchange, () -> Answer.ok(levels.all()));
    }

    public void logger(Exchange exchange) {
        answer(exchange, () -> Answer.ok(levels.of(parameter(exchange, "logger"))));
    }

    public void setLogger(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(levels.set(parameter(exchange, "logger"), TaskRequest.parseLevel(body(exchange)))));
    }

    // ---- what there is in the archive ----

    public void archive(Exchange exchange) {
        answer(exchange, () -> Answer.ok(ArchiveSummary.of(store)));
    }

    public void topic(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(topic(
                        parameter(exchange, "topic"), query(exchange, "live").flag("live"))));
    }

    private TopicDetails topic(String name, boolean live) {
        Catalog catalog = new Catalog(store);
        ArchiveDocument archive = catalog.requireArchive();
        TopicContents contents = catalog.topic(name)
                .orElseThrow(() -> new TaskException(
                        Kind.NOT_FOUND, "the archive has no topic " + name, "GET /archive shows what it has"));
        return TopicDetails.of(
                store,
                archive,
                contents,
                new KeyCheck(store, Instant.now()).check(contents),
                live ? ask(name, "caravan-" + archive.archiveId()) : Live.none());
    }

    private Live ask(String topic, String group) {
        try (Cluster cluster = new Cluster(kafka)) {
            return Live.of(cluster, topic, group);
        }
    }

    public void coverage(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(
                        browsing.coverage(parameter(exchange, "topic"), query(exchange, "timeline", "pieces"))));
    }

    // ---- what there is in Kafka, and in both ----

    public void topics(Exchange exchange) {
        answer(exchange, () -> Answer.ok(browsing.topics(control.backups(), query(exchange, "match", "exclude"))));
    }

    public void clusterTopic(Exchange exchange) {
        answer(exchange, () -> Answer.ok(browsing.clusterTopic(parameter(exchange, "topic"))));
    }

    public void kafkaMessages(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(browsing.kafkaMessages(
                        parameter(exchange, "topic"),
                        query(exchange, "partition", "from", "time", "key", "end", "limit"))));
    }

    public void archivedMessages(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(browsing.archivedMessages(
                        parameter(exchange, "topic"),
                        query(exchange, "timeline", "partition", "from", "time", "key", "end", "limit"))));
    }

    public void kafkaMessage(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(browsing.kafkaMessage(
                        parameter(exchange, "topic"),
                        parameter(exchange, "partition"),
                        parameter(exchange, "offset"))));
    }

    public void archivedMessage(Exchange exchange) {
        answer(
                exchange,
                () -> Answer.ok(browsing.archivedMessage(
                        parameter(exchange, "topic"),
                        parameter(exchange, "partition"),
                        parameter(exchange, "offset"),
                        query(exchange, "timeline"))));
    }

    // ---- verifications ----

    public void verify(Exchange exchange) {
        answer(exchange, () -> {
            Verifications.Status begun = verifications.start(TaskRequest.parseVerification(body(exchange)));
            return new Answer(
                    201, Optional.of("/verifications/" + begun.id()), Optional.of(Answer.print(begun)), JSON_TYPE);
        });
    }

    public void verifications(Exchange exchange) {
        answer(exchange, () -> Answer.ok(verifications.all()));
    }

    public void verification(Exchange exchange) {
        answer(exchange, () -> Answer.ok(verifications.of(parameter(exchange, "id"))));
    }

    public void deleteVerification(Exchange exchange) {
        answer(exchange, () -> {
            verifications.delete(parameter(exchange, "id"));
            return Answer.done();
        });
    }

    // ---- restores ----

    public void planRestore(Exchange exchange) {
        answer(exchange, () -> {
            Map<String, String> parameters =
                    control.checked(RESTORE_TEMPLATE, TaskRequest.parseParameters(body(exchange)));
            try (Cluster cluster = new Cluster(kafka)) {
                cluster.id(CLUSTER_PATIENCE);
                return Answer.ok(RestorePreviewSummary.of(
                        RestorePreview.of(store, new FrozenPlans(store), cluster, new RestoreRequest(parameters))));
            }
        });
    }

    public void restore(Exchange exchange) {
        answer(exchange, () -> Answer.ok(control.restore(parameter(exchange, "id"))));
    }

    // ----

    /** What stands in the path; the router put it behind headers and query parameters of the same name. */
    private static String parameter(Exchange exchange, String name) {
        Object value = exchange.getMessage().getHeader(name);
        return value instanceof List<?> several
                ? String.valueOf(several.get(several.size() - 1))
                : String.valueOf(value);
    }

    /**
     * The query of a request.
     *
     * @param known the parameters that the operation takes
     * @throws TaskException {@link Kind#INVALID} where there is another one
     */
    private static Query query(Exchange exchange, String... known) {
        return new Query(exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class), known);
    }

    private static byte[] body(Exchange exchange) {
        return Optional.ofNullable(exchange.getMessage().getBody(byte[].class)).orElseGet(() -> new byte[0]);
    }

    private static void answer(Exchange exchange, Supplier<Answer> operation) {
        Answer answer;
        try {
            answer = operation.get();
        } catch (RuntimeException e) {
            answer = Answer.of(problem(e));
        }
        // A message of its own: the request's headers would go back with the answer.
        Message message = new DefaultMessage(exchange.getContext());
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        answer.location().ifPresent(location -> message.setHeader("Location", location));
        answer.body().ifPresent(body -> message.setBody(body));
        if (answer.body().isPresent()) {
            message.setHeader(Exchange.CONTENT_TYPE, answer.type());
        }
        exchange.setMessage(message);
    }

    private static HttpProblem problem(RuntimeException failure) {
        if (failure instanceof TaskException task) {
            return new HttpProblem(task.getMessage(), task.hint(), status(task.kind()));
        }
        if (failure instanceof StoreException unavailable) {
            int status = unavailable.kind() == StoreException.Kind.NOT_FOUND ? 404 : 503;
            return new HttpProblem(unavailable.getMessage(), unavailable.hint(), status);
        }
        if (failure instanceof RestoreException restore) {
            return new HttpProblem(restore.getMessage(), restore.hint(), status(restore.kind()));
        }
        if (failure instanceof AuthorizationException refused) {
            return new HttpProblem(KafkaErrors.message(refused), KafkaErrors.hint(refused), 403);
        }
        if (failure instanceof KafkaException) {
            return new HttpProblem(
                    "the cluster does not answer: " + failure.getMessage(), "try again when it does", 503);
        }
        if (failure instanceof DamagedObjectException) {
            return new HttpProblem(failure.getMessage(), "see what is damaged with 'verify --data'", 500);
        }
        if (failure instanceof UnsupportedFormatException) {
            return new HttpProblem(failure.getMessage(), "use a later version of Caravan", 500);
        }
        LOG.error("a request could not be served", failure);
        return new HttpProblem("something unforeseen went wrong", "the log of the service tells what", 500);
    }

    private static int status(RestoreException.Kind kind) {
        return switch (kind) {
            case CHOICE_NEEDED -> 400;
            case NOT_POSSIBLE -> 409;
            case DAMAGED -> 500;
        };
    }

    private static int status(Kind kind) {
        return switch (kind) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case UNAVAILABLE -> 503;
        };
    }
}
