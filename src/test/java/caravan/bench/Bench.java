package caravan.bench;

import caravan.testbed.S3Server;
import caravan.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * The benchmark: starts the servers, runs the chosen scenarios, prints the table. Ends with 1 where a process failed or a record was
 * lost; a missed target is only marked.
 */
public final class Bench {
    private static final Path LOGGING = Path.of("target", "test-classes", "logback-test.xml");

    private final BenchOptions options;

    private Bench(BenchOptions options) {
        this.options = options;
    }

    /** Runs the benchmark, and the JVM ends with its exit code; {@code --help} tells the options. */
    public static void main(String[] args) {
        BenchOptions options = new BenchOptions();
        CommandLine line = new CommandLine(options);
        int exitCode = 1;
        try {
            line.parseArgs(args);
            if (line.isUsageHelpRequested()) {
                line.usage(System.out);
                exitCode = 0;
            } else {
                new Bench(options).run();
                exitCode = 0;
            }
        } catch (CommandLine.ParameterException | BenchException e) {
            System.err.println("error: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
        }
        System.exit(exitCode);
    }

    private void run() throws IOException {
        ProcFiles.require();
        CaravanJar.requireFresh(options.jar());
        options.classData().ifPresent(archive -> CaravanJar.requireClassData(archive, options.jar()));
        List<Scenario> chosen = chosen();
        try (Workspace workspace = new Workspace("caravan-bench")) {
            Console.step("starting a broker and an S3 server");
            try (Broker broker = Broker.start(workspace);
                    S3Server s3 = S3Server.start(workspace)) {
                Processes processes = new Processes(workspace);
                KafkaTools tools = new KafkaTools(processes, broker, workspace, LOGGING.toAbsolutePath());
                CaravanJar caravan = new CaravanJar(processes, options, s3.environment());
                TestStand stand = new TestStand(
                        options, workspace, broker, s3, caravan, tools, new DataSets(broker, tools, options));
                List<Result> results = new ArrayList<>();
                chosen.forEach(scenario -> results.add(scenario.run(stand)));
                report(s3.name(), results, Codec.all(workspace, Machine.here().cores()));
            }
        }
    }

    private List<Scenario> chosen() {
        List<Scenario> chosen = Scenarios.all().stream()
                .filter(scenario -> options.scenarios().contains(scenario.id()))
                .toList();
        for (String id : options.scenarios()) {
            if (chosen.stream().noneMatch(scenario -> scenario.id().equals(id))) {
                throw new BenchException("there is no scenario " + id);
            }
        }
        return chosen;
    }

    private void report(String s3, List<Result> results, List<Codec> codecs) {
        Machine machine = Machine.here();
        System.out.print(TextTable.of(machine, s3, options, results, codecs));
        options.json().ifPresent(file -> JsonReport.write(file, machine, s3, options, results, codecs));
        options.plot().ifPresent(file -> new Plot(machine, options.scale(), results).write(file));
    }
}
