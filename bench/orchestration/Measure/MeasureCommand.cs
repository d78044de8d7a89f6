using System.CommandLine;
using OrchestrationBench.Servers;

namespace OrchestrationBench.Measure;

internal static class MeasureCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds of each scenario; the median counts.", DefaultValueFactory = _ => 5 };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds of runs before the first round.", DefaultValueFactory = _ => 8 };
        var only = new Option<string[]>("--only") { Description = "shapes, busy, history, cancel, takeover; without it, all.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("measure", "Times runs of empty tasks from trigger to end, and counts what they cost the database.") { rounds, warmUp, only };
        command.SetAction(async (parsed, _) =>
        {
            using var ends = new RunEnds();
            await new MeasureRun(parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(warmUp)), parsed.GetValue(only) ?? [], ends).RunAsync();
        });
        return command;
    }
}
