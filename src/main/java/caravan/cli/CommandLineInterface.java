package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: commands, options from the environment, and errors as {@code error:} and {@code hint:} lines. */
@Command(
        name = "caravan",
        description = "Backup and restore of Apache Kafka on S3-compatible storage.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLineInterface.Version.class,
        footer = {
            "",
            "Every option can also be given as an environment variable: --max-age as CARAVAN_MAX_AGE,",
            "or CARAVAN_MAX_AGE_FILE, which names a file with the value.",
            "Exit codes: 0 done, 1 could not, 2 usage, 3 needs attention, 4 damage, 130/143 cut short."
        })
public final class CommandLineInterface {

    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private CommandLineInterface() {}

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("backup", BackupCommand::new);
        commands.put("restore", RestoreCommand::new);
        commands.put("list", ListCommand::new);
        commands.put("info", InfoCommand::new);
        commands.put("verify", VerifyCommand::new);
        commands.put("cat", CatCommand::new);
        commands.put("prune", PruneCommand::new);
        commands.put("run", RunCommand::new);
        return commands;
    }

    /** The command line with all commands. */
    static CommandLine all() {
        CommandLine line = new CommandLine(new CommandLineInterface());
        COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
        return line;
    }

    /** With the command alone that the arguments begin with: to look at all of them takes a third of a second. */
    private static CommandLine line(String... args) {
        Supplier<Object> command = args.length == 0 ? null : COMMANDS.get(args[0]);
        return command == null
                ? all()
                : new CommandLine(new CommandLineInterface()).addSubcommand(args[0], command.get());
    }

    /** Runs one command on standard output and error. */
    public static int run(String... args) {
        // Not the default charset: in a C locale that is ASCII, and records would be printed with question marks.
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, UTF_8);
        return run(out, err, CommandLineInterface::withLog, args);
    }

    /** Runs one command as a part of this process, whose log stays as it is; returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return run(out, err, new RunLast(), args);
    }

    private static int withLog(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            CommandSpec common = command.getCommandSpec().mixins().get("common");
            if (common != null) {
                ((CommonOptions) common.userObject()).configureLog();
            }
        }
        return new RunLast().execute(parsed);
    }

    private static int run(PrintWriter out, PrintWriter err, IExecutionStrategy strategy, String... args) {
        CommandLine line = line(args)
                .setOut(out)
                .setErr(err)
                // For the defaults in help only: a secret from a variable is to be taken as it is, with whatever ${ is
                // in it.
                .setInterpolateVariables(args.length == 0 || help(args))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(new Environment(System.getenv()))
                .setParameterExceptionHandler((e, arguments) -> usage(err, e))
                .setExecutionExceptionHandler(
                        (e, command, parsed) -> Failures.explain(e, command.getErr(), debug(command)))
                .setExecutionStrategy(strategy);
        line.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .mixinStandardHelpOptions(true));
        if (args.length == 0) {
            line.usage(err);
            return ExitCode.USAGE;
        }
        return line.execute(args);
    }

    private static boolean help(String... args) {
        return List.of(args).contains("--help") || List.of(args).contains("-h");
    }

    private static boolean debug(CommandLine command) {
        OptionSpec debug = command.getCommandSpec().findOption("--debug");
        return debug != null && Boolean.TRUE.equals(debug.getValue());
    }

    private static int usage(PrintWriter err, ParameterException wrong) {
        if (wrong.getCause() instanceof CommandException known) {
            return Failures.explain(known, err, false);
        }
        ParameterException e = misspelt(wrong);
        err.println("error: "
                + e.getMessage()
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceFirst(" is not an? (int|long)$", " is not a whole number"));
        List<String> suggestions =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println(
                suggestions.isEmpty()
                        ? "hint: see '" + command + " --help'"
                        : "hint: did you mean " + String.join(" or ", suggestions) + "?");
        err.flush();
        return ExitCode.USAGE;
    }

    /** A required option that is missing may be there, misspelt: that is what has to be said then. */
    private static ParameterException misspelt(ParameterException wrong) {
        List<String> unmatched = wrong.getCommandLine().getUnmatchedArguments();
        return wrong instanceof MissingParameterException && !unmatched.isEmpty()
                ? new UnmatchedArgumentException(wrong.getCommandLine(), unmatched)
                : wrong;
    }

    /** The version that the jar was built as. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CommandLineInterface.class.getPackage().getImplementationVersion();
            return new String[] {"caravan " + (version == null ? "(not packaged)" : version)};
        }
    }
}
