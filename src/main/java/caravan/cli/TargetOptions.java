package caravan.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What is made of the topics that a restore fills. */
final class TargetOptions {

    @Option(names = "--append", description = "Fill topics that have records behind them, instead of refusing them.")
    private boolean append;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            defaultValue = "",
            description = "Replicas of topics that are created (default: as in the source).")
    private String replicationFactor;

    @Option(
            names = "--ignore-unsupported-configs",
            description = "Leave settings out that the brokers don't take; they are named.")
    private boolean ignoreUnsupportedConfigs;

    @Option(
            names = "--apply-retention",
            description = "Turn retention on at the end, even if it deletes restored records.")
    private boolean applyRetention;

    /** By the names of the route template's parameters. */
    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("append", Boolean.toString(append));
        parameters.put("replicationFactor", replicationFactor);
        parameters.put("ignoreUnsupportedConfigs", Boolean.toString(ignoreUnsupportedConfigs));
        parameters.put("applyRetention", Boolean.toString(applyRetention));
        return parameters;
    }
}
