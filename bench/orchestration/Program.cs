using System.CommandLine;
using System.Globalization;
using OrchestrationBench.Chaos;
using OrchestrationBench.Measure;
using OrchestrationBench.Servers;

if (args is [BenchServer.ChildCommand, var database, var seed])
{
    return await BenchServer.ServeAsync(database, int.Parse(seed, CultureInfo.InvariantCulture));
}

var root = new RootCommand("Measures what orchestration costs a task, and disturbs it to see that it keeps its promises.")
{
    MeasureCommand.Create(),
    ChaosCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
