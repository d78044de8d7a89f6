using System.Diagnostics;
using System.Globalization;

namespace StorageBench.Soak;

/// <summary>A worker's process as the soak sees it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    public WorkerProcess(string name, string connectionString, SoakSettings settings)
    {
        Name = name;
        string[] arguments =
        [
            SoakWorker.ChildCommand, connectionString, name, settings.Workers.ToString(CultureInfo.InvariantCulture),
            settings.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        _process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(WorkerProcess).Assembly.Location, .. arguments]) { RedirectStandardInput = true })!;
    }

    public string Name { get; }

    public bool HasExited => _process.HasExited;

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Lets it finish what it has begun.</summary>
    public void Stop()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            Kill();
        }
    }

    public void Dispose() => _process.Dispose();
}
