using System.CommandLine;

namespace PinScheduler.Cli;

/// <summary>The commands, all but `serve` clients of a running server over HTTP.</summary>
internal static class CommandLine
{
    /// <summary>The root's own options; any other option before a command is configuration for `serve`.</summary>
    public static bool IsOption(string argument) => argument.Split('=')[0] is "--help" or "-h" or "-?" or "--version" or "--server" or "--api-key" or "--json";

    public static bool IsHelp(string argument) => argument is "--help" or "-h" or "-?";

    /// <summary>All verbs with their arguments and options.</summary>
    public static RootCommand Root()
    {
        var server = new ServerOptions();
        var json = new Option<bool>("--json") { Description = "Prints what the server answers, as JSON", Recursive = true };
        var root = new RootCommand("PinScheduler: batch data pipelines on MySQL and Kafka. Without a command it serves; the others ask a running server.") { server.Address, server.Key, json };
        root.Add(new Command("serve", "Starts the scheduler and its dashboard; configuration as arguments: --Urls=http://127.0.0.1:6001 --Pipeline:Posts=500"));
        root.Add(new Command("broker", "The embedded Kafka broker that ./run starts: in memory, its address in broker.json of the data folder; ends on SIGTERM, and its records with it")
        {
            new Option<string>("--data") { Description = "The data folder, default data; a folder has one broker" },
        });
        root.Add(new Command("services", "Says, for ./run, which of MySQL and Kafka the configuration names and which ./run brings itself"));
        root.Add(RunCommands.Run(server, json));
        root.Add(RunCommands.Rebuild(server, json));
        root.Add(RunCommands.Runs(server, json));
        root.Add(RunCommands.Show(server, json));
        root.Add(LogsCommand.Create(server, json));
        root.Add(ActCommands.OfRun("retry", "Runs the tasks that did not succeed again", server, json, waits: true));
        root.Add(ActCommands.OfRun("cancel", "Cancels a run", server, json));
        root.Add(ActCommands.Rerun(server, json));
        root.Add(ActCommands.OfTask("succeed", "Marks a task as succeeded, so that what waits for it goes on", server, json));
        root.Add(ActCommands.OfTask("skip", "Leaves a task out, so that what waits for it goes on without it", server, json));
        root.Add(ActCommands.Plan(server, json));
        root.Add(BackfillCommand.Create(server, json));
        root.Add(PauseCommands.Pause(server, json));
        root.Add(PauseCommands.Resume(server, json));
        root.Add(ResultCommands.Results(server, json));
        root.Add(TablesCommand.Create(server, json));
        root.Add(LineageCommand.Create(server, json));
        root.Add(CleanCommand.Create(server, json));
        root.Add(TopicCommands.Topics(server, json));
        root.Add(TopicCommands.Peek(server, json));
        root.Add(ProduceCommand.Create(server, json));
        root.Add(SeedCommand.Create(server, json));
        HelpExamples.AddTo(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var sentence in UsageErrors.Of(parsed))
            {
                await Console.Error.WriteLineAsync(sentence);
            }

            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CliException exception)
        {
            await Console.Error.WriteLineAsync(Output.Harmless(exception.Message));
            return exception.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }
}
