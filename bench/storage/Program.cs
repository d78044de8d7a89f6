using System.CommandLine;
using StorageBench;
using StorageBench.Dashboard;
using StorageBench.Peers;
using StorageBench.Report;
using StorageBench.Scenarios;
using StorageBench.Soak;

if (args is [SoakWorker.ChildCommand, .. var soaked])
{
    return SoakWorker.Run(soaked);
}

if (args is [RemoteLatencyScenario.ChildCommand, .. var rest])
{
    return RemoteLatencyScenario.Child(rest);
}

var storages = new Option<string[]>("--storage") { Description = "Storages to measure.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["inmemory", "redis", "redis-aof", "postgres", "ours"] };
var names = new Option<string[]>("--scenario") { Description = "Scenarios to run.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. ScenarioList.All.Select(scenario => scenario.Name)] };
var jobs = new Option<int>("--jobs") { Description = "Jobs of a throughput run; PostgreSql gets a quarter, InMemory four times as many.", DefaultValueFactory = _ => 3000 };
var samples = new Option<int>("--samples") { Description = "Jobs of a latency run.", DefaultValueFactory = _ => 300 };
var delayed = new Option<int>("--delayed-jobs") { Description = "Jobs of scenario delayed.", DefaultValueFactory = _ => 2000 };
var rounds = new Option<int>("--rounds") { Description = "Runs of everything; the medians are shown.", DefaultValueFactory = _ => 3 };
var poll = new Option<int>("--poll") { Description = "Poll interval in ms of the storages that poll.", DefaultValueFactory = _ => 50 };
var markdown = new Option<bool>("--markdown") { Description = "Print Markdown.", Recursive = true };
storages.AcceptOnlyFromAmong([.. PeerList.Names]);
names.AcceptOnlyFromAmong([.. ScenarioList.All.Select(scenario => scenario.Name)]);

var root = new RootCommand("Measures Hangfire storages side by side, each on a private server.") { storages, names, jobs, samples, delayed, rounds, poll, markdown };
root.SetAction(parsed =>
{
    var settings = new Settings(
        parsed.GetValue(jobs), parsed.GetValue(samples), parsed.GetValue(delayed), TimeSpan.FromMilliseconds(parsed.GetValue(poll)), TimeSpan.FromSeconds(10));
    var chosen = parsed.GetValue(names)!;
    return new Comparison(settings, parsed.GetValue(rounds), new Output(parsed.GetValue(markdown)))
        .Run([.. ScenarioList.All.Where(scenario => chosen.Contains(scenario.Name))], parsed.GetValue(storages)!);
});
root.Subcommands.Add(SoakCommand.Create(markdown));
root.Subcommands.Add(DashboardCommand.Create(markdown));
return root.Parse(args).Invoke();
