using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using WarehouseBench.Nights;
using WarehouseBench.Report;

namespace WarehouseBench.Peers;

/// <summary>DuckDB in a process of its own, so that its memory is not ours.</summary>
internal sealed class DuckDbChild : IDisposable
{
    public const string Command = "duckdb-child";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("warehouse-bench-duckdb-");
    private readonly Process _process;

    public DuckDbChild(string folder)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WarehouseBench.dll"), Command, folder, Path.Combine(_data.FullName, "warehouse.duckdb")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public NightFigures Run(int night)
    {
        ProcessFigures.ForgetPeak(_process.Id);
        var cpu = ProcessFigures.CpuSeconds(_process.Id);
        _process.StandardInput.WriteLine(night);
        var seconds = Answer().Split(' ').Select(static word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new NightFigures(seconds[0], seconds[1], double.NaN, seconds[0] + seconds[1], double.NaN, ProcessFigures.CpuSeconds(_process.Id) - cpu, ProcessFigures.PeakMegabytes(_process.Id));
    }

    /// <summary>Those of the night before, as CSV.</summary>
    public Dictionary<string, string> Results()
    {
        _process.StandardInput.WriteLine("results");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(Answer())!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private string Answer() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("DuckDB's process has ended; its reason stands above.");
}
