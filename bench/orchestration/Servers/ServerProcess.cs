using System.Diagnostics;
using System.Text;

namespace OrchestrationBench.Servers;

/// <summary>A server in a process of its own, to be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string database, int seed)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location, BenchServer.ChildCommand, database, seed.ToString(System.Globalization.CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What its requests ended with instead of an answer that was meant; the client saw 500.</summary>
    public IEnumerable<string> Unhandled => Output.Split('\n').Select(static line => line.Split("An unhandled exception was thrown by the application. ")).Where(static parts => parts.Length == 2).Select(static parts => parts[1].Trim());

    public static async Task<ServerProcess> StartAsync(string database, int seed)
    {
        var server = new ServerProcess(database, seed);
        try
        {
            var exit = server._process.WaitForExitAsync();
            if (await Task.WhenAny(server._address.Task, exit).WaitAsync(Patience) == exit)
            {
                throw new InvalidOperationException("The server ended while starting:\n" + server.Output);
            }

            server.Address = new Uri(await server._address.Task);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>SIGKILL: it gets to say nothing.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }

        if (line.Data?.StartsWith(BenchServer.ListeningLine, StringComparison.Ordinal) == true)
        {
            _address.TrySetResult(line.Data[BenchServer.ListeningLine.Length..]);
        }
    }
}
