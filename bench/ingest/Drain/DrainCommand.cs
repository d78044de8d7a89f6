using System.CommandLine;

namespace IngestBench.Drain;

internal static class DrainCommand
{
    public static Command Create()
    {
        var records = new Option<int>("--records") { Description = "Records, a third of each data set.", DefaultValueFactory = _ => 900_000 };
        var partitions = new Option<int>("--partitions") { Description = "Partitions of each topic.", DefaultValueFactory = _ => 64 };
        var rounds = new Option<int>("--rounds") { Description = "Runs of every way; the medians are shown.", DefaultValueFactory = _ => 3 };
        var kilobytes = new Option<int[]>("--queue") { Description = "Sizes of queued.max.messages.kbytes to try besides.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var batch = new Option<int>("--batch") { Description = "Bytes of a batch at most; the broker answers with one of each partition.", DefaultValueFactory = _ => 128 * 1024 };
        var only = new Option<string>("--only") { Description = "Only ways whose name holds this.", DefaultValueFactory = _ => "" };
        var command = new Command("drain", "From Kafka to files, beside kcat and bare consume loops.") { records, partitions, rounds, kilobytes, batch, only };
        command.SetAction((parsed, cancellationToken) => new DrainRun(
            parsed.GetValue(records), parsed.GetValue(partitions), parsed.GetValue(rounds), parsed.GetValue(kilobytes)!, parsed.GetValue(batch), parsed.GetValue(only)!).RunAsync(cancellationToken));
        return command;
    }
}
