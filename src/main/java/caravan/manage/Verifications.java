package caravan.manage;

import caravan.archive.ArchiveDocument;
import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.Finding.Severity;
import caravan.catalog.FindingSummary;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicChoice;
import caravan.catalog.TopicContents;
import caravan.kafka.KafkaErrors;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.manage.TaskException.Kind;
import caravan.restore.Renames;
import caravan.restore.TopicComparison;
import caravan.restore.Verification;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The verifications of the archive that somebody asked a service for: one at a time, the last ones remembered. Safe for any thread. */
final class Verifications implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);

    /** Verifications that are remembered. */
    private static final int MOST = 20;

    /** Findings that are kept of one; the others are counted. */
    private static final int MOST_FINDINGS = 1_000;

    /**
     * What is wanted.
     *
     * @param topics names and regular expressions, comma-separated; null for all
     * @param data whether every byte of every object is read
     * @param against whether the archive is compared with the cluster, record by record
     */
    record Wanted(String topics, boolean data, boolean against) {}

    /**
     * How one is, as it is told in JSON.
     *
     * @param state running, done, failed or cancelled
     * @param startedAt epoch millis
     * @param endedAt epoch millis; null while it runs
     * @param checkedObjects whose keys were checked, and with {@code data} that were read
     * @param plannedObjects all that there are to read; null without {@code data}, and until that is known
     * @param checkedBytes that were read of objects
     * @param comparedRecords that archive and cluster both have
     * @param findings the first of them
     * @param moreFindings number of those that are left out
     * @param result ok, attention or damage: the worst finding; null until it is done
     * @param error why it failed; null where it did not
     */
    @JsonPropertyOrder({
        "id",
        "state",
        "startedAt",
        "endedAt",
        "topics",
        "data",
        "against",
        "checkedObjects",
        "plannedObjects",
        "checkedBytes",
        "comparedRecords",
        "findings",
        "moreFindings",
        "result",
        "error"
    })
    record Status(
            String id,
            String state,
            long startedAt,
            Long endedAt,
            String topics,
            boolean data,
            boolean against,
            long checkedObjects,
            Long plannedObjects,
            long checkedBytes,
            long comparedRecords,
            List<FindingSummary> findings,
            long moreFindings,
            String result,
            String error) {}

    private enum State {
        RUNNING("running"),
        DONE("done"),
        FAILED("failed"),
        CANCELLED("cancelled");

        private final String text;

        State(String text) {
            this.text = text;
        }
    }

    /** Somebody does not want it any more. */
    private static final class CancelledException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** One verification; all that changes is guarded by it. */
    private final class Run {
        private final String id = Uuid.randomUuid().toString();
        private final Wanted wanted;
        private final TopicChoice topics;
        private final long startedAt = System.currentTimeMillis();
        private final Thread thread = new Thread(this::run, "caravan-verify");
        private final List<FindingSummary> findings = new ArrayList<>();
        private State state = State.RUNNING;
        private Long endedAt;
        private long objects;
        private Long planned;
        private long bytes;
        private long compared;
        private long moreFindings;
        private boolean damage;
        private String error;
        private boolean cancelled;

        private Run(Wanted wanted, TopicChoice topics) {
            this.wanted = wanted;
            this.topics = topics;
            thread.setDaemon(true);
        }

        private void run() {
            try {
                verify();
                end(State.DONE, null);
            } catch (CancelledException e) {
                end(State.CANCELLED, null);
            } catch (KafkaException e) {
                end(State.FAILED, KafkaErrors.message(e));
            } catch (TaskException e) {
                end(State.FAILED, e.getMessage() + "; " + e.hint());
            } catch (RuntimeException e) {
                LOG.warn("the verification {} failed", id, e);
                end(State.FAILED, String.valueOf(e.getMessage()));
            } catch (Error e) {
                end(State.FAILED, String.valueOf(e));
                throw e;
            }
        }

        private void verify() {
            Catalog catalog = new Catalog(store);
            ArchiveDocument archive = catalog.requireArchive();
            if (wanted.data()) {
                plan(topics.in(catalog, foreign -> {})
                        .mapToLong(Verifications::objects)
                        .sum());
            }
            try (TopicComparison comparison = wanted.against() ? comparison() : null) {
                new Verification(store, topics, wanted.data(), Optional.ofNullable(comparison), this::read)
                        .run(archive, this::checked, this::found);
            }
        }

        private TopicComparison comparison() {
            return new TopicComparison(
                    store,
                    kafka,
                    Renames.parse(""),
                    Verifications::onlyLife,
                    (records, comparedBytes, partition) -> compared(records));
        }

        private synchronized void plan(long all) {
            requireWanted();
            planned = all;
        }

        private synchronized void read(long read, long records, long readBytes) {
            requireWanted();
            objects = read;
            bytes = readBytes;
        }

        private synchronized void compared(long records) {
            requireWanted();
            compared = records;
        }

        private synchronized void checked(TopicContents topic, List<Finding> about) {
            requireWanted();
            about.forEach(this::found);
            if (!wanted.data()) {
                objects += objects(topic);
            }
        }

        private synchronized void found(Finding finding) {
            damage |= finding.severity() == Severity.FAILURE;
            if (findings.size() < MOST_FINDINGS) {
                findings.add(FindingSummary.of(finding));
            } else {
                moreFindings++;
            }
        }

        private void requireWanted() {
            if (cancelled) {
                throw new CancelledException();
            }
        }

        private synchronized void end(State how, String why) {
            state = cancelled && how != State.DONE ? State.CANCELLED : how;
            error = state == State.FAILED ? why : null;
            endedAt = System.currentTimeMillis();
        }

        private synchronized boolean running() {
            return state == State.RUNNING;
        }

        private synchronized void cancel() {
            if (running()) {
                cancelled = true;
                thread.interrupt();
            }
        }

        private synchronized Status status() {
            String result = damage ? "damage" : findings.isEmpty() ? "ok" : "attention";
            return new Status(
                    id,
                    state.text,
                    startedAt,
                    endedAt,
                    wanted.topics(),
                    wanted.data(),
                    wanted.against(),
                    objects,
                    planned,
                    bytes,
                    compared,
                    List.copyOf(findings),
                    moreFindings,
                    state == State.DONE ? result : null,
                    error);
        }
    }

    private final Store store;
    private final KafkaSettings kafka;
    private final Deque<Run> runs = new ArrayDeque<>();

    Verifications(Store store, KafkaSettings kafka) {
        this.store = store;
        this.kafka = kafka;
    }

    private static long objects(TopicContents topic) {
        return topic.timelines().stream().mapToLong(TimelineContents::objects).sum();
    }

    /** As {@code verify} without {@code --timeline}. */
    private static TimelineContents onlyLife(TopicContents topic) {
        return topic.life("")
                .orElseThrow(() -> new TaskException(
                        Kind.INVALID,
                        "the archive has several timelines of the topic " + topic.topic()
                                + ", and the cluster's is none of them: "
                                + topic.timelines().stream()
                                        .map(life -> life.timeline().folder())
                                        .collect(Collectors.joining(", ")),
                        "leave the topic out, or compare it with 'verify --timeline'"));
    }

    /**
     * Starts one.
     *
     * @throws TaskException {@link Kind#INVALID} where the topics can't be read, {@link Kind#CONFLICT} where another one runs
     */
    synchronized Status start(Wanted wanted) {
        TopicChoice topics = choice(wanted.topics());
        runs.stream().filter(Run::running).findFirst().ifPresent(running -> {
            throw new TaskException(
                    Kind.CONFLICT,
                    "the verification " + running.id + " is running",
                    "wait for its end, or cancel it with DELETE /verifications/" + running.id);
        });
        Run run = new Run(wanted, topics);
        runs.addFirst(run);
        while (runs.size() > MOST) {
            runs.removeLast();
        }
        run.thread.start();
        return run.status();
    }

    private static TopicChoice choice(String topics) {
        if (topics == null) {
            return TopicChoice.everything();
        }
        try {
            return TopicChoice.of(TopicFilter.of(topics, ""), topics);
        } catch (IllegalArgumentException e) {
            throw new TaskException(
                    Kind.INVALID, e.getMessage(), "write names and regular expressions, comma-separated: orders,pay.*");
        }
    }

    /** All that are remembered, the last one first. */
    synchronized List<Status> all() {
        return runs.stream().map(Run::status).toList();
    }

    /** @throws TaskException {@link Kind#NOT_FOUND} */
    synchronized Status of(String id) {
        return named(id).status();
    }

    private Run named(String id) {
        return runs.stream()
                .filter(run -> run.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new TaskException(
                        Kind.NOT_FOUND,
                        "there is no verification " + id,
                        "GET /verifications shows the last ones, since the service was started"));
    }

    /**
     * Ends one that runs; forgets one that has ended.
     *
     * @throws TaskException {@link Kind#NOT_FOUND}
     */
    synchronized void delete(String id) {
        Run run = named(id);
        if (run.running()) {
            run.cancel();
        } else {
            runs.remove(run);
        }
    }

    @Override
    public synchronized void close() {
        runs.forEach(Run::cancel);
    }
}
