using System.CommandLine;
using DashboardBench.Data;
using DashboardBench.Measure;
using DashboardBench.Servers;
using PinScheduler;

if (args is ["serve" or "broker", ..])
{
    return await Scheduler.RunAsync(args, BenchPipelines.Add);
}

var runs = new Option<int>("--runs") { Description = "Runs in the history of each of two pipelines.", DefaultValueFactory = _ => 400 };
var jobs = new Option<int>("--jobs") { Description = "Succeeded jobs of Hangfire's.", DefaultValueFactory = _ => 1_000_000 };
var logs = new Option<int>("--log-megabytes") { Description = "Text in the logs of tasks.", DefaultValueFactory = _ => 200 };
var samples = new Option<int>("--samples") { Description = "Requests of each page; a browser opens a third as many.", DefaultValueFactory = _ => 30 };
var seconds = new Option<int>("--seconds") { Description = "How long a log streams, and how long open tabs are watched.", DefaultValueFactory = _ => 20 };
var keep = new Option<string?>("--keep") { Description = "A folder for the database, which stays: filled once, measured again." };
var only = new Option<string[]>("--only") { Description = "pages, grid, log, stream, tabs; without it, all.", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong("pages", "grid", "log", "stream", "tabs");

var root = new RootCommand("Measures how fast the dashboard's pages come, with a long history behind them.") { runs, jobs, logs, samples, seconds, keep, only };
root.SetAction((parsed, _) => new MeasureRun(
    new HistorySize(parsed.GetValue(runs), parsed.GetValue(jobs), parsed.GetValue(logs)),
    parsed.GetValue(samples), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(keep), parsed.GetValue(only) ?? []).RunAsync());
return await root.Parse(args).InvokeAsync();
