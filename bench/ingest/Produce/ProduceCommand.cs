using System.CommandLine;

namespace IngestBench.Produce;

internal static class ProduceCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of everything; the medians are shown.", DefaultValueFactory = _ => 3 };
        var partitions = new Option<int>("--partitions") { Description = "Of the topic.", DefaultValueFactory = _ => 64 };
        var command = new Command("produce", "From HTTP into Kafka, every record acknowledged by acks=all before its answer.") { seconds, rounds, partitions };
        command.SetAction((parsed, cancellationToken) => new ProduceRun(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(partitions)).RunAsync(cancellationToken));
        return command;
    }
}
