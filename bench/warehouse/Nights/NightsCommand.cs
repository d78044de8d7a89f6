using System.CommandLine;

namespace WarehouseBench.Nights;

internal static class NightsCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "Landing files that 'generate' has made." };
        var rounds = new Option<int>("--rounds") { Description = "How often; the medians are shown.", DefaultValueFactory = _ => 3 };
        var ways = new Option<string[]>("--ways") { Description = "ours, duckdb, naive.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [NightsRun.Ours, NightsRun.DuckDb] };
        ways.AcceptOnlyFromAmong(NightsRun.Ours, NightsRun.DuckDb, NightsRun.Naive);
        var minutes = new Option<double>("--naive-minutes") { Description = "After so long a query of the naive way is given up.", DefaultValueFactory = _ => 10 };
        var settings = new Option<string>("--database") { Description = "Settings for the database server beside those of ./run, as PINSCHEDULER_MARIADB takes them.", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne };
        var keep = new Option<bool>("--keep") { Description = "Leaves the scheduler's database and files in FOLDER/scheduler, to be looked at." };
        var command = new Command("nights", "Night after night, from landing files to results, by the scheduler that ./run starts and by peers; results are compared.") { folder, rounds, ways, minutes, settings, keep };
        command.SetAction((parsed, cancellationToken) => new NightsRun(
            parsed.GetValue(folder)!.FullName, parsed.GetValue(rounds), parsed.GetValue(ways)!, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(settings)!, parsed.GetValue(keep)).RunAsync(cancellationToken));
        return command;
    }
}
