package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.Finding.Severity;
import caravan.catalog.FindingSummary;
import caravan.catalog.TimelineContents;
import caravan.restore.Renames;
import caravan.restore.TopicComparison;
import caravan.restore.Verification;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: whether an archive is whole and sound, and with a cluster, whether both hold the same records. */
@Command(
        name = "verify",
        description =
                "Checks keys and coverage; with --data every byte of every object; with --against also that a cluster"
                        + " holds the same records.")
final class VerifyCommand implements Callable<Integer> {

    /**
     * What {@code --output json} prints.
     *
     * @param store the store's URL
     * @param verdict the worst of all findings: ok, warning or failure
     * @param objectsRead objects that were read from the first byte to the last; 0 without {@code --data}
     * @param recordsCompared records that archive and cluster both have; 0 without {@code --against}
     */
    @JsonPropertyOrder({
        "store",
        "archiveId",
        "verdict",
        "timelines",
        "objectsRead",
        "bytesRead",
        "recordsCompared",
        "findings"
    })
    record Result(
            String store,
            String archiveId,
            String verdict,
            List<TimelineJson> timelines,
            long objectsRead,
            long bytesRead,
            long recordsCompared,
            List<FindingSummary> findings) {}

    /** One life of a topic; {@code verdict} is the worst of its findings: ok, warning or failure. */
    @JsonPropertyOrder({"topic", "timeline", "partitions", "objects", "records", "bytes", "verdict"})
    record TimelineJson(
            String topic, String timeline, int partitions, long objects, long records, long bytes, String verdict) {}

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions storeOptions;

    @Mixin
    private KafkaOptions kafkaOptions;

    @Mixin
    private ArchivedTopics selected;

    @Option(names = "--data", description = "Read every object, and check every byte of it.")
    private boolean data;

    @Option(names = "--against", description = "Compare with the cluster at --bootstrap-servers, record by record.")
    private boolean against;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "H:P",
            description = "Brokers for --against, host:port, comma-separated.")
    private String bootstrapServers;

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            description = "With --against: another name in the cluster; can be given several times.")
    private List<String> renames = new ArrayList<>();

    @Option(
            names = "--timeline",
            paramLabel = "ID",
            defaultValue = "",
            description =
                    "With --against, where the archive has several timelines of a topic and the cluster none of them:"
                            + " newest, or the name of one.")
    private String timeline;

    private final List<TimelineJson> timelines = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private long bytesRead;
    private long objectsRead;
    private long recordsCompared;

    @Override
    public Integer call() {
        if (against && bootstrapServers == null) {
            throw CommandException.usage("--against needs a cluster", "add --bootstrap-servers host:port");
        }
        Renames names = Renames.parse(String.join(",", renames));
        try (Store store = storeOptions.open()) {
            ArchiveDocument archive = new Catalog(store).requireArchive();
            ProgressLine line = new ProgressLine(common.err());
            try (TopicComparison comparison = against ? comparison(store, names, line) : null) {
                Verification verification = new Verification(
                        store,
                        selected.choice(),
                        data,
                        Optional.ofNullable(comparison),
                        (objects, records, bytes) -> line.show("reading", records, bytes, ""));
                verification.run(
                        archive,
                        (topic, about) -> {
                            topic.timelines().forEach(life -> timelines.add(timeline(life, about)));
                            findings.addAll(about);
                        },
                        findings::add);
                objectsRead = verification.objectsRead();
                bytesRead = verification.bytesRead();
                recordsCompared = verification.recordsCompared();
            } finally {
                line.end();
            }
            Result result = new Result(
                    store.location(),
                    archive.archiveId(),
                    verdict(findings),
                    timelines,
                    objectsRead,
                    bytesRead,
                    recordsCompared,
                    findings.stream().map(FindingSummary::of).toList());
            common.result(result, text(result));
            return exitCode(findings);
        }
    }

    private TopicComparison comparison(Store store, Renames names, ProgressLine line) {
        return new TopicComparison(
                store,
                kafkaOptions.settings(bootstrapServers),
                names,
                topic -> Timelines.choose(topic, timeline),
                (records, bytes, partition) -> line.show("comparing", records, bytes, partition.toString()));
    }

    /**
     * @param topic what was found of the whole topic
     */
    private static TimelineJson timeline(TimelineContents contents, List<Finding> topic) {
        String folder = contents.timeline().folder();
        List<Finding> about = topic.stream()
                .filter(finding -> finding.partition()
                        .map(partition -> partition.timeline().folder().equals(folder))
                        .orElse(true))
                .toList();
        return new TimelineJson(
                contents.topic(),
                folder,
                contents.partitions().size(),
                contents.objects(),
                contents.records(),
                contents.bytes(),
                verdict(about));
    }

    private static String verdict(List<Finding> findings) {
        return switch (exitCode(findings)) {
            case ExitCode.DONE -> "ok";
            case ExitCode.ATTENTION -> "warning";
            default -> "failure";
        };
    }

    /** What findings mean for whoever called the command. */
    static int exitCode(List<Finding> findings) {
        if (findings.isEmpty()) {
            return ExitCode.DONE;
        }
        boolean damage = findings.stream().anyMatch(finding -> finding.severity() == Severity.FAILURE);
        return damage ? ExitCode.DAMAGE : ExitCode.ATTENTION;
    }

    private String text(Result result) {
        StringBuilder text = new StringBuilder("archive ")
                .append(result.archiveId())
                .append(" in ")
                .append(result.store())
                .append("\n\n");
        Table table = new Table("TOPIC", "TIMELINE", ">PARTITIONS", ">OBJECTS", ">RECORDS", ">STORED", "VERDICT");
        for (TimelineJson life : result.timelines()) {
            table.row(
                    life.topic(),
                    life.timeline(),
                    Units.count(life.partitions()),
                    Units.count(life.objects()),
                    Units.count(life.records()),
                    Units.bytes(life.bytes()),
                    life.verdict().toUpperCase(Locale.ROOT));
        }
        text.append(table.isEmpty() ? "no topics\n" : table.print(""));
        if (!result.findings().isEmpty()) {
            text.append('\n');
            result.findings().forEach(finding -> text.append(line(finding)).append('\n'));
            result.findings().stream().map(FindingSummary::hint).distinct().forEach(hint -> text.append("hint: ")
                    .append(hint)
                    .append('\n'));
        }
        text.append('\n').append(checked()).append(": ").append(summary()).append('\n');
        return text.toString();
    }

    private String checked() {
        List<String> checked = new ArrayList<>(List.of("keys and coverage checked"));
        if (data) {
            checked.add(Units.count(objectsRead, "object") + " (" + Units.bytes(bytesRead) + ") read");
        }
        if (against) {
            checked.add(Units.count(recordsCompared, "record") + " compared with the cluster");
        }
        return String.join(", ", checked);
    }

    private String summary() {
        long failures = findings.stream()
                .filter(finding -> finding.severity() == Severity.FAILURE)
                .count();
        long warnings = findings.size() - failures;
        if (findings.isEmpty()) {
            return "OK";
        }
        return Units.count(failures, "failure") + ", " + Units.count(warnings, "warning");
    }

    /** {@code WARNING  what is wrong}. */
    static String line(FindingSummary finding) {
        return String.format(Locale.ROOT, "%-7s  %s", finding.severity().toUpperCase(Locale.ROOT), finding.message());
    }
}
