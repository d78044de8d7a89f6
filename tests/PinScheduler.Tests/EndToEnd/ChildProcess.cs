using System.Diagnostics;
using System.Text;

namespace PinScheduler.Tests.EndToEnd;

/// <summary>A process of the program's own, with what it prints.</summary>
internal sealed class ChildProcess
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public ChildProcess(string folder, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

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

    public async Task<string> LineAsync(string start)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            if (Output.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } found)
            {
                return found.TrimEnd();
            }

            Assert.False(_process.HasExited, Output);
            Assert.True(started.Elapsed < Patience, $"No line '{start}…' within {Patience.TotalSeconds} s.\n{Output}");
            await Task.Delay(10);
        }
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task<int> SignalAsync(string signal)
    {
        using (var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString()])!)
        {
            await kill.WaitForExitAsync();
        }

        return await ExitAsync();
    }

    /// <summary>SIGKILL: it gets to say nothing.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    // no line is the end of one of the two streams, which may come before the other's first
    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
