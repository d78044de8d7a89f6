using System.CommandLine;
using System.Globalization;
using IngestBench.Drain;
using IngestBench.Emulate;
using IngestBench.Produce;

if (args is [BenchServer.ChildCommand, var mode, var brokers])
{
    return await BenchServer.RunAsync(mode, brokers);
}

if (args is [DrainChild.Command, var way, var from, var database, var partitions, var queue])
{
    return await DrainChild.RunAsync(way, from, database, int.Parse(partitions, CultureInfo.InvariantCulture), queue.Length == 0 ? null : int.Parse(queue, CultureInfo.InvariantCulture));
}

var root = new RootCommand("Measures the ways into Kafka and out of it, each beside its bounds and peers, on loopback.")
{
    ProduceCommand.Create(),
    LoadCommand.Create(),
    EmulateCommand.Create(),
    DrainCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
