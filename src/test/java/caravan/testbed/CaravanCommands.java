package caravan.testbed;

import caravan.cli.CommandLineInterface;
import caravan.kafka.ChunkClients;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** The command line in this JVM, on a broker and, where the archive is not in a directory, an S3 server of the tests. */
public final class CaravanCommands {
    private final String bootstrapServers;

    /** Commands on this cluster, with archives in directories. */
    public CaravanCommands(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Commands on this cluster; from here on, AWS clients of this JVM use {@code s3}. */
    public CaravanCommands(String bootstrapServers, TestS3 s3) {
        this(bootstrapServers);
        s3.systemProperties().forEach(System::setProperty);
    }

    /** Runs a command just as given. */
    public static CommandResult run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = CommandLineInterface.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new CommandResult(List.of(arguments), exitCode, out.toString(), err.toString());
    }

    /** {@code backup --until-now} of these topics, with more options. */
    public CommandResult backup(String store, String topics, String... options) {
        return onCluster("backup", store, options, "--topics", topics, "--until-now");
    }

    /** {@link #backup}, with records taken out of their batches and put into new ones. */
    public CommandResult backupRebatched(String store, String topics, String... options) {
        String before = System.setProperty(ChunkClients.REBATCH, "true");
        try {
            return backup(store, topics, options);
        } finally {
            if (before == null) {
                System.clearProperty(ChunkClients.REBATCH);
            } else {
                System.setProperty(ChunkClients.REBATCH, before);
            }
        }
    }

    /** {@code restore}, with more options. */
    public CommandResult restore(String store, String... options) {
        return onCluster("restore", store, options);
    }

    /** A command that needs a cluster and a store, with more options. */
    public CommandResult onCluster(String command, String store, String[] options, String... first) {
        List<String> arguments = new ArrayList<>();
        arguments.add(command);
        arguments.addAll(List.of("--bootstrap-servers", bootstrapServers, "--store", store));
        arguments.addAll(List.of(first));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    /** A command that needs a store only, with more options. */
    public CommandResult onStore(String command, String store, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, "--store", store));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }
}
