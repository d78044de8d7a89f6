using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Database;
using PinScheduler.Ingestion;
using PinScheduler.Kafka;

namespace IngestBench.Produce;

/// <summary>One way from HTTP to Kafka, as a process of its own.</summary>
internal sealed class BenchServer : IDisposable
{
    public const string ChildCommand = "serve-child";

    /// <summary>The scheduler's own ingestion API.</summary>
    public const string Native = "native", Confluent = "confluent";

    /// <summary>Kestrel with nothing but the parser; the same with a produce by Confluent.Kafka and a closure a record.</summary>
    public const string ParseOnly = "parse", Bare = "bare";

    private readonly Process _process;

    public BenchServer(string mode, string brokers)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Environment.GetCommandLineArgs().Take(Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? 1 : 0), ChildCommand, mode, brokers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The server '{mode}' ended at its start; its reason stands above.");
        Port = new Uri(line).Port;
    }

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>Resident memory at its highest, in MB.</summary>
    public double PeakMemory => PeakOf(ProcessId);

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static double PeakOf(int process) => MemoryOf(process, "VmHWM:");

    public static double ResidentOf(int process) => MemoryOf(process, "VmRSS:");

    private static double MemoryOf(int process, string line) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(one => one.StartsWith(line, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture) / 1024;

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>The child: serves until its standard input ends.</summary>
    public static async Task<int> RunAsync(string mode, string brokers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = brokers,
            ["Kafka:NativeProducer"] = (mode != Confluent).ToString(),
        });
        // Kafka__linger.ms=0.5 and the like
        builder.Configuration.AddEnvironmentVariables();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddKafka(builder.Configuration).AddIngestion(builder.Configuration);
        builder.Services.AddSingleton(new Warehouse("Server=127.0.0.1;Port=1;User ID=nobody;Database=none;Connection Timeout=1"));
        var app = builder.Build();
        app.UseRouting();
        switch (mode)
        {
            case ParseOnly:
                app.MapPost("/topics/{topic}", ParseAsync);
                break;
            case Bare:
                var producer = new ProducerBuilder<byte[], byte[]>(app.Services.GetRequiredService<KafkaClients>().ProducerSettings().Where(pair => pair.Key != "enable.idempotence")).Build();
                app.MapPost("/topics/{topic}", (string topic, HttpContext context) => ProduceAsync(producer, topic, context));
                break;
            default:
                app.MapIngestion();
                break;
        }

        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        return 0;
    }

    private static async Task ParseAsync(HttpContext context)
    {
        using var body = await ReadAsync(context);
        await AnswerAsync(context, ProduceRequestParser.Parse(body.Bytes, body.Length, ProduceFormat.Json).Count);
    }

    private static async Task ProduceAsync(IProducer<byte[], byte[]> producer, string topic, HttpContext context)
    {
        using var body = await ReadAsync(context);
        var records = ProduceRequestParser.Parse(body.Bytes, body.Length, ProduceFormat.Json);
        var (left, done) = (records.Count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        foreach (var record in records)
        {
            var message = new Message<byte[], byte[]> { Key = record.Key.Of(body.Bytes).ToArray(), Value = record.Value.Of(body.Bytes).ToArray() };
            producer.Produce(topic, message, report =>
            {
                if (report.Error.IsError)
                {
                    done.TrySetException(new KafkaException(report.Error));
                }

                if (Interlocked.Decrement(ref left) == 0)
                {
                    done.TrySetResult();
                }
            });
        }

        await done.Task;
        await AnswerAsync(context, records.Count);
    }

    private static Task<RequestBody> ReadAsync(HttpContext context) =>
        RequestBody.ReadAsync(context.Request, 64 << 20, context.RequestServices.GetRequiredService<Ingestor>().Bytes, context.RequestAborted);

    private static Task AnswerAsync(HttpContext context, int records) => context.Response.WriteAsync($"{{\"records\":{records}}}");
}
