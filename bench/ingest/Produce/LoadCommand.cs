using System.CommandLine;
using IngestBench.Report;

namespace IngestBench.Produce;

/// <summary>Load on a server that runs already, such as `./run --idle`, with its drains along the way.</summary>
internal static class LoadCommand
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Where the server listens on 127.0.0.1.", DefaultValueFactory = _ => 5080 };
        var topic = new Option<string>("--topic") { Description = "Where the records go.", DefaultValueFactory = _ => "pinterest.pin" };
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 10 };
        var batch = new Option<int>("--batch") { Description = "Records a request.", DefaultValueFactory = _ => 500 };
        var connections = new Option<int>("--connections") { Description = "Requests under way.", DefaultValueFactory = _ => 32 };
        var rate = new Option<double?>("--records-per-second") { Description = "By the clock; without it, as fast as they are answered." };
        var process = new Option<int?>("--process") { Description = "The server's process, whose memory is shown." };
        var command = new Command("load", "Sends pin records to a running server and says every five seconds how it does.") { port, topic, minutes, batch, connections, rate, process };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new LoadClient(parsed.GetValue(port), [.. PinRequests.Records(4000).Chunk(parsed.GetValue(batch)).Select(chunk => PinRequests.Produce(parsed.GetValue(topic)!, chunk))]),
            TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(batch), parsed.GetValue(connections), parsed.GetValue(rate), parsed.GetValue(process), cancellationToken));
        return command;
    }

    private static async Task RunAsync(LoadClient client, TimeSpan time, int batch, int connections, double? rate, int? process, CancellationToken cancellationToken)
    {
        var (rates, memory, refused) = (new List<double>(), new List<double>(), 0);
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            var load = await client.RunAsync(connections, Step, rate / batch, cancellationToken);
            rates.Add(load.Answered * (double)batch / load.Elapsed.TotalSeconds);
            memory.Add(process is { } id ? BenchServer.ResidentOf(id) : double.NaN);
            refused += load.Refused;
            Console.WriteLine($"{passed + Step:mm\\:ss}  {rates[^1],10:N0} records/s  p50 {Figures.At(load.Milliseconds, 0.5),6:N1} ms  p99 {Figures.At(load.Milliseconds, 0.99),6:N1} ms  refused {load.Refused,5}  {Figures.Text(memory[^1])} MB");
        }

        Console.WriteLine($"median {Figures.Text(Figures.Median(rates))} records/s, {refused} requests refused (429), memory {Figures.Text(memory.Min())} to {Figures.Text(memory.Max())} MB");
    }
}
