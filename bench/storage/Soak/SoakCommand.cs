using System.CommandLine;
using StorageBench.Report;

namespace StorageBench.Soak;

internal static class SoakCommand
{
    public static Command Create(Option<bool> markdown)
    {
        var minutes = new Option<double>("--minutes") { Description = "How long jobs are produced.", DefaultValueFactory = _ => 10 };
        var processes = new Option<int>("--processes") { Description = "Worker processes.", DefaultValueFactory = _ => 2 };
        var workers = new Option<int>("--workers") { Description = "Workers of each process.", DefaultValueFactory = _ => 20 };
        var producers = new Option<int>("--producers") { Description = "Threads that enqueue.", DefaultValueFactory = _ => 4 };
        var kill = new Option<bool>("--kill") { Description = "Kill a worker process every few seconds (SIGKILL) and start another." };
        var restart = new Option<bool>("--restart-database") { Description = "Kill the database about every 45 s (SIGKILL) and start it again." };
        var freeze = new Option<bool>("--freeze-database") { Description = "Freeze the database for 20 s about every 45 s (SIGSTOP)." };
        var lease = new Option<double>("--lease") { Description = "SlidingInvisibilityTimeout in seconds.", DefaultValueFactory = _ => 300 };
        var command = new Command("soak", "Runs our storage for minutes, disturbed where asked to, and counts losses and double executions.")
        {
            minutes, processes, workers, producers, kill, restart, freeze, lease,
        };
        command.SetAction(parsed => new SoakRun(
            new SoakSettings(
                TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(processes), parsed.GetValue(workers), parsed.GetValue(producers),
                parsed.GetValue(kill), parsed.GetValue(restart), parsed.GetValue(freeze), TimeSpan.FromSeconds(parsed.GetValue(lease))),
            new Output(parsed.GetValue(markdown))).Run());
        return command;
    }
}
