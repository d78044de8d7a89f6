using System.CommandLine;

namespace IngestBench.Emulate;

internal static class EmulateCommand
{
    public static Command Create()
    {
        var posts = new Option<int>("--posts") { Description = "Posts of a run, three records each.", DefaultValueFactory = _ => 200_000 };
        var source = new Option<int>("--source") { Description = "Posts in the source tables.", DefaultValueFactory = _ => 100_000 };
        var rounds = new Option<int>("--rounds") { Description = "Runs; the median is shown.", DefaultValueFactory = _ => 3 };
        var partitions = new Option<int>("--partitions") { Description = "Of each topic.", DefaultValueFactory = _ => 16 };
        var requests = new Option<int?>("--requests") { Description = "'Pipeline:EmulateRequests'." };
        var rate = new Option<double?>("--posts-per-second") { Description = "A paced run: how far from that rate is the worst second?" };
        var command = new Command("emulate", "From source tables over HTTP into Kafka, by the stage itself.") { posts, source, rounds, partitions, requests, rate };
        command.SetAction((parsed, cancellationToken) => new EmulateRun(parsed.GetValue(posts), parsed.GetValue(source), parsed.GetValue(rounds), parsed.GetValue(partitions), parsed.GetValue(requests), parsed.GetValue(rate)).RunAsync(cancellationToken));
        return command;
    }
}
