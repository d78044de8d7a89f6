using System.CommandLine;
using IngestBench.Emulate;
using IngestBench.Produce;

if (args is [BenchServer.ChildCommand, var mode, var brokers])
{
    return await BenchServer.RunAsync(mode, brokers);
}

var root = new RootCommand("Measures the ways into Kafka and out of it, each beside its bounds and peers, on loopback.")
{
    ProduceCommand.Create(),
    EmulateCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
