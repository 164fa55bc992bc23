package caravan.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which records of a topic are restored. */
final class SelectionOptions {

    @Option(
            names = "--partitions",
            paramLabel = "LIST",
            defaultValue = "",
            description = "These partitions only, such as 0,2-5; the others stay empty.")
    private String partitions;

    @Option(
            names = "--from-time",
            paramLabel = "T",
            defaultValue = "",
            description = "Records whose timestamp is not before this: 2026-11-28T14:03:00Z, or epoch milliseconds.")
    private String fromTime;

    @Option(
            names = "--to-time",
            paramLabel = "T",
            defaultValue = "",
            description = "Records whose timestamp is before this, in the same form.")
    private String toTime;

    @Option(
            names = "--time-slack",
            paramLabel = "TIME",
            defaultValue = "",
            description =
                    "How much older than those before it a record can be, such as 1h: with --to-time, later objects"
                            + " are not read then.")
    private String timeSlack;

    @Option(
            names = "--from-offset",
            paramLabel = "N",
            defaultValue = "",
            description = "First offset of each partition, as in the source.")
    private String fromOffset;

    @Option(
            names = "--to-offset",
            paramLabel = "N",
            defaultValue = "",
            description = "End of the offsets of each partition, exclusive.")
    private String toOffset;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "", description = "Most records of each partition.")
    private String limit;

    /** By the names of the route template's parameters. */
    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("partitions", partitions);
        parameters.put("fromTime", fromTime);
        parameters.put("toTime", toTime);
        parameters.put("timeSlack", timeSlack);
        parameters.put("fromOffset", fromOffset);
        parameters.put("toOffset", toOffset);
        parameters.put("limit", limit);
        return parameters;
    }
}
