using System.CommandLine;
using StorageBench.Report;

namespace StorageBench.Dashboard;

internal static class DashboardCommand
{
    public static Command Create(Option<bool> markdown)
    {
        var jobs = new Option<int>("--jobs") { Description = "Succeeded jobs in the database.", DefaultValueFactory = _ => 1_000_000 };
        var samples = new Option<int>("--samples") { Description = "Requests of each kind.", DefaultValueFactory = _ => 50 };
        var command = new Command("dashboard", "Measures the monitoring API and Hangfire's pages over our storage with many jobs in it.") { jobs, samples };
        command.SetAction((parsed, cancellationToken) => new DashboardRun(parsed.GetValue(jobs), parsed.GetValue(samples), new Output(parsed.GetValue(markdown))).RunAsync(cancellationToken));
        return command;
    }
}
