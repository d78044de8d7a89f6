using System.CommandLine;
using OrchestrationBench.Servers;

namespace OrchestrationBench.Chaos;

internal static class ChaosCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => 60 };
        var seed = new Option<int?>("--seed") { Description = "Draws the same graphs again; without it, drawn." };
        var command = new Command("chaos", "Two servers on one database, killed every few seconds, with a database that restarts and clients that trigger, cancel and retry; ends with 1 where a promise was broken.") { minutes, seed };
        command.SetAction(async (parsed, _) =>
        {
            using var database = new BenchDatabase();
            var chosen = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000);
            Console.WriteLine($"seed {chosen}");
            var report = await new ChaosRun(database.ConnectionString, chosen, TimeSpan.FromMinutes(parsed.GetValue(minutes)), [database.Restart, database.Crash]).RunAsync();
            Console.WriteLine(report);
            return report.Broken.Count == 0 ? 0 : 1;
        });
        return command;
    }
}
