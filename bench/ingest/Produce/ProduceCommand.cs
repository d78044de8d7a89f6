using System.CommandLine;

namespace IngestBench.Produce;

internal static class ProduceCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of everything; the medians are shown.", DefaultValueFactory = _ => 3 };
        var partitions = new Option<int>("--partitions") { Description = "Of the topic.", DefaultValueFactory = _ => 16 };
        var only = new Option<string>("--only") { Description = "Only ways whose name holds this.", DefaultValueFactory = _ => "" };
        var command = new Command("produce", "From HTTP into Kafka, every record acknowledged by acks=all before its answer.") { seconds, rounds, partitions, only };
        command.SetAction((parsed, cancellationToken) => new ProduceRun(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(partitions), parsed.GetValue(only)!).RunAsync(cancellationToken));
        return command;
    }
}
